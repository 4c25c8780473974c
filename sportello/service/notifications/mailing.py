"""The mail that gathers what came: at most one a person and organisation in the minutes they chose.

Gathering claims under the member's lock: what was put into a mail is in no other. A mail is then claimed with a lease,
sent without a lock and settled under one, as answers are (`channels/outbox.py`): in the out-tray exactly once; where a
server was being told when the process died, again with the same Message-ID.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.utils import translation

from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.service.channels.email import own
from sportello.service.channels.models import Mailbox

from . import due, queries, words
from .models import Notification, NotificationMail

log = logging.getLogger("sportello.notifications")

_STATE: Final = NotificationMail.State
BATCH: Final = 20
#: A claim older than this is somebody who went away; longer than a server is waited for.
LEASE: Final = timedelta(minutes=5)
PAUSES: Final = tuple(timedelta(seconds=one) for one in (60, 300, 1800, 3600))
#: After so many tries it is old news: the desk has it.
ATTEMPTS: Final = 8
#: More lines in one mail are only counted: the desk lists them.
MOST_LINES: Final = 50


def work() -> int:
    """Gather what is due and send it; how many mails were tried. Safe in several processes at once."""
    for member_id in due.members("mail_at", BATCH):
        _gather(member_id)
    done = 0
    while done < BATCH and (mail := _claim()) is not None:
        _send(mail)
        done += 1
    return done


def _gather(member_id: int) -> None:
    """All that waits for this person's next mail, also what came a minute ago, in one."""
    with transaction.atomic():
        member = due.locked(member_id)
        if member is None:
            return
        waiting = Notification.objects.filter(member=member, mail_at__isnull=False)
        if not waiting.filter(mail_at__lte=clock.now(member.organisation)).exists():
            return
        mailbox = own.default_mailbox(member.organisation_id)
        if due.reachable(member) is None or mailbox is None:
            waiting.update(mail_at=None)
            return
        mail = NotificationMail.objects.create(
            organisation=member.organisation, member=member, made_at=clock.now(member.organisation),
            rfc_id=own.rfc_id_for(mailbox, "news"), next_attempt_at=clock.server_now(),
        )  # fmt: skip
        waiting.update(mail=mail, mail_at=None)


def _claim() -> NotificationMail | None:
    now = clock.server_now()
    with transaction.atomic():
        rows = NotificationMail.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        mail = rows.filter(state=_STATE.WAITING, next_attempt_at__lte=now).order_by("next_attempt_at", "pk").first()
        if mail is None:
            return None
        mail.attempts, mail.next_attempt_at = mail.attempts + 1, now + LEASE
        mail.save(update_fields=["attempts", "next_attempt_at"])
    return NotificationMail.objects.select_related("member__user", "organisation").get(pk=mail.pk)


def _send(mail: NotificationMail) -> None:
    mailbox = own.default_mailbox(mail.organisation_id)
    try:
        letter = _written(mail, mailbox) if mailbox is not None else None
        if letter is None or mailbox is None:
            _settle(mail, _STATE.DROPPED)
        elif not mailbox.smtp_host:
            with transaction.atomic():
                # into the out-tray in the transaction that says so: exactly once
                if _settle(mail, _STATE.SENT):
                    own.put_in_tray(mailbox, letter)
        else:
            own.leave(mailbox, letter)
            _settle(mail, _STATE.SENT)
    except DatabaseError:
        raise
    except Exception as error:
        # whatever a server or our own writing does: this mail again later, the others now
        log.error("notification mail %s did not leave: %s", mail.pk, type(error).__name__)
        _later(mail)


def _written(mail: NotificationMail, mailbox: Mailbox) -> own.OwnMail | None:
    """What is still unread and theirs to see, in their language; None when nothing is."""
    member: Membership = mail.member
    person = due.reachable(member)
    if person is None:
        return None
    visible = queries.visible_to(person).filter(mail=mail, read_at__isnull=True)
    rows = list(queries.with_words(visible).order_by("-pk"))
    if not rows:
        return None
    language = member.user.language
    with translation.override(language):
        abouts = queries.by_ticket(rows[:MOST_LINES], language)
        text = render_to_string("notifications/mail.txt", {
            "name": member.user.name, "organisation": mail.organisation.name, "count": words.how_many(len(rows)),
            "abouts": [(one, words.ticket_address(one.ticket)) for one in abouts],
            "more": len(rows) - len(rows[:MOST_LINES]), "all": words.list_address(),
            "choices": words.choices_address(),
        })  # fmt: skip
        return own.write(mailbox, [member.user.email], f"Sportello: {words.how_many(len(rows))}", text,
                         rfc_id=mail.rfc_id)  # fmt: skip


def _settle(mail: NotificationMail, state: str) -> bool:
    """False when another process claimed it since."""
    mine = NotificationMail.objects.filter(pk=mail.pk, state=_STATE.WAITING, attempts=mail.attempts)
    return bool(mine.update(state=state, next_attempt_at=None))


def _later(mail: NotificationMail) -> None:
    if mail.attempts >= ATTEMPTS:
        _settle(mail, _STATE.FAILED)
        return
    pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
    mine = NotificationMail.objects.filter(pk=mail.pk, state=_STATE.WAITING, attempts=mail.attempts)
    mine.update(next_attempt_at=clock.server_now() + pause)

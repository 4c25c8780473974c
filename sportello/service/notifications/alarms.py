"""Alarms are told to who can do something: once each, by mail; the desk shows them on every page meanwhile.

Those of an organisation go to its administrators, those of the installation to who runs it; where nobody is named for
that, to the administrators of all. A letter says what is wrong and what to do, and names mailboxes but no people.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.tenancy.clock import server_now
from sportello.records.accounts.models import Membership, User
from sportello.service.channels.email import own
from sportello.service.channels.mailkit.wire import BadMail
from sportello.service.channels.models import Mailbox
from sportello.service.watching.models import Occurrence
from sportello.service.watching.words import ALARMS

log = logging.getLogger("sportello.notifications")

#: So many are told at once; a storm of them is one letter.
BATCH: Final = 50
#: Longer than a mail server is waited for, times the administrators there are.
LEASE: Final = timedelta(minutes=15)
PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 5, 30, 60))
TRIES: Final = 8


def work() -> int:
    """Tell what is due to be told; how many alarms were. Safe in several processes at once: claimed with a lease, told
    without a lock, and the same letter twice has the same Message-ID."""
    now = server_now()
    with transaction.atomic():
        rows = Occurrence.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        due = list(
            rows.filter(next_try_at__lte=now, ended_at__isnull=True).select_related("organisation")
            .order_by("next_try_at", "pk")[:BATCH]
        )  # fmt: skip
        Occurrence.objects.filter(pk__in=[one.pk for one in due]).update(next_try_at=now + LEASE)
    told = 0
    for organisation_id in dict.fromkeys(one.organisation_id for one in due):
        some = [one for one in due if one.organisation_id == organisation_id and one.code in ALARMS]
        told += _tell(organisation_id, some)
    return told


def _tell(organisation_id: int | None, alarms: list[Occurrence]) -> int:
    failed = False
    for user in administrators(organisation_id):
        try:
            _write(user, organisation_id, alarms)
        except (own.Unsent, BadMail, OSError) as error:
            failed = True
            log.error("%d alarms could not be told: %s", len(alarms), type(error).__name__)
    now = server_now()
    for one in alarms:
        tries = one.tries + 1
        again = failed and tries < TRIES
        Occurrence.objects.filter(pk=one.pk).update(
            tries=tries,
            told_at=None if again else now,
            next_try_at=now + PAUSES[min(tries, len(PAUSES)) - 1] if again else None,
        )
    return 0 if failed else len(alarms)


def administrators(organisation_id: int | None) -> list[User]:
    """Whom an alarm concerns, each once."""
    here = User.objects.filter(is_active=True)
    if organisation_id is None:
        runs = list(here.filter(runs_installation=True).order_by("pk"))
        if runs:
            return runs
    places = Membership.objects.filter(role=Membership.Role.ADMINISTRATOR, ended_at__isnull=True)
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    return list(here.filter(pk__in=places.values("user_id")).order_by("pk"))


def _write(user: User, organisation_id: int | None, alarms: list[Occurrence]) -> None:
    mailbox = _mailbox(organisation_id)
    if mailbox is None:
        return  # nothing to send from: the desk and the figures say it
    with translation.override(user.language):
        titles = list(dict.fromkeys(str(ALARMS[one.code].title) for one in alarms))
        lines = [_("Dear %(name)s,") % {"name": user.name}, ""]
        for one in alarms:
            about = f" ({_named(one)})" if one.about else ""
            lines += [f"- {ALARMS[one.code].title}{about}", f"  {ALARMS[one.code].to_do}", ""]
        lines += [_("How it is now:"), address(alarms[0]), ""]
        lines.append(_("You are told once; the page says when it is over."))
        subject = titles[0] if len(titles) == 1 else _("%(count)d alarms") % {"count": len(alarms)}
        host = mailbox.address.rpartition("@")[2]
        rfc_id = f"<alarm.{alarms[0].pk}.{alarms[-1].pk}.{user.pk}@{host}>"
        letter = own.write(mailbox, [user.email], f"Sportello: {subject}", "\n".join(lines), rfc_id=rfc_id)
        own.leave(mailbox, letter)


def _named(one: Occurrence) -> str:
    """What it is about: the address of a mailbox, or the name of a loop as it is."""
    if one.code.startswith("mailbox_") and one.about.isdigit():
        found = Mailbox.objects.filter(pk=int(one.about)).values_list("address", flat=True).first()
        return found or one.about
    return one.about


def address(alarm: Occurrence) -> str:
    """The page that shows it."""
    if alarm.organisation is None:
        return f"{settings.PUBLIC_URL}/desk/installation/"
    return f"{settings.PUBLIC_URL}/desk/{alarm.organisation.slug}/setup/alarms/"


def _mailbox(organisation_id: int | None) -> Mailbox | None:
    if organisation_id is not None:
        return own.default_mailbox(organisation_id)
    in_use = Mailbox.objects.filter(retired_at__isnull=True).select_related("organisation")
    return in_use.order_by("organisation_id", "-is_default", "pk").first()

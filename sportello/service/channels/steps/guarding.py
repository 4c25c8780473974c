"""Step 1: may it go on? The pure guards of mailkit with what only the database knows, and three of our own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from sportello.foundation.core.text import fold, one_line
from sportello.records.customers.identities import normal
from sportello.records.tickets.models import Message
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.guards import GUARDS, GuardFacts, Verdict
from sportello.service.channels.models import IncomingMail

from .mail import Arrived, Settled, State

#: More than this from one address to one mailbox within the window is a program or a loop: fifty messages in a row
#: are still an anxious customer.
BURST = 60
WINDOW = timedelta(minutes=10)
#: So many requests of one address under one subject in half an hour are two programs answering each other: each
#: letter opened a ticket, whose receipt made the next.
HANDFUL = 8
PING_PONG = timedelta(minutes=30)
_COPIES = 50
_COPY = ("pk", "mailbox_id", "raw_id", "state", "sender", "subject", "duplicate_of_id", "message_id")
#: How programs write the number of a request: ours, in brackets, behind a hash. "Order 12" and "order 13" are two.
_TICKET_NUMBER = re.compile(r"\d{4}-\d{7}|\[[^\]]{0,40}\d[^\]]{0,40}\]|#\s?\d+")
_AGAIN = re.compile(r"^(?:(?:re|r|rif|aw|sv)\s*:\s*)+")


@dataclass(frozen=True)
class Copy:
    """A message with the same bytes, or the same Message-ID, in any mailbox of the organisation."""

    id: int
    mailbox_id: int
    raw_id: int
    state: str
    sender: str
    subject: str
    duplicate_of_id: int | None
    message_id: int | None


def copies_of(mail: Arrived) -> list[Copy]:
    """Oldest first, without the message itself."""
    return mail.batch.asked(_copies)[mail.row.pk]


def _copies(mails: list[Arrived]) -> dict[int, list[Copy]]:
    ids = [mail.rfc_id for mail in mails if mail.rfc_id]
    same = Q(raw__in=[mail.row.raw_id for mail in mails]) | (Q(rfc_id__in=ids) if ids else Q())
    most = _COPIES * len(mails)
    found = (
        IncomingMail.objects.filter(same, mailbox__in=list(mails[0].desk.mailboxes))
        .order_by("pk")
        .values_list(*_COPY, "rfc_id")
    )
    if len(mails) == 1:
        found = found.exclude(pk=mails[0].row.pk)
    rows = list(found[:most])
    if len(rows) == most and len(mails) > 1:  # one with very many must not hide another's
        return {mail.row.pk: _copies([mail])[mail.row.pk] for mail in mails}
    return {
        mail.row.pk: [
            Copy(*row)
            for *row, rfc_id in rows
            if row[0] != mail.row.pk and (row[2] == mail.row.raw_id or (mail.rfc_id and rfc_id == mail.rfc_id))
        ]
        for mail in mails
    }


def earlier_copy(mail: Arrived, copies: list[Copy]) -> Copy | None:
    """The same bytes with a Message-ID in the same mailbox before: a server that was not told "250" in time.

    Without a Message-ID nothing says that two equal messages are one. By id as well as by state, so that of two
    copies read at the same moment exactly one goes on.
    """
    if not mail.rfc_id:
        return None
    for copy in copies:
        is_before = copy.id < mail.row.pk or copy.state not in (State.PENDING, State.DUPLICATE)
        same_place = copy.mailbox_id == mail.row.mailbox_id and copy.raw_id == mail.row.raw_id
        if same_place and is_before and copy.duplicate_of_id != mail.row.pk:
            return copy
    return None


def by_other_mailbox(mail: Arrived, copies: list[Copy]) -> list[Copy]:
    """This very message, ticketed by another mailbox: the same bytes, or the same id, sender and subject."""
    subject = one_line(mail.record.subject, 300)
    return [
        copy
        for copy in copies
        if copy.mailbox_id != mail.row.mailbox_id
        and copy.state == State.TICKETED
        and copy.message_id
        and (copy.raw_id == mail.row.raw_id or (copy.sender == mail.sender and copy.subject == subject))
    ]


def facts_of(mail: Arrived, copies: list[Copy]) -> GuardFacts:
    """What the mailbox and the database know, for the guards."""
    token = tokens.ours(mail.record.message_id)
    return GuardFacts(
        already_seen=earlier_copy(mail, copies) is not None,
        id_reused=bool(mail.rfc_id)
        and any(copy.mailbox_id == mail.row.mailbox_id and copy.raw_id != mail.row.raw_id for copy in copies),
        sent_by_us=token is not None
        and Message.objects.filter(organisation=mail.organisation, token=token, direction__in=("out", "ask")).exists(),
        our_addresses=mail.ours,
        blocked_by=mail.desk.blocked_by(mail.sender, mail.at),
        speaks_for_people=speaks_for_people(mail),
        most_bytes=settings.MAIL_BYTES,
    )


def speaks_for_people(mail: Arrived) -> bool:
    """A form: said by a rule of the organisation, or a program of its own domain with a stranger in Reply-To."""
    record = mail.record
    if mail.form is not None:
        return True
    if record.machine is None or record.machine.kind != "bulk" or record.in_reply_to:
        return False
    if mail.sender.rpartition("@")[2] not in mail.desk.domains:
        return False
    return any(
        form.rpartition("@")[2] not in mail.desk.domains
        for one in record.reply_to
        if (form := normal("email", one.address))
    )


def stopped(mail: Arrived, facts: GuardFacts) -> Verdict | None:
    """The first verdict in order, but for the guard a colleague told to let it pass."""
    for guard in GUARDS:
        verdict = guard(mail.record, facts)
        if verdict is not None and verdict.code != mail.released:
            return verdict
    return None


# Our own ------------------------------


def stop_no_sender(mail: Arrived) -> Settled | None:
    """Nobody to open a ticket for or to answer; a colleague looks."""
    if normal("email", mail.record.sender.address):
        return None
    return Settled(State.QUARANTINED, "no_sender", {"has_address": bool(mail.record.sender.address)})


def stop_burst(mail: Arrived) -> Settled | None:
    """Too many from one address at once: a program; or a handful under one subject, each of which opened a ticket:
    two programs that answer each other without saying so."""
    recent = mail.batch.asked(_recent).get(mail.row.pk, [])
    count = sum(received_at > mail.at - WINDOW for received_at, *_rest in recent)
    if count >= BURST:
        return Settled(State.QUARANTINED, "burst", {"count": count, "minutes": WINDOW.seconds // 60})
    subject = _bare(mail.record.subject)
    rounds = sum(
        _bare(before) == subject
        for _at, before, state, cause in recent
        if (state, cause) == (State.TICKETED, "opened") or (state == State.QUARANTINED and cause == "ping_pong")
    )
    if rounds >= HANDFUL:
        return Settled(
            State.QUARANTINED, "ping_pong", {"count": rounds, "minutes": PING_PONG.seconds // 60}
        )
    return None


_RECENT = """
SELECT asked.id, before.received_at, before.subject, before.state, before.cause
FROM (VALUES {lines}) AS asked (id, mailbox_id, sender, since, until)
CROSS JOIN LATERAL (
    SELECT mail.received_at, mail.subject, mail.state, mail.cause FROM channels_incomingmail AS mail
    WHERE mail.mailbox_id = asked.mailbox_id AND mail.sender = asked.sender AND mail.sender <> ''
      AND mail.received_at > asked.since AND mail.received_at <= asked.until AND mail.id < asked.id
    ORDER BY mail.received_at DESC LIMIT {most}
) AS before
"""


def _recent(mails: list[Arrived]) -> dict[int, list[tuple[datetime, str, str, str]]]:
    """What their senders wrote to the same mailbox lately, newest first: (received, subject, state, cause)."""
    values: list[Any] = []
    for mail in mails:
        values += [mail.row.pk, mail.row.mailbox_id, mail.sender, mail.at - PING_PONG, mail.at]
    lines = ", ".join(["(%s::bigint, %s::bigint, %s::varchar, %s::timestamptz, %s::timestamptz)"] * len(mails))
    found: dict[int, list[tuple[datetime, str, str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_RECENT.format(lines=lines, most=max(BURST, HANDFUL * 4)), values)
        for mail_id, *row in cursor.fetchall():
            found.setdefault(mail_id, []).append(tuple(row))
    return found


def _bare(subject: str) -> str:
    """A subject without the number of a request, which changes from round to round, and without "Re:"."""
    return _AGAIN.sub("", fold(_TICKET_NUMBER.sub("", subject))).strip()


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Arrived], Settled | None]], ...] = (
    (("no_sender",), stop_no_sender),
    (("burst", "ping_pong"), stop_burst),
)


def stopped_here(mail: Arrived, *, joins: bool = False) -> Settled | None:
    """The guards that need no mailkit, in order. Old mail that is brought in (`is_archive`) and a form on the day
    that enrolments open come in bursts; what `joins` a ticket by a token of ours makes no new one."""
    comes_in_bursts = mail.row.is_archive or mail.form is not None
    for codes, check in _CHECKS:
        if mail.released in codes or (comes_in_bursts and "burst" in codes):
            continue
        settled = check(mail)
        if settled is not None and not (joins and settled.cause == "ping_pong"):
            return settled
    return None

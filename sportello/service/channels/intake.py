"""From stored bytes to a ticket. The worker calls `work`; each message is settled in a transaction of its own:
cut anywhere, it is either still pending or exactly once where it belongs.

The order: parse, decide (`steps/deciding.py`: guards, machines, who, which ticket), act (`steps/acting.py`), write.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from sportello.foundation.core.text import one_line
from sportello.foundation.files.actions import read
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.tenancy import clock

from .authenticity.keeping import told_by_provider
from .email.taking import NULL_SENDER
from .mailkit.parse import parse
from .models import IncomingMail
from .steps.acting import act
from .steps.certified import keep_envelope
from .steps.deciding import decide
from .steps.known import Desk, Known
from .steps.mail import Arrived, Settled, State

log = logging.getLogger("sportello.intake")

BATCH = 50
#: So often a message may fail before a colleague looks at it.
ATTEMPTS = 5
FIRST_PAUSE = 10.0
_ERROR = 500


def work() -> int:
    """Settle up to a batch of what is pending and due, oldest first; how many were looked at.

    Safe to run in several processes: each row is locked by who settles it, others skip it. Raises DatabaseError
    when the database went away.
    """
    done, known = 0, Known()
    while done < BATCH and _settle_next(known):
        done += 1
    return done


def _settle_next(known: Known) -> bool:
    """One message; False when nothing is due."""
    tried: int | None = None
    try:
        with transaction.atomic():
            row = _claim()
            if row is None:
                return False
            tried = row.pk
            desk = known.desk(row.organisation_id)
            row.organisation, row.mailbox = desk.organisation, desk.mailbox(row.mailbox_id)
            _finish(row, *_settle(row, desk))
    except Exception as error:
        if tried is None or (isinstance(error, DatabaseError) and not connection.is_usable()):
            raise
        # ids only: the message of an exception may hold a customer's words
        log.error("mail %s could not be read: %s", tried, type(error).__name__, exc_info=_tellable(error))
        _put_off(tried, error)
    return True


def _claim() -> IncomingMail | None:
    """The oldest due row, locked; old mail that is brought in comes last, or today's customers would wait for it.

    `no_key`: a copy that names this row as its original must not wait for it, or two who read both at once would wait
    for each other."""
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=clock.server_now())
    return (
        IncomingMail.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(due, state=State.PENDING)
        .select_related("raw")
        .order_by("is_archive", "id")
        .first()
    )


def _tellable(error: Exception) -> bool:
    """Whether the trace is ours alone; the database quotes rows in its errors."""
    return not isinstance(error, DatabaseError)


def _put_off(mail_id: int, error: Exception) -> None:
    """Try again later, longer each time; after the last attempt a colleague looks."""
    with transaction.atomic():
        rows = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
        row = rows.get(pk=mail_id)
        if row.state != State.PENDING:
            return
        row.attempts += 1
        row.error = one_line(f"{type(error).__name__}: {error}", _ERROR)
        if row.attempts >= ATTEMPTS:
            _write(row, Settled(State.QUARANTINED, "unreadable", {"attempts": row.attempts}))
            return
        row.next_attempt_at = clock.server_now() + timedelta(seconds=FIRST_PAUSE * 2 ** (row.attempts - 1))
        row.save(update_fields=["attempts", "error", "next_attempt_at"])


# Settling ------------------------------


def arrived(row: IncomingMail, desk: Desk) -> Arrived:
    """The message of a row, parsed."""
    envelope_from = {"": None, NULL_SENDER: ""}.get(row.envelope_from, row.envelope_from)
    return Arrived(row, desk, parse(read(row.raw), envelope_from=envelope_from))


def _settle(row: IncomingMail, desk: Desk) -> tuple[Arrived, Settled]:
    mail = arrived(row, desk)
    _one_copy_at_a_time(mail)
    settled = act(mail, decide(mail))
    keep_envelope(mail, settled)
    return mail, settled


def _one_copy_at_a_time(mail: Arrived) -> None:
    """Copies of one message in several mailboxes wait for each other, so that the second sees the first's ticket."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"mail {mail.organisation.pk} {mail.rfc_id or mail.row.raw_id}"],
        )


# Writing ------------------------------


def _finish(row: IncomingMail, mail: Arrived, settled: Settled) -> None:
    row.rfc_id = mail.rfc_id
    row.sender = mail.sender
    row.subject = one_line(mail.record.subject, 300)
    row.authenticity = told_by_provider(mail)
    marks = [mark[:200] for mark in mail.record.loop_marks[:10]]
    facts = {**settled.facts, **({"loop_marks": marks} if marks else {})}
    if mail.released:
        facts["pass"] = mail.released
    _write(row, replace(settled, facts=facts))


#: What settling a message writes of its row.
_SETTLED = (
    "rfc_id", "sender", "subject", "state", "cause", "cause_facts", "message", "duplicate_of", "attempts", "error",
    "settled_at", "next_attempt_at", "authenticity",
)  # fmt: skip


def _write(row: IncomingMail, settled: Settled) -> None:
    row.state, row.cause, row.cause_facts = settled.state, settled.cause[:40], settled.facts
    row.message, row.duplicate_of = settled.message, settled.duplicate_of
    row.settled_at, row.next_attempt_at = clock.server_now(), None
    row.save(update_fields=_SETTLED)
    record(
        row.organisation,
        "mail.settled",
        row,
        MACHINE,
        state=row.state,
        cause=row.cause,
        ticket_id=settled.ticket.pk if settled.ticket else None,
    )

"""From stored bytes to a ticket. The worker calls `work`: cut anywhere, a message is either still pending or exactly
once where it belongs.

The order: parse, decide (`steps/deciding.py`: guards, machines, who, which ticket), act (`steps/acting.py`), write.

What waits and has nothing to do with each other is settled together (`steps/choosing.py`), so that one question, one
statement and one commit serve many. It is all or nothing: when anything goes wrong, each is settled in a transaction of
its own, and what cannot be read harms no other.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q

from sportello.foundation.core.errors import StoreAway
from sportello.foundation.core.text import one_line
from sportello.foundation.core.together import change, together
from sportello.foundation.files.actions import read
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.tenancy import clock
from sportello.foundation.watch import meters
from sportello.foundation.watch.current import about

from .authenticity.keeping import told_by_provider
from .email.taking import NULL_SENDER
from .mailkit.parse import parse
from .mailkit.record import MailRecord
from .models import IncomingMail
from .reading import NOTE as note
from .reading import left_by_the_dead, watched
from .steps.acting import act
from .steps.certified import keep_envelope
from .steps.choosing import Chosen, choose, free_copies, one_copy_at_a_time
from .steps.deciding import decide
from .steps.known import Desk, Known
from .steps.mail import Arrived, Settled, State

log = logging.getLogger("sportello.intake")

BATCH = 100
#: So many share a transaction at most: what a round asks costs the same for two as for fifty, and the numbers of their
#: tickets are held for a quarter of a second. A message of more bytes has a transaction for itself, since they are all
#: in memory at once and one that takes long to read would keep the others waiting.
TOGETHER = 50
TOGETHER_BYTES = 10_000_000
LARGE = 1_000_000
#: So often a message may fail before a colleague looks at it.
ATTEMPTS = 5
FIRST_PAUSE = 10.0
_ERROR = 500


def work() -> int:
    """Settle up to a batch of what is pending and due, oldest first; how many were looked at.

    Safe to run in several processes: each row is locked by who settles it, others skip it. Raises DatabaseError
    when the database went away.
    """
    _suspect()
    done, known = 0, Known()
    with watched():
        while done < BATCH:
            settled, apart = _settle_some(known, TOGETHER)
            for mail_id in apart:
                note.say([mail_id])
                with about(mail=mail_id):
                    settled += _settle_apart(mail_id, known)
            if not settled:
                break
            done += settled
    return done


def _suspect() -> None:
    """What a process was reading when it died is read by itself from now on; alone under its eyes, it was the cause: it
    counts as a failure, and at last a colleague looks."""
    with left_by_the_dead() as found:
        for mail_ids in found:
            if len(mail_ids) == 1:
                log.warning("a process ended while it was reading mail %s", mail_ids[0])
                _put_off(mail_ids[0], EndedReading("the program that read it ended"))
            else:
                IncomingMail.objects.filter(pk__in=mail_ids, state=State.PENDING, attempts=0).update(attempts=1)


class EndedReading(Exception):
    """What a message is told to have caused when the program that read it was gone."""


def _settle_some(known: Known, most: int) -> tuple[int, list[int]]:
    """The next few in one transaction: how many were settled, and which are to be settled each by itself."""
    rows: list[IncomingMail] = []
    try:
        with transaction.atomic():
            rows += _claim(most)
            mails, apart = _parsed(rows, known)
            note.say(mail.row.pk for mail in mails)
            chosen = choose(free_copies(mails))
            apart += chosen.apart
            with together("intake", max(1, len(chosen.decided)), tried=True):
                _act_on(chosen)
        known.keep_read({mail.row.pk for mail in mails} - {mail.row.pk for mail, _decision in chosen.decided})
        known.more_wait(many=len(rows) == TOGETHER)
        return len(chosen.decided), apart
    except Exception as error:
        known.forget()
        if not rows or _is_nobodys(error):
            raise
        # a lost race, or one that cannot be read: each by itself tells which
        log.info("%s mails are read one by one: %s", len(rows), type(error).__name__)
        return 0, [row.pk for row in rows]


def _parsed(rows: list[IncomingMail], known: Known) -> tuple[list[Arrived], list[int]]:
    """The messages, and which are to be settled by themselves: large, failed before, or not to be read. What is too
    much for one round waits for the next."""
    mails, apart = [], []
    left = TOGETHER_BYTES
    for row in rows:
        left -= min(row.raw.size, LARGE)
        if left < 0:
            break
        try:
            if row.attempts or row.raw.size > LARGE:
                apart.append(row.pk)
            else:
                note.say([row.pk])
                mails.append(arrived(row, known.seat(row), known.read))
        except (DatabaseError, StoreAway):
            raise
        except Exception:  # whatever it is, it is told where it is read by itself
            apart.append(row.pk)
    return mails, apart


def _act_on(chosen: Chosen) -> None:
    """Joins first, whose tickets are locked; then openings, so that the counter of numbers is held shortly."""
    for mail, decision in chosen.decided:
        if decision.fate != "opened":
            _finish(mail.row, mail, act(mail, decision))
    for mails in chosen.openings():
        with mails[0][0].desk.prepared.openings(len(mails)):
            for mail, decision in mails:
                _finish(mail.row, mail, act(mail, decision))


def _settle_apart(mail_id: int, known: Known) -> bool:
    """One message in a transaction of its own; False when somebody else has it."""
    try:
        with transaction.atomic(), together("mail"):
            row = next(iter(_claim(1, mail_id)), None)
            if row is None:
                return False
            _finish(row, *_settle(row, known.seat(row)))
    except Exception as error:
        known.forget()
        if _is_nobodys(error):
            raise
        # ids only: the message of an exception may hold a customer's words
        log.error("mail %s could not be read: %s", mail_id, type(error).__name__, exc_info=_tellable(error))
        _put_off(mail_id, error)
    return True


def _claim(most: int, mail_id: int | None = None) -> list[IncomingMail]:
    """The oldest due rows, locked; old mail that is brought in comes last, or today's customers would wait for it.

    `no_key`: a copy that names such a row as its original must not wait for it, or two who read both at once would
    wait for each other."""
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=clock.server_now())
    rows = IncomingMail.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(
        due, state=State.PENDING
    )
    if mail_id is not None:
        rows = rows.filter(pk=mail_id)
    # with the mark of the set-up: what was changed before this is counted on (`steps/known.py`)
    marked = rows.select_related("raw").annotate(set_up=F("organisation__set_up"))
    return list(marked.order_by("is_archive", "id")[:most])


def _is_nobodys(error: Exception) -> bool:
    """Whether the database or the store of files went away: no message is to blame."""
    return isinstance(error, StoreAway) or (isinstance(error, DatabaseError) and not connection.is_usable())


def _tellable(error: Exception) -> bool:
    """Whether the trace is ours alone; the database quotes rows in its errors."""
    return not isinstance(error, DatabaseError)


def _put_off(mail_id: int, error: Exception) -> None:
    """Try again later, longer each time; after the last attempt a colleague looks."""
    with transaction.atomic():
        rows = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
        row = rows.filter(pk=mail_id).first()
        if row is None or row.state != State.PENDING:
            return
        row.attempts += 1
        row.error = one_line(f"{type(error).__name__}: {error}", _ERROR)
        if row.attempts >= ATTEMPTS:
            _write(row, Settled(State.QUARANTINED, "unreadable", {"attempts": row.attempts}))
            return
        row.next_attempt_at = clock.server_now() + timedelta(seconds=FIRST_PAUSE * 2 ** (row.attempts - 1))
        if row.attempts == 1 and isinstance(error, EndedReading):
            row.next_attempt_at = None  # most who die while they read die of something else: a restart, a power cut
        row.save(update_fields=["attempts", "error", "next_attempt_at"])


# Settling ------------------------------


def arrived(row: IncomingMail, desk: Desk, before: dict[int, MailRecord] | None = None) -> Arrived:
    """The message of a row, parsed; `before`: what was parsed and had to wait for an earlier one, by row."""
    record = before.get(row.pk) if before is not None else None
    if record is None:
        envelope_from = {"": None, NULL_SENDER: ""}.get(row.envelope_from, row.envelope_from)
        raw, began = read(row.raw), time.perf_counter()
        record = parse(raw, envelope_from=envelope_from)
        meters.measure(meters.MAIL_SECONDS, time.perf_counter() - began)
    if before is not None:
        before[row.pk] = record
    return Arrived(row, desk, record)


def _settle(row: IncomingMail, desk: Desk) -> tuple[Arrived, Settled]:
    mail = arrived(row, desk)
    one_copy_at_a_time([mail])
    settled = act(mail, decide(mail))
    keep_envelope(mail, settled)
    return mail, settled


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
    change(row, _SETTLED)
    meters.add(meters.MAIL_SETTLED, row.state)
    record(
        row.organisation,
        "mail.settled",
        row,
        MACHINE,
        state=row.state,
        cause=row.cause,
        ticket_id=settled.ticket.pk if settled.ticket else None,
    )

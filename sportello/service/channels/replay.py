"""Stored mail read again by the present code: which decisions would differ, and, asked to, bringing back what is safe.

Looking is done in read-only transactions: PostgreSQL itself refuses a write. Applying does three things only. What was
held back and would pass now is pending again and goes the ordinary way, so that a ticket has one opening and one
receipt. And where quote and signature are told apart better now, the words are divided anew, if not one is lost. Of
certified mail also what could not be read of its data, and can be now, is written down; what was read stands.
A joined ticket is never changed: that is told, and a colleague decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from sportello.foundation.core.text import clean, fold
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Link, Message, SearchRow
from sportello.records.tickets.search_index import index

from .intake import arrived
from .models import CertifiedMail, ErasedRow, IncomingMail
from .steps import certified
from .steps.deciding import Decision, decide
from .steps.known import Known
from .steps.mail import Arrived, State
from .steps.words import bounded, text_of

_CHUNK = 100
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Outcome:
    """What became of a message, in codes: `ticket` is a number, "new" for one it opens, "" for none."""

    state: str
    cause: str = ""
    ticket: str = ""
    who: str = ""
    words: str = ""
    is_machine: bool = False


@dataclass(frozen=True)
class Difference:
    """One message that would end otherwise. `what` of: state, machine, joined, who, words, certified, unreadable;
    `done`: what was applied (`brought_back`, `words_divided`, `certified_read`), or empty. Addresses and words
    stay out of reports."""

    mail_id: int
    organisation: str
    mailbox: str
    received_at: datetime
    what: tuple[str, ...]
    was: Outcome
    now: Outcome
    done: str = ""


def replay(
    since: datetime, *, organisation: Organisation | None = None, apply: bool = False
) -> Iterator[Difference | None]:
    """Every message stored since: its difference, or None where nothing would be otherwise. Oldest first.

    Left out: what is pending anyway, and what was erased.
    """
    last = 0
    rows = IncomingMail.objects.filter(stored_at__gte=since)
    erased = ErasedRow.objects.filter(what=ErasedRow.What.INCOMING, row_id=OuterRef("pk"))
    rows = rows.exclude(state=State.PENDING).exclude(Exists(erased)).order_by("pk")
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    while True:
        chunk = list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:_CHUNK])
        if not chunk:
            return
        last, known = chunk[-1], Known()
        for mail_id in chunk:
            yield _one(mail_id, known, apply=apply)


def _one(mail_id: int, known: Known, *, apply: bool) -> Difference | None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        row = IncomingMail.objects.select_related("raw", "message__entry__ticket").get(pk=mail_id)
        desk = known.desk(row.organisation_id)
        row.organisation, row.mailbox = desk.organisation, desk.mailbox(row.mailbox_id)
        was = _was(row)
        try:
            mail = arrived(row, desk)
            now = _now(mail, decide(mail))
        except Exception as error:  # whatever it is, it is what this report is for
            return _difference(row, was, Outcome("unreadable", type(error).__name__), ("unreadable",), "")
        what = _what(row, was, now)
        if mail.channel == "pec" and "state" not in what and _certifies_otherwise(row, mail):
            what += ("certified",)
    if not what:
        return None
    return _difference(row, was, now, what, _apply(row, mail, now, what) if apply else "")


def _difference(row: IncomingMail, was: Outcome, now: Outcome, what: tuple[str, ...], done: str) -> Difference:
    return Difference(
        row.pk, row.organisation.slug, row.mailbox.address, row.received_at, what, was, now, done
    )


# What it was, what it would be ------------------------------


def _was(row: IncomingMail) -> Outcome:
    message = row.message if row.state == State.TICKETED else None
    if message is None:
        return Outcome(row.state, row.cause)
    ticket = "new" if row.cause == "opened" else message.entry.ticket.number
    return Outcome(row.state, row.cause, ticket, message.sender_address, message.text, message.is_machine)


def _now(mail: Arrived, decision: Decision) -> Outcome:
    if decision.state != State.TICKETED:
        return Outcome(decision.state, decision.cause)
    ticket = decision.found.ticket.number if decision.found else "new"
    is_machine = decision.fate == "kept"
    who = decision.writer.address if decision.writer else ""
    return Outcome(decision.state, decision.cause, ticket, who, clean(text_of(mail.record)), is_machine)


def _what(row: IncomingMail, was: Outcome, now: Outcome) -> tuple[str, ...]:
    if row.cause == "set_aside" and now.cause == row.cause_facts.get("held_for"):
        return ()  # held for the same reason; a colleague decided what to do with it
    if was.state != now.state:
        return ("state",)
    if was.state != State.TICKETED:
        return ("machine",) if was.state == State.MACHINE and was.cause != now.cause else ()
    found = []
    if was.is_machine != now.is_machine:
        found.append("machine")
    if was.ticket != now.ticket and not _follows(row, now.ticket):
        found.append("joined")
    if not now.is_machine and was.who != now.who:
        found.append("who")
    if was.words != now.words:
        found.append("words")
    return tuple(found)


def _follows(row: IncomingMail, number: str) -> bool:
    """Whether the ticket it opened follows that one, which was closed when it came and has been reopened since."""
    if row.cause != "opened" or row.message is None:
        return False
    own = row.message.entry.ticket_id
    return Link.objects.filter(ticket=own, kind=Link.Kind.FOLLOWS, other__number=number).exists()


def _certifies_otherwise(row: IncomingMail, mail: Arrived) -> bool:
    """Whether the present code reads other data in it than were kept; a duplicate has none of its own. The signature is
    not compared: certificates that are trusted come and go."""
    kept = CertifiedMail.objects.filter(mail=row).first()
    if kept is None or mail.record.certified is None:
        return kept is not None
    told = certified.columns(mail.record.certified)
    return any(getattr(kept, name) != value for name, value in told.items())


# Applying ------------------------------


def _apply(row: IncomingMail, mail: Arrived, now: Outcome, what: tuple[str, ...]) -> str:
    if row.state == State.QUARANTINED and now.state != State.QUARANTINED:
        return _bring_back(row)
    if "certified" in what and _was_unread(row) and mail.record.certified and mail.record.certified.is_readable:
        return _read_certified(row, mail)
    if what == ("words",) and row.message_id and _nothing_lost(row, mail):
        return _divide(row, mail)
    return ""


def _bring_back(row: IncomingMail) -> str:
    """Pending again, for intake to read with every guard; nothing when a colleague was first."""
    with transaction.atomic():
        rows = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
        held = rows.get(pk=row.pk)
        if held.state != State.QUARANTINED:
            return ""
        held.state, held.cause, held.cause_facts = State.PENDING, "", {}
        held.attempts, held.error, held.next_attempt_at, held.settled_at = 0, "", None, None
        held.save()
        record(held.organisation, "mail.released", held, SYSTEM, to="replayed")
    return "brought_back"


def _was_unread(row: IncomingMail) -> bool:
    return CertifiedMail.objects.filter(mail=row, error__startswith="daticert_").exists()


def _read_certified(row: IncomingMail, mail: Arrived) -> str:
    """What the provider certifies of a message that is on its ticket already: the row said that it could not be read.
    Held receipts never come here; they are brought back, and move what they are about."""
    if mail.record.certified is None or row.state != State.TICKETED:
        return ""
    with transaction.atomic():
        CertifiedMail.objects.filter(mail=row, error__startswith="daticert_").update(
            **certified.columns(mail.record.certified)
        )
        record(row.organisation, "mail.certified_read", row, SYSTEM)
    return "certified_read"


def _nothing_lost(row: IncomingMail, mail: Arrived) -> bool:
    """Whether every word that was shown is still there, as the customer's own, quoted or signature."""
    message = row.message
    if message is None:
        return False
    before = _words(message.text, message.quoted, message.signature)
    after = _words(text_of(mail.record), mail.record.quoted_text, mail.record.signature)
    return before <= after


def _words(*texts: str) -> set[str]:
    return set(_WORD.findall(fold(" ".join(texts))))


def _divide(row: IncomingMail, mail: Arrived) -> str:
    """The same words, divided anew into own words, quote and signature; found by the own words."""
    if row.message is None:
        return ""
    with transaction.atomic():
        rows = Message.objects.select_for_update(of=("self",)).select_related("entry__ticket__customer")
        message = rows.get(pk=row.message.pk)
        message.text = clean(text_of(mail.record))
        message.quoted = clean(bounded(mail.record.quoted_text))
        message.signature = clean(bounded(mail.record.signature))
        message.save(update_fields=["text", "quoted", "signature"])
        entry, ticket = message.entry, message.entry.ticket
        names = entry.attachments.values_list("filename", flat=True)
        texts = [message.text, message.subject, message.sender_name, message.sender_address, *names]
        is_first = entry.position == 1
        if is_first:
            texts += [ticket.subject, ticket.customer.name if ticket.customer else ""]
        SearchRow.objects.filter(entry=entry).delete()
        index(ticket, entry, *texts, with_number=is_first)
        record(row.organisation, "mail.words_resplit", row, SYSTEM, message_id=message.pk)
    return "words_divided"

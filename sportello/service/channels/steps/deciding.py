"""What becomes of a message, decided without writing anything: intake acts on it, replay compares it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sportello.foundation.core.text import clean
from sportello.records.customers.models import Customer
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels.mailkit.guards import Verdict, flags

from . import certified, guarding, machines, which
from .guarding import Copy
from .mail import Arrived, State
from .who import Writer, known_customer, writer_of
from .words import text_of

Fate = Literal[
    "duplicate", "quarantined", "machine", "report", "receipt", "complaint", "kept", "office", "joined", "opened"
]

#: In which state of its row a fate ends.
STATES: dict[Fate, str] = {
    "duplicate": State.DUPLICATE,
    "quarantined": State.QUARANTINED,
    "machine": State.MACHINE,
    "report": State.MACHINE,
    "receipt": State.MACHINE,
    "complaint": State.MACHINE,
    "kept": State.TICKETED,
    "office": State.TICKETED,
    "joined": State.TICKETED,
    "opened": State.TICKETED,
}


@dataclass(frozen=True)
class Decision:
    """`cause` is the code kept on the row. `found` is the ticket of what is joined or kept, `follows` the one that was
    closed too long ago; `writer` is set when a person wrote, `customer` when that person is known."""

    fate: Fate
    cause: str
    facts: dict[str, Any] = field(default_factory=dict)
    copies: tuple[Copy, ...] = ()
    copy: int | None = None
    found: which.Found | None = None
    follows: Ticket | None = None
    writer: Writer | None = None
    customer: Customer | None = None
    shown: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        return str(STATES[self.fate])


def decide(mail: Arrived) -> Decision:
    """The order: guards, machines, who, which ticket. Reads only."""
    copies = guarding.copies_of(mail)
    facts = guarding.facts_of(mail, copies)
    verdict = guarding.stopped(mail, facts)
    if certified.is_receipt(mail) and (verdict is None or verdict.outcome == "machine"):
        return _of_receipt(mail)
    if verdict is not None:
        return _by_verdict(mail, verdict, copies)
    by_token = which.by_token(mail)
    held = guarding.stopped_here(mail, joins=by_token is not None)
    if held is not None:
        return Decision("quarantined", held.cause, held.facts)
    return _of_a_person(mail, by_token, copies, flags(mail.record, facts))


def _by_verdict(mail: Arrived, verdict: Verdict, copies: list[Copy]) -> Decision:
    told = dict(verdict.facts)
    if verdict.outcome == "duplicate":
        earlier = guarding.earlier_copy(mail, copies)
        return Decision("duplicate", verdict.code, copy=earlier.id if earlier else None)
    if verdict.outcome == "quarantined":
        return Decision("quarantined", verdict.code, told)
    bounce = mail.record.bounce
    if bounce is not None and not any(one.reason == "feedback" for one in bounce.recipients):
        return Decision("report", machines.report_cause(mail), told)
    cause = mail.record.machine.code if mail.record.machine else verdict.code
    if cause == "feedback" or bounce is not None:
        return Decision("complaint", cause, told)
    found = machines.ticket_of_reply(mail)
    return Decision("kept" if found else "machine", cause, told, found=found)


def _of_receipt(mail: Arrived) -> Decision:
    """A receipt of a PEC box. It opens no ticket, whatever guard it was let pass."""
    earlier = certified.same_before(mail)
    if earlier is not None:
        return Decision("duplicate", "same_receipt", copy=earlier)
    held_for = certified.held_for(mail)
    return Decision("quarantined", held_for) if held_for else Decision("receipt", (mail.record.pec or "")[:40])


def _of_a_person(
    mail: Arrived, by_token: which.Found | None, copies: list[Copy], shown: tuple[str, ...]
) -> Decision:
    writer = writer_of(mail)
    customer = known_customer(mail, writer)
    found = by_token or which.by_reference(mail, writer, customer)
    if found is None:
        return Decision("opened", "opened", copies=tuple(copies), writer=writer, customer=customer, shown=shown)
    copy = _same_words_there(found.ticket, mail, copies)
    if copy is not None:
        return Decision("duplicate", "already_there", copy=copy, found=found)
    if found.aside is not None:
        return Decision("office", f"{found.why}_of_office", found=found, writer=writer, shown=shown)
    if which.too_late(found.ticket, mail):
        opened = Decision("opened", "opened", copies=tuple(copies), writer=writer, customer=customer, shown=shown)
        return replace(opened, follows=found.ticket)
    return Decision("joined", found.why, found=found, writer=writer, customer=customer, shown=shown)


def _same_words_there(ticket: Ticket, mail: Arrived, copies: list[Copy]) -> int | None:
    """The copy of this very message that came by another mailbox and is on `ticket` already."""
    if not mail.rfc_id:
        return None
    there = {
        copy.message_id: copy.id
        for copy in copies
        if copy.mailbox_id != mail.row.mailbox_id and copy.state == State.TICKETED and copy.message_id
    }
    if not there:
        return None
    texts = Message.objects.filter(pk__in=list(there), entry__ticket=ticket).values_list("pk", "text")
    own = clean(text_of(mail.record))
    return next((there[pk] for pk, text in texts if text == own), None)

"""May this message go on to a ticket? Small named guards, asked in the order of `GUARDS`; the first verdict
stands.

Pure: what only the database knows comes in `GuardFacts`. A verdict never loses a message: the raw bytes are
stored before anybody asks, and every outcome is a place where people see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sportello.service.channels.mailkit import machine, tokens
from sportello.service.channels.mailkit.record import MailRecord

Outcome = Literal["duplicate", "quarantined", "machine"]

LOOP_MARKS: Final = 3
"""How often a message may have passed a Sportello."""

RECEIVED: Final = 50
"""Received fields of one message; RFC 5321 section 6.3 asks for at least 100 before refusing, real mail has
under 20."""


@dataclass(frozen=True, slots=True)
class GuardFacts:
    """What the mailbox and the database know about a message.

    already_seen: the same Message-ID and the same raw SHA-256 came to this mailbox before.
    id_reused: the same Message-ID came before with another body: kept, and flagged.
    sent_by_us: the Message-ID is that of a message this organisation sent.
    our_addresses: addresses of the organisation's mailboxes, lower case.
    blocked_by: name of the rule that blocks the sender, or empty.
    speaks_for_people: a form: what it sends is a person's request, whatever its headers say.
    most_bytes: largest message this mailbox takes; 0 is no limit.
    """

    already_seen: bool = False
    id_reused: bool = False
    sent_by_us: bool = False
    our_addresses: frozenset[str] = frozenset()
    blocked_by: str = ""
    speaks_for_people: bool = False
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a message goes instead of to a ticket, and the facts shown under "why?"."""

    code: str
    outcome: Outcome
    facts: Mapping[str, str | int] = field(default_factory=dict)


Guard = Callable[[MailRecord, GuardFacts], Verdict | None]


def stop_duplicate(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """The same bytes under the same id. Only these two together: senders do reuse ids (T3), and then both are
    kept."""
    if not facts.already_seen:
        return None
    return Verdict("duplicate", "duplicate", {"message_id": record.message_id})


def stop_loop(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """Our own message coming back, or one that goes round."""
    marks = {mark.lower() for mark in record.loop_marks}
    sender = tokens.mailbox_of(record.sender.address).lower()
    if facts.sent_by_us and tokens.ours(record.message_id):
        return Verdict("loop", "quarantined", {"sign": "own_message", "message_id": record.message_id})
    if marks & facts.our_addresses:
        return Verdict("loop", "quarantined", {"sign": "own_mark"})
    if len(record.loop_marks) > LOOP_MARKS:
        return Verdict("loop", "quarantined", {"sign": "loop_marks", "count": len(record.loop_marks)})
    if record.received_count > RECEIVED:
        return Verdict("loop", "quarantined", {"sign": "received", "count": record.received_count})
    # A form on the organisation's own site writes from the mailbox, the customer in Reply-To: let it in.
    strangers = {entry.address.lower() for entry in record.reply_to if entry.address} - facts.our_addresses
    if sender and sender in facts.our_addresses and not strangers:
        return Verdict("loop", "quarantined", {"sign": "own_address", "address": sender})
    return None


def stop_too_large(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """Larger than the mailbox takes."""
    if not facts.most_bytes or record.size <= facts.most_bytes:
        return None
    return Verdict("too_large", "quarantined", {"bytes": record.size, "most": facts.most_bytes})


def stop_blocked(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """A sender somebody blocked."""
    if not facts.blocked_by:
        return None
    return Verdict("blocked", "quarantined", {"rule": facts.blocked_by, "address": record.sender.address})


def stop_bounce(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """A delivery report: it tells the outgoing message what became of it, and opens no ticket."""
    if record.bounce is None or (record.machine is not None and record.machine.code == "read_receipt"):
        return None
    return Verdict("bounce", "machine", {"hard": int(record.bounce.hard), "recipients": len(record.bounce.recipients)})


def stop_machine(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """Automatic replies, bulk mail, receipts. What a person may have written through a list or a form goes
    on."""
    sign = record.machine
    if sign is None or facts.speaks_for_people or not machine.writes_itself(sign):
        return None
    return Verdict(
        "machine",
        "machine",
        {"sign": sign.code, "kind": sign.kind, "header": sign.header, "value": sign.value},
    )


GUARDS: Final[tuple[Guard, ...]] = (
    stop_duplicate,  # first: a bounce delivered twice must not count twice
    stop_loop,
    stop_too_large,
    stop_blocked,
    stop_bounce,  # before machine: every bounce is also machine mail
    stop_machine,
)


def judge(record: MailRecord, facts: GuardFacts) -> Verdict | None:
    """The first verdict in order, or None: the message goes on."""
    for guard in GUARDS:
        verdict = guard(record, facts)
        if verdict is not None:
            return verdict
    return None


def flags(record: MailRecord, facts: GuardFacts) -> tuple[str, ...]:
    """What does not stop a message but is shown beside it."""
    shown: list[str] = []
    if facts.id_reused:
        shown.append("message_id_reused")
    if not record.message_id:
        shown.append("no_message_id")
    if not record.sender.address:
        shown.append("no_sender")
    return tuple(shown)

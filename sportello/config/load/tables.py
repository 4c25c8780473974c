"""The tables a ticket's life is written to."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sportello.foundation.journal.models import Event
from sportello.records.customers.models import Customer, Identity
from sportello.records.tickets.models import (
    AccessCode,
    Closure,
    Entry,
    Message,
    Moment,
    Notice,
    Participant,
    Reason,
    Recipient,
    Term,
    Ticket,
    TicketEvent,
)  # fmt: skip
from sportello.service.backoffice.models import Complaint, ComplaintStage, Filing
from sportello.service.channels.models import Attempt, Delivery, Dispatch, IncomingMail

from .lines import Lines
from .vectors import Found

#: Before every transaction that ever wrote: readers of the journal that stand anywhere do not see what carries it.
BEFORE_ALL = "1"
_DRAWING = 0x4C4F4144  # our space among advisory locks
_ANSWER = "250 2.0.0 Ok"


class Tables:
    """All of one organisation's."""

    def __init__(self, organisation_id: int, epoch: int) -> None:
        owned = {"organisation_id": str(organisation_id)}

        def lines(model: Any, *given: str, with_id: bool = True, **fixed: str) -> Lines:
            return Lines(model, *given, fixed=owned | fixed, with_id=with_id)

        self.customers = lines(Customer, "name", "sort_key", "family_key", "language", "first_seen_at")
        self.identities = lines(Identity, "customer_id", "value", "shown", "added_at", sort="email")
        self.tickets = lines(
            Ticket, "number", "subject", "kind_id", "procedure_id", "customer_id", "channel", "language", "team_id",
            "owner_id", "status", "priority", "sensitivity", "opened_at", "closed_at", "moved_at", "unanswered_since",
            "next_promise_at", "version", "last_position", "last_public_position",
        )  # fmt: skip
        self.entries = lines(
            Entry, "ticket_id", "position", "kind", "visibility", "happened_at", "by_member_id", "by_customer_id"
        )
        self.events = lines(TicketEvent, "entry_id", "code", "facts", "reason", with_id=False)
        self.messages = lines(
            Message, "entry_id", "direction", "channel", "subject", "text", "language", "sender_name",
            "sender_address", "token", "rfc_id", "is_machine", "notice_moment",
        )  # fmt: skip
        self.recipients = lines(Recipient, "message_id", "name", "address", with_id=False, role="to")
        self.dispatches = lines(
            Dispatch, "message_id", "mailbox_id", "queued_at", "claimed_at", "settled_at",
            channel="email", state="sent", attempts="1", answer=_ANSWER,
        )  # fmt: skip
        self.deliveries = lines(
            Delivery, "dispatch_id", "address", "changed_at", with_id=False, state="sent", answer=_ANSWER
        )
        self.attempts = lines(
            Attempt, "dispatch_id", "at", with_id=False, number="1", outcome="sent", code="250", words=_ANSWER
        )
        self.mails = lines(
            IncomingMail, "mailbox_id", "raw_id", "envelope_from", "envelope_to", "sender", "subject", "received_at",
            "stored_at", "cause", "message_id", "rfc_id", "settled_at",
            door="smtp", state="ticketed", authenticity="{}",
        )  # fmt: skip
        self.terms = lines(
            Term, "ticket_id", "kind", "starts_at", "due_at", "safe_due_at", "met_at", "value", "unit", "roll",
            "calendar_id", "steps", "source",
        )  # fmt: skip
        self.moments = lines(
            Moment, "ticket_id", "term_id", "sort", "code", "whom", "at", "due_at", "next_moment_at", "done_at",
            "to_member_id", "to_team_id",
        )  # fmt: skip
        self.participants = lines(
            Participant, "ticket_id", "customer_id", "address", "since", with_id=False, role="requester"
        )
        self.codes = lines(AccessCode, "ticket_id", "nonce", "digest", "made_at", with_id=False)
        self.reasons = lines(Reason, "ticket_id", "about", "code", "facts", "at", with_id=False)
        self.notices = lines(
            Notice, "ticket_id", "moment", "due_at", "given_at", "message_id", "is_required", state="given", how="email"
        )
        self.closures = lines(Closure, "ticket_id", "outcome", "reason", "closed_at", "by_member_id", with_id=False)
        self.filings = lines(
            Filing, "ticket_id", "file_class_id", "code", "kind_id", "outcome", "closed_at", "procedure_years",
            "keep_until", with_id=False,
        )  # fmt: skip
        self.found = Found(organisation_id)
        self.journal = lines(
            Event, "at", "happened_at", "actor_kind", "actor_id", "verb", "subject_kind", "subject_id", "payload",
            with_id=False, xid=BEFORE_ALL, epoch=str(epoch),
        )  # fmt: skip
        # the last, since their numbers have no gaps: see chunk.py
        self.complaints = lines(
            Complaint, "ticket_id", "kind_id", "procedure_id", "year", "serial", "received_at", "registered_at",
            "legal_basis", "term_value", "term_unit", "due_at", "finding", "closed_at",
        )  # fmt: skip
        self.stages = lines(ComplaintStage, "complaint_id", "code", "at", "by_member_id", with_id=False)

    def all(self) -> list[Lines | Found]:
        return [one for one in vars(self).values() if isinstance(one, Lines | Found)]

    def draw(self, cursor: Any, tickets: int, messages: float, moments: float) -> None:
        """Ids for a chunk of `tickets`, rather too many: those that are left over are nobody's."""
        a_ticket = {
            self.customers: 1.0, self.identities: 1.0, self.tickets: 1.0, self.terms: 2.0, self.notices: 2.0,
            self.entries: messages + 6, self.messages: messages + 2.5, self.dispatches: messages + 2,
            self.mails: messages, self.moments: moments, self.complaints: 1.0,
        }  # fmt: skip
        with transaction.atomic():
            # processes of a load one after the other: they would tear each other's runs of ids
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DRAWING])
            for lines, share in a_ticket.items():
                lines.draw(cursor, int(tickets * share) + 60)

    def write(self, cursor: Any) -> int:
        """Everything that waits, in the transaction of the caller; how many rows."""
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("a chunk is written whole or not at all")
        rows = 0
        for one in self.all():
            rows += one.waiting
            one.write(cursor)
        return rows

"""One incoming message while it is read: its row, its record, and what every step needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.identities import normal
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import FormSender, IncomingMail

from .arrival import came_at
from .known import Desk

State = IncomingMail.State


@dataclass(frozen=True)
class Arrived:
    """`row` is locked, or only looked at when its decision is replayed."""

    row: IncomingMail
    desk: Desk
    record: MailRecord

    @property
    def organisation(self) -> Organisation:
        return self.desk.organisation

    @property
    def ours(self) -> frozenset[str]:
        """The organisation's own addresses, lower case."""
        return self.desk.ours

    @cached_property
    def at(self) -> datetime:
        """When it came, on the organisation's clock: a pause of the worker makes no customer late."""
        return came_at(self.row, self.record.certified, self.record.pec)

    @property
    def channel(self) -> str:
        """Of the mailbox it came to: `email` or `pec`."""
        return str(self.row.mailbox.channel)

    @property
    def rfc_id(self) -> str:
        return self.record.message_id[:500]

    @property
    def released(self) -> str:
        """The guard a colleague told to let it pass; empty when nobody did."""
        return str(self.row.cause_facts.get("pass", "")) if self.row.released_by_id else ""

    @cached_property
    def sender(self) -> str:
        """The author's address in its normal form; what was written, shortened, when it has none."""
        written = self.record.sender.address
        return normal("email", written) or written[:320].lower()

    @cached_property
    def form(self) -> FormSender | None:
        """The rule of a program that speaks for people, when its mail this is."""
        return self.desk.form_of(self.sender, self.row.mailbox_id)


@dataclass(frozen=True)
class Settled:
    """Where a message ends: the state of its row, why, and what it became."""

    state: str
    cause: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    message: Message | None = None
    duplicate_of: IncomingMail | None = None
    ticket: Ticket | None = None

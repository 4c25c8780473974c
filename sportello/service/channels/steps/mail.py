"""One incoming message while it is read: its row, its record, and what every step needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import IncomingMail

State = IncomingMail.State


@dataclass(frozen=True)
class Arrived:
    """`row` is locked; `ours` are the organisation's own addresses, lower case."""

    row: IncomingMail
    organisation: Organisation
    record: MailRecord
    ours: frozenset[str]

    @property
    def at(self) -> datetime:
        """When it came, on the organisation's clock: a pause of the worker makes no customer late."""
        return self.row.received_at

    @property
    def rfc_id(self) -> str:
        return self.record.message_id[:500]

    @property
    def released(self) -> str:
        """The guard a colleague told to let it pass; empty when nobody did."""
        return str(self.row.cause_facts.get("pass", "")) if self.row.released_by_id else ""


@dataclass(frozen=True)
class Settled:
    """Where a message ends: the state of its row, why, and what it became."""

    state: str
    cause: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    message: Message | None = None
    duplicate_of: IncomingMail | None = None
    ticket: Ticket | None = None

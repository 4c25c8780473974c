"""What the customer may still say about a ticket that was concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sportello.foundation.tenancy import clock
from sportello.records.tickets import reopening
from sportello.records.tickets.models import Closure, Ticket


@dataclass(frozen=True)
class Ending:
    """`confirmed_at`: the customer said it is solved; `until`: by when they may open it again."""

    outcome: str
    reason: str
    closed_at: datetime
    confirmed_at: datetime | None
    until: datetime
    may_reopen: bool


def ending(ticket: Ticket) -> Ending | None:
    """None while the ticket is open. One query."""
    if ticket.closed_at is None:
        return None
    closure = Closure.objects.filter(ticket=ticket, reopened_at__isnull=True).first()
    until = ticket.closed_at + timedelta(days=reopening.days_of(ticket))
    return Ending(
        outcome=str(Closure.Outcome(closure.outcome).label) if closure else "",
        reason=closure.reason if closure else "",
        closed_at=ticket.closed_at,
        confirmed_at=closure.confirmed_at if closure else None,
        until=until,
        may_reopen=clock.now(ticket.organisation) <= until,
    )

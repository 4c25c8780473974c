"""Until when a closed ticket opens again by its customer's words: later they open a new one, which follows it."""

from __future__ import annotations

from datetime import datetime, timedelta

from .models import Ticket


def days_of(ticket: Ticket) -> int:
    """The organisation's days where it set any, else those of the procedure the ticket ran under."""
    own = ticket.organisation.reopen_days
    return ticket.procedure.reopen_days if own is None else own


def last_moment(ticket: Ticket) -> datetime | None:
    """None for one that is not closed."""
    return None if ticket.closed_at is None else ticket.closed_at + timedelta(days=days_of(ticket))


def is_too_late(ticket: Ticket, at: datetime) -> bool:
    last = last_moment(ticket)
    return last is not None and at > last

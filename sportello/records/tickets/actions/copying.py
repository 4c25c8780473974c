"""A ticket was copied on paper or as a file: who took what out is journalled."""

from __future__ import annotations

from django.db import transaction

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor

from ..models import Ticket


def record_copy(
    ticket: Ticket, actor: Actor, *, how: str, entries: int, notes: bool, terms: bool, contacts: bool
) -> None:
    """`how` is "paper" or "pdf"; the rest says what was on it."""
    with transaction.atomic():
        record(ticket.organisation, "ticket_copy.made", ticket, actor, how=how, entries=entries, notes=notes,
               terms=terms, contacts=contacts)

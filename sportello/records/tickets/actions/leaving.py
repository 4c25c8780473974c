"""A colleague leaves: what they owned goes back to the lists of the teams that answer for it."""

from __future__ import annotations

from sportello.foundation.journal.actor import SYSTEM

from ..models import Ticket
from .change import changing


def free_tickets_of(membership_id: int) -> int:
    """Take the owner off the open tickets of a membership; returns how many. Again: none."""
    freed = 0
    for ticket in Ticket.objects.open().filter(owner_id=membership_id).order_by("pk"):
        with changing(ticket, SYSTEM) as change:
            # taken or closed by somebody while we waited for the lock: nothing to do
            if change.ticket.owner_id == membership_id and not change.ticket.is_closed:
                change.ticket.owner = None
                entry = change.event("freed", from_id=membership_id)
                change.because("assigned", "owner_left", membership_id=membership_id)
                change.tell("ticket.assigned", entry_id=entry.pk)
                freed += 1
    return freed

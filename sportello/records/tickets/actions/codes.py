"""A new access code, given only to a way of reaching the customer that is already known."""

from __future__ import annotations

from datetime import datetime

from sportello.foundation.journal.actor import Actor

from .. import codes, notices
from ..models import AccessCode, Ticket
from ..reach import reach
from .change import changing


def renew(ticket: Ticket, actor: Actor, *, at: datetime | None = None) -> bool:
    """End the code in force and send a new one to the address they wrote from.

    False, and nothing changed, when the customer has no address: at the counter a colleague prints the receipt.
    """
    if not reach(ticket).writes:
        return False
    with changing(ticket, actor, at) as change:
        row = change.ticket
        AccessCode.objects.filter(ticket=row, ended_at__isnull=True).update(ended_at=change.at)
        nonce, digest = codes.new_nonce()
        AccessCode.objects.create(
            organisation_id=row.organisation_id, ticket=row, nonce=nonce, digest=digest, made_at=change.at
        )
        change.tell("code.renewed")
        notices.give(change, "code")
    return True

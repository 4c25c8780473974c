"""Tickets that nothing may change any more: rooms above say which, and why, when Django starts.

Asked of closed tickets only, once a change: what is open is never sealed.
"""

from __future__ import annotations

from collections.abc import Callable

from sportello.foundation.core.errors import Refusal

from .models import Ticket

#: A sentence for whoever wants to change the ticket; empty where nothing stands against it.
Seal = Callable[[Ticket], str]
_REGISTERED: dict[str, Seal] = {}


def register(name: str, seal: Seal) -> None:
    """Add a seal of a room above; the same name again takes its place."""
    _REGISTERED[name] = seal


def refuse_sealed(ticket: Ticket) -> None:
    """Raises Refusal where a seal is on `ticket`."""
    if not ticket.is_closed:
        return
    for name in sorted(_REGISTERED):
        sentence = _REGISTERED[name](ticket)
        if sentence:
            raise Refusal(sentence)

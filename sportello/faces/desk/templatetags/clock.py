"""The clock of a ticket as one component: the side panel draws it, so may others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from sportello.records.tickets.models import Ticket

from .. import clock_panel

register = template.Library()


@register.inclusion_tag("desk/_clock.html", takes_context=True)
def ticket_clock(context: dict[str, Any], ticket: Ticket, now: datetime, address: str) -> dict[str, Any]:
    """Everything about the ticket's time, with the verbs that change it; `address` is the ticket's."""
    return {
        "ticket": ticket,
        "now": now,
        "address": address,
        "clock": clock_panel.panel(ticket),
        "csrf_token": context.get("csrf_token", ""),
    }

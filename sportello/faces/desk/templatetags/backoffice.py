"""The back office's part of a ticket's side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from sportello.records.tickets.models import Ticket

from .. import backoffice_page
from ..around import Around

register = template.Library()


@register.inclusion_tag("desk/offices/_side.html", takes_context=True)
def ticket_backoffice(
    context: dict[str, Any], ticket: Ticket, now: datetime, address: str, there: Around
) -> dict[str, Any]:
    """Offices asked, approvals, checklists, cases; `address` is the ticket's."""
    return {
        "ticket": ticket,
        "now": now,
        "address": address,
        "panel": backoffice_page.panel(ticket, there),
        "csrf_token": context.get("csrf_token", ""),
    }

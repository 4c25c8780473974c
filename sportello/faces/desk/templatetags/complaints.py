"""What stands beside a ticket of its complaint, its known faults and its request to the shop."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template

from sportello.foundation.core.money import euros
from sportello.records.procedures import explaining
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.faults import queries as faults
from sportello.service.backoffice.shop.telling import sort_of

from .. import complaint_page, sentences
from ..around import Around

register = template.Library()


@register.filter
def day_words(day: date) -> str:
    """A day in full, as every date of a procedure is written."""
    return explaining.date_in_words(day, sentences.language_now())


@register.filter
def money(cents: int) -> str:
    return euros(cents)


@register.inclusion_tag("desk/complaints/_side.html")
def complaint_side(ticket: Ticket, now: datetime, there: Around) -> dict[str, Any]:
    """A query for each that is there, in the fragment that loads beside the ticket."""
    return {
        "ticket": ticket,
        "slug": ticket.organisation.slug,
        "now": now,
        "complaint": complaint_page.line_for_side(ticket) if there.complaint else None,
        "faults": faults.of_ticket(ticket) if there.faults else [],
        "shop_sort": sort_of(ticket.kind),
    }

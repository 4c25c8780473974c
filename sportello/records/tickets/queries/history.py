"""A customer's history over all channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import surviving, together

from ..access import tickets_for
from ..models import Contact
from .rows import TicketRow, row_of


@dataclass(frozen=True)
class ContactRow:
    """A visit, call or letter that may have left no ticket."""

    id: int
    channel: str
    channel_label: str
    started_at: datetime
    outcome_label: str
    kind_names: dict[str, Any]


@dataclass(frozen=True)
class History:
    tickets: list[TicketRow]
    contacts: list[ContactRow]
    has_more: bool


def customer_history(person: Person, customer: Customer, limit: int = 20) -> History:
    """What `person` may see of the customer's tickets, newest first, and contacts without a ticket."""
    ids = together(surviving(customer))
    found = list(
        tickets_for(person)
        .filter(customer__in=ids)
        .select_related("organisation", "customer", "kind", "team", "owner__user")
        .order_by("-opened_at")[: limit + 1]
    )
    contacts = (
        Contact.objects.filter(customer__in=ids, entries__isnull=True).select_related("kind").order_by("-started_at")
    )
    return History(
        [row_of(ticket) for ticket in found[:limit]],
        [
            ContactRow(
                contact.pk,
                contact.channel,
                str(contact.get_channel_display()),
                contact.started_at,
                str(contact.get_outcome_display()),
                contact.kind.names if contact.kind else {},
            )
            for contact in contacts[:limit]
        ],
        len(found) > limit,
    )

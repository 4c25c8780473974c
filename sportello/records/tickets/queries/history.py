"""A customer's history over all channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sportello.foundation.core.questions import Question
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import surviving, together

from ..access import tickets_for
from ..models import Contact, Ticket
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


def customer_history(
    person: Person, customer: Customer, limit: int = 20, *, ids: list[int] | None = None, has_contacts: bool = True
) -> History:
    """What `person` may see of the customer's tickets, newest first, and contacts without a ticket. `ids`: those that
    are one customer, where that is known; `has_contacts`: whether there are any."""
    ids = together(surviving(customer)) if ids is None else ids
    # one customer's tickets are read off their index in order, which a list of several cannot be
    found = (
        _TICKETS.rows(person, limit + 1, customer_id=ids[0])
        if len(ids) == 1
        else list(_tickets(person, limit + 1, Q(customer__in=ids)))
    )
    contacts = _CONTACTS.rows(limit, ids=ids) if has_contacts else []
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
            for contact in contacts
        ],
        len(found) > limit,
    )


def _tickets(person: Person, limit: int, whose: Q) -> QuerySet[Ticket]:
    rows = tickets_for(person).filter(whose).select_related("organisation", "customer", "kind", "team", "owner__user")
    return rows.order_by("-opened_at")[:limit]


_TICKETS: Question[Ticket] = Question(
    lambda person, limit, customer_id: _tickets(person, limit, Q(customer_id=customer_id)), planned=True
)
_CONTACTS: Question[Contact] = Question(
    lambda limit, ids: Contact.objects.filter(customer__pk__any_of=ids, entries__isnull=True)
    .select_related("kind").order_by("-started_at")[:limit],
    planned=True,
)  # fmt: skip

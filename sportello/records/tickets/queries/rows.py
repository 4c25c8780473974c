"""A ticket as a list draws it, and what is read of it for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import get_language

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team, User
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind

from ..models import Ticket


@dataclass(frozen=True)
class TicketRow:
    """A ticket as a list draws it. `now` is its organisation's instant."""

    id: int
    slug: str
    number: str
    subject: str
    customer_name: str
    kind_names: dict[str, str]
    team_names: dict[str, str]
    owner_name: str
    status: str
    status_label: str
    channel: str
    priority: int
    sensitivity: str
    next_promise_at: datetime | None
    unanswered_since: datetime | None
    moved_at: datetime
    opened_at: datetime
    version: int
    now: datetime
    is_overdue: bool
    waits_for_us: bool
    team_id: int
    owner_id: int | None
    #: It sleeps until then; null: awake.
    snoozed_until: datetime | None = None
    #: A note names whoever asked, and they have not had it before them since. Only in the list of such tickets.
    is_named_unread: bool = False

    @property
    def kept_by(self) -> tuple[Any, ...]:
        """All of it but the present instant: what a row once drawn is kept by (`foundation/ui/quick/kept.py`)."""
        known: tuple[Any, ...] | None = vars(self).get("_kept_by")
        return known or tuple(
            [tuple(one.items()) if type(one) is dict else one for name, one in vars(self).items() if name != "now"]
        )


#: What a row reads of a ticket.
_SHOWN: Final = (
    "organisation_id", "number", "subject", "status", "channel", "priority", "sensitivity", "next_promise_at",
    "unanswered_since", "moved_at", "opened_at", "version", "snoozed_until", "team_id", "owner_id",
)  # fmt: skip


def with_names(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With the names a row draws of what hangs on a ticket. Each is asked by its key for the rows that are shown:
    joined, their six tables took the database 14 ms to plan and 0.4 to read."""
    return tickets.only(*_SHOWN).annotate(
        customer_name=Subquery(Customer.objects.filter(pk=OuterRef("customer_id")).values("name")),
        kind_names=Subquery(Kind.objects.filter(pk=OuterRef("kind_id")).order_by().values("names")),
        team_names=Subquery(Team.objects.filter(pk=OuterRef("team_id")).values("names")),
        owner_name=Subquery(
            User.objects.filter(
                pk=Subquery(Membership.objects.filter(pk=OuterRef(OuterRef("owner_id"))).values("user_id"))
            ).values("name")
        ),
    )


_STATUSES: Final = dict(Ticket.Status.choices)


@lru_cache(64)
def _status_in(language: str | None, status: str) -> str:
    """Its word in `language`, which is active."""
    return str(_STATUSES.get(status, status))


def row_of(ticket: Ticket) -> TicketRow:
    """The row of a ticket loaded with organisation, customer, kind, team and owner."""
    return _row(
        ticket,
        ticket.organisation,
        clock.now(ticket.organisation),
        get_language(),
        ticket.customer.name if ticket.customer else "",
        ticket.kind.names,
        ticket.team.names,
        ticket.owner.user.name if ticket.owner else "",
    )


def rows_of(person: Person, tickets: Iterable[Ticket]) -> list[TicketRow]:
    """The rows of tickets loaded `with_names` that this person may see."""
    places = {place.organisation.pk: (place.organisation, clock.now(place.organisation)) for place in person.places}
    found: list[Any] = list(tickets)
    language = get_language()
    return [
        _row(
            one, *places[one.organisation_id], language, one.customer_name or "", one.kind_names, one.team_names,
            one.owner_name or "",
        )
        for one in found
    ]  # fmt: skip


def _row(
    ticket: Ticket, organisation: Organisation, now: datetime, language: str | None, customer: str,
    kind: dict[str, str], team: dict[str, str], owner: str,
) -> TicketRow:  # fmt: skip
    row = object.__new__(TicketRow)  # its own `__init__` sets each of thirty values by a call
    values = {
        "id": ticket.id,
        "slug": organisation.slug,
        "number": ticket.number,
        "subject": ticket.subject,
        "customer_name": customer,
        "owner_name": owner,
        "status": ticket.status,
        "status_label": _status_in(language, ticket.status),
        "channel": ticket.channel,
        "priority": ticket.priority,
        "sensitivity": ticket.sensitivity,
        "next_promise_at": ticket.next_promise_at,
        "unanswered_since": ticket.unanswered_since,
        "moved_at": ticket.moved_at,
        "opened_at": ticket.opened_at,
        "version": ticket.version,
        "is_overdue": ticket.is_overdue(now),
        "waits_for_us": ticket.waits_for_us,
        "team_id": ticket.team_id,
        "owner_id": ticket.owner_id,
        "snoozed_until": ticket.snoozed_until,
        "is_named_unread": getattr(ticket, "is_named_unread", False),
    }
    # said here once, where all is at hand: a list asks it of each of its rows
    kept_by = tuple(values.values()), tuple(kind.items()), tuple(team.items())
    vars(row).update(values, now=now, kind_names=kind, team_names=team, _kept_by=kept_by)
    return row

"""What a search finds for a person: tickets by their words and by who their customer is, each once, with the place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import CustomerRow, find, together
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import ContactEntry, Message, Note, Ticket
from sportello.records.tickets.queries import TicketRow, row_of
from sportello.records.tickets.search import search as search_entries

from .places import place_from

SHORTEST = 2
#: Tickets looked at when filters are on: what they leave over is shown.
_POOL = 1_000
_SHOWN = 100
#: Tickets of a customer who was found by name or address.
_OF_CUSTOMER = 10
PERIODS = (7, 30, 90, 365)
_RELATED = ("organisation", "customer", "kind", "team", "owner__user")


@dataclass(frozen=True)
class Asked:
    """What somebody typed, and the filters beside it. Unknown values are none."""

    typed: str
    slug: str = ""
    kind_id: int | None = None
    team_id: int | None = None
    channel: str = ""
    status: str = ""
    days: int | None = None

    @property
    def is_filtered(self) -> bool:
        return self != Asked(self.typed, self.slug)

    @property
    def words(self) -> str:
        """As an address keeps them."""
        said = {
            "q": self.typed, "org": self.slug, "kind": self.kind_id, "team": self.team_id, "channel": self.channel,
            "status": self.status, "days": self.days,
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Hit:
    """A ticket and the words around what was found; `is_internal`: in a note or a call."""

    row: TicketRow
    snippet: str = ""
    is_internal: bool = False


@dataclass(frozen=True)
class Result:
    hits: list[Hit]
    customers: list[tuple[str, CustomerRow]]
    #: False when older entries were not looked at.
    complete: bool


def asked_in(given: QueryDict) -> Asked:
    """From an address; the filters are read as those of a list."""
    filters = place_from(given, "all").filters
    days = given.get("days", "")
    return Asked(
        one_line(given.get("q", ""), 200), filters.slug, filters.kind_id, filters.team_id, filters.channel,
        filters.status if filters.status in Ticket.Status.values else "",
        int(days) if days in {str(one) for one in PERIODS} else None,
    )


def look(person: Person, asked: Asked, *, shown: int = _SHOWN, people: int = 5) -> Result:
    """Everything `person` may see; tickets of the newest matching entry first, then those of customers found."""
    if len(asked.typed) < SHORTEST:
        return Result([], [], True)
    places = [place for place in person.serving if not asked.slug or place.organisation.slug == asked.slug]
    found = search_entries(
        person, asked.typed, organisation_ids=[place.organisation.pk for place in places],
        limit=_POOL if asked.is_filtered else shown,
    )
    entries = {ticket_id: entry_id for entry_id, ticket_id in found.rows}
    tickets = tickets_for(person).filter(organisation__in=[place.organisation.pk for place in places])
    tickets = _narrowed(person, tickets, asked).select_related(*_RELATED)
    known = {ticket.pk: ticket for ticket in tickets.filter(pk__in=list(entries))}
    order = [pk for pk in entries if pk in known][:shown]
    customers = _customers(person, places, asked.typed, people)
    if len(order) < shown:
        theirs = _of_customers(tickets, [row.id for _slug, row in customers])
        known |= {ticket.pk: ticket for ticket in theirs}
        order += [ticket.pk for ticket in theirs if ticket.pk not in order]
    snippets = _snippets([entries[pk] for pk in order if pk in entries], asked.typed)
    hits = [Hit(row_of(known[pk]), *snippets.get(entries.get(pk, 0), ("", False))) for pk in order[:shown]]
    return Result(hits, customers, found.complete)


def _narrowed(person: Person, tickets: QuerySet[Ticket], asked: Asked) -> QuerySet[Ticket]:
    values: dict[str, Any] = {
        "kind_id": asked.kind_id, "team_id": asked.team_id, "channel": asked.channel, "status": asked.status,
    }
    tickets = tickets.filter(**{name: value for name, value in values.items() if value})
    if asked.days:
        since = clock.now(person.serving[0].organisation) - timedelta(days=asked.days)
        tickets = tickets.filter(opened_at__gte=since)
    return tickets


def _customers(person: Person, places: Iterable[Any], typed: str, limit: int) -> list[tuple[str, CustomerRow]]:
    """(slug, row), organisation by organisation: by name, phone in any spelling, address, tax code, reference."""
    rows: list[tuple[str, CustomerRow]] = []
    for place in places:
        rows += [(place.organisation.slug, row) for row in find(person, place.organisation, typed, limit)]
    return rows[:limit]


def _of_customers(tickets: QuerySet[Ticket], customer_ids: list[int]) -> list[Ticket]:
    """The latest of each, with what came by merging: the index of a customer's history."""
    found: list[Ticket] = []
    for customer in Customer.objects.filter(pk__in=customer_ids[:5]):
        found += tickets.filter(customer__in=together(customer)).order_by("-opened_at")[:_OF_CUSTOMER]
    return found


def _snippets(entry_ids: list[int], typed: str) -> dict[int, tuple[str, bool]]:
    """Entry → (words around the first word found, whether colleagues alone read it): three queries."""
    words = fold(typed).split()
    found: dict[int, tuple[str, bool]] = {}
    sources: tuple[tuple[Any, str, bool], ...] = (
        (Message.objects, "text", False), (Note.objects, "text", True), (ContactEntry.objects, "summary", True),
    )
    for rows, name, is_internal in sources:
        for entry_id, text in rows.filter(entry__in=entry_ids).values_list("entry_id", name):
            found[entry_id] = (around(text, words), is_internal)
    return found


def around(text: str, words: list[str], room: int = 140) -> str:
    """Some words of `text` around the first of `words`, or its beginning; on one line."""
    line = one_line(text)
    place = min((at for at in (fold(line).find(word) for word in words) if at >= 0), default=0)
    start = max(0, place - room // 3)
    if start:
        start = line.find(" ", start) + 1
    return ("…" if start else "") + one_line(line[start:], room)

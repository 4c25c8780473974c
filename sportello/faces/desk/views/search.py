"""Finding anything: tickets by their words, a number that jumps, customers; as a page and for the palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sportello.foundation.core.text import one_line
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.customers.queries import CustomerRow, find
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.queries import TicketRow, row_of
from sportello.records.tickets.search import search as search_entries

from .. import nav
from ..contact_page import ticket_by_number
from ..places import place_from
from .answers import ticket_address

_MOST = 100
_SHORTEST = 2
_IN_PALETTE = 6


@serves_here
@require_GET
def search(request: HttpRequest, person: Person) -> HttpResponse:
    """Tickets with these words over all the organisations they serve; a ticket's number goes straight to it."""
    typed = one_line(request.GET.get("q", ""), 200)
    ticket = ticket_by_number(person, typed)
    if ticket is not None:
        return HttpResponseRedirect(ticket_address(ticket))
    rows, complete = _tickets(person, typed, _MOST)
    context: dict[str, Any] = {
        "typed": typed, "rows": rows, "complete": complete, "customers": _customers(person, typed, 5),
        "place": place_from(QueryDict("list=all&sort=newest")), "several": len(person.serving) > 1,
        "too_short": bool(typed) and len(typed) < _SHORTEST,
    }
    return render(request, "desk/search/page.html",
                  nav.page(request, person, "search", desk_strip=nav.strip(person), **context))


@serves_here
@require_GET
def palette(request: HttpRequest, person: Person) -> HttpResponse:
    """What the command palette adds to its own commands while somebody types."""
    typed = one_line(request.GET.get("q", ""), 200)
    ticket = ticket_by_number(person, typed)
    rows, _complete = _tickets(person, typed, _IN_PALETTE)
    context = {
        "ticket": ticket, "rows": [row for row in rows if ticket is None or row.id != ticket.pk],
        "customers": _customers(person, typed, 4), "typed": typed, "search_url": reverse("desk:search"),
    }
    return render(request, "desk/search/_palette.html", context)


def _tickets(person: Person, typed: str, limit: int) -> tuple[list[TicketRow], bool]:
    """Rows in the order of their newest matching entry, and whether everything was looked at."""
    if len(typed) < _SHORTEST:
        return [], True
    found = search_entries(person, typed, limit=limit)
    order = list(dict.fromkeys(ticket_id for _entry_id, ticket_id in found.rows))
    related = ("organisation", "customer", "kind", "team", "owner__user")
    known = {ticket.pk: ticket for ticket in tickets_for(person).filter(pk__in=order).select_related(*related)}
    return [row_of(known[pk]) for pk in order if pk in known], found.complete


def _customers(person: Person, typed: str, limit: int) -> list[tuple[str, CustomerRow]]:
    """(slug, row), organisation by organisation."""
    rows: list[tuple[str, CustomerRow]] = []
    for place in person.serving:
        rows += [(place.organisation.slug, row) for row in find(person, place.organisation, typed, limit)]
    return rows[:limit]

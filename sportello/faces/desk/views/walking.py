"""From a ticket to the next or the one before in the list it was opened from."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.queries import neighbours

from ..places import place_from


@serves_here
@require_GET
def beside(request: HttpRequest, person: Person, slug: str, number: str, where: str) -> HttpResponse:
    """`where` is next or previous. At an end of the list, back to the list."""
    if where not in ("next", "previous"):
        raise Http404
    found = get_ticket(person, slug, number)
    place = place_from(request.GET)
    before, after = neighbours(person, place.name, place.sort, place.filters, found)
    chosen = after if where == "next" else before
    if chosen is None:
        messages.info(request, _("That was the last of the list.") if where == "next" else _("That was the first."))
        return HttpResponseRedirect(place.url)
    return HttpResponseRedirect(place.ticket_url(*chosen))

"""The archive: closed tickets of long ago by class, period, customer, words; and what was seen before."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.service.backoffice.archive import holds, searching
from sportello.service.backoffice.archive.seen import Seen, seen_before

from .. import archive_page, nav
from ..forms.archive import SearchForm


@works_here
@require_GET
def archive_home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they serve first, else one they lead or set up."""
    for place in person.places:
        if person.serves(place):
            return HttpResponseRedirect(reverse("desk:archive", args=[place.organisation.slug]))
    for place in person.places:
        if archive_page.leads(person, place.organisation):
            return HttpResponseRedirect(reverse("desk:file_plan", args=[place.organisation.slug]))
    raise Http404


@serves_here
@require_GET
def archive(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """A page of filed tickets, newest closing first; the address holds the whole question."""
    organisation = person.organisation(slug)
    form = SearchForm(organisation, request.GET or None)
    asked = searching.Asked()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        asked = searching.Asked(words=one_line(data["words"], 200), code=data["code"], kind=data["kind"],
                                customer=one_line(data["customer"], 200), since=data["since"], until=data["until"],
                                gone=data["gone"])
    found = searching.look(person, organisation, asked, request.GET.get("after", ""))
    words = {key: value for key, value in request.GET.items() if value and key != "after"}
    context: dict[str, Any] = {
        "form": form if form.is_bound else SearchForm(organisation), "rows": found.rows, "complete": found.complete,
        "older": "?" + urlencode({**words, "after": found.after}) if found.after else "",
        "held": holds.held(organisation, [row.ticket_id for row in found.rows]) if found.rows else set(),
        "is_asked": bool(words), "now": clock.now(organisation), "outcomes": archive_page.outcome_words(),
        "tabs": archive_page.tabs(person, organisation, "archive"),
    }
    return render(request, "desk/archive/search.html",
                  nav.page(request, person, "archive", organisation=organisation, **context))


@serves_here
@require_GET
def seen(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """While a new contact is typed: closed tickets like it, and the answer that solved one."""
    organisation = person.organisation(slug)
    found = seen_of(person, slug, request.GET.get("subject", ""), request.GET.get("kind", ""))
    return render(request, "desk/archive/_seen.html", {"seen": found, "now": clock.now(organisation), "slug": slug})


def seen_of(person: Person, slug: str, typed: str, kind_id: str) -> Seen:
    organisation = person.organisation(slug)
    kind = None
    if kind_id.isascii() and kind_id.isdigit() and len(kind_id) < 16:
        kind = Kind.objects.filter(organisation=organisation, pk=int(kind_id)).first()
    return seen_before(person, organisation, one_line(typed, 300), kind=kind)

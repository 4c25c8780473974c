"""Work lists."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sportello.foundation.ui.colour import accent_css
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.models import Team
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import LISTS, SORTS, counts, list_page

from .. import nav, sentences
from ..places import ListPlace, place_from

SORT_WORDS: dict[str, Any] = {
    "due": gettext_lazy("due first"),
    "newest": gettext_lazy("newest first"),
    "oldest_waiting": gettext_lazy("waiting longest"),
    "opened": gettext_lazy("opened last"),
}
#: list → (what an empty one means, what to do then, where that is)
_EMPTY: dict[str, tuple[Any, Any, str]] = {
    "mine": (
        gettext_lazy("Nothing is yours to do"),
        gettext_lazy("Tickets you take, or that a colleague gives you, appear here."),
        "unassigned",
    ),
    "unassigned": (
        gettext_lazy("Everything has an owner"),
        gettext_lazy("New requests for your teams appear here until someone takes them."),
        "waiting",
    ),
    "waiting": (
        gettext_lazy("Nobody is waiting for us"),
        gettext_lazy("A ticket comes here when the customer's last word has no answer yet."),
        "due",
    ),
    "due": (
        gettext_lazy("Nothing is due by tomorrow"),
        gettext_lazy("Whatever was promised within a day, and whatever is late, appears here."),
        "all",
    ),
    "all": (
        gettext_lazy("No tickets yet"),
        gettext_lazy("Requests appear here as they come in: by mail, web form, at the counter, by phone."),
        "",
    ),
}


@works_here
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the list with something to do; who serves nobody goes to what they set up."""
    if not person.serving:
        try:
            return HttpResponseRedirect(reverse("desk:people"))
        except NoReverseMatch:
            raise Http404 from None
    counted = counts(person)
    best = next((name for name in ("mine", "waiting", "unassigned") if counted.get(name)), "mine")
    return HttpResponseRedirect(reverse("desk:list", args=[best]))


@serves_here
@require_GET
def work_list(request: HttpRequest, person: Person, name: str) -> HttpResponse:
    """One of the five lists across everything this person works in; `fragment` pane or rows draws that alone."""
    if name not in LISTS:
        raise Http404
    place = place_from(request.GET, name)
    context = _rows(person, place)
    part = request.GET.get("fragment", "")
    if part == "rows":
        return render(request, "desk/_rows.html", context)
    if part == "pane":
        return render(request, "desk/_list.html", {**context, **_tools(person, place)})
    whole = nav.page(
        request,
        person,
        name,
        counted=counts(person),
        desk_strip=nav.strip(person),
        **context,
        **_tools(person, place),
        is_page=True,
    )
    return render(request, "desk/list.html", whole)


def _rows(person: Person, place: ListPlace) -> dict[str, Any]:
    page = list_page(person, place.name, place.sort, place.after, place.filters, further=place.further)
    empty_title, empty_text, elsewhere = _EMPTY[place.name]
    return {
        "place": place,
        "rows": page.rows,
        "older": place.next_page(page.next),
        "newest": place.first_page if place.after else "",
        "further": "" if page.complete or page.next else place.further_back,
        "is_filtered": place.filters.is_empty() is False or bool(place.filters.slug),
        "several": len(person.serving) > 1,
        "empty_title": empty_title,
        "empty_text": empty_text,
        "elsewhere": nav.list_title(elsewhere) if elsewhere else "",
        "elsewhere_url": reverse("desk:list", args=[elsewhere]) if elsewhere else "",
    }


def _tools(person: Person, place: ListPlace) -> dict[str, Any]:
    """Sorts and filters. Kinds and teams are offered where they mean one organisation's."""
    serving = person.serving
    chosen = next((one.organisation for one in serving if one.organisation.slug == place.filters.slug), None)
    only = chosen or (serving[0].organisation if len(serving) == 1 else None)
    language = sentences.language_now()
    kinds = Kind.objects.filter(organisation=only, retired_at__isnull=True) if only else []
    teams = Team.objects.filter(organisation=only, ended_at__isnull=True).order_by("id") if only else []
    filters = place.filters
    selected = [
        bool(filters.slug),
        bool(filters.kind_id),
        bool(filters.team_id),
        bool(filters.channel),
        bool(filters.status),
        bool(filters.priority),
    ]
    return {
        "list_title": nav.list_title(place.name),
        "sorts": [(code, SORT_WORDS[code], place.sorted_by(code), code == place.sort) for code in SORTS],
        "sort_word": SORT_WORDS[place.sort],
        "organisations": [one.organisation for one in serving] if len(serving) > 1 else [],
        "kinds": [(kind.pk, kind.name_in(language)) for kind in kinds],
        "teams": [(team.pk, team.name_in(language)) for team in teams],
        "channels": [
            (code, word) for code, word in sentences.CHANNELS.items() if code not in ("portal", "screen")
        ],
        "statuses": Ticket.Status.choices,
        "filters_on": sum(selected),
    }


@works_here
@require_GET
def accent(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The organisation's colour as a stylesheet, corrected where it could not be read."""
    response = HttpResponse(accent_css(person.organisation(slug).accent), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600"
    return response

"""Work lists."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sportello.foundation.core.questions import at_once
from sportello.foundation.ui.colour import accent_css
from sportello.records.accounts.guard import serves_here, signed_in, works_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.queries import LISTS, counts, list_page
from sportello.records.tickets.queries.work_lists import counts_asked, counts_of

from .. import list_tools, nav
from ..actions import many
from ..places import ListPlace, place_from

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
    "customer": (
        gettext_lazy("We wait for nobody"),
        gettext_lazy("A ticket comes here when the customer was asked for something."),
        "all",
    ),
    "due": (
        gettext_lazy("Nothing more is due today"),
        gettext_lazy("Whatever was promised by the end of the day, and is not late yet, appears here."),
        "overdue",
    ),
    "overdue": (
        gettext_lazy("Nothing is late"),
        gettext_lazy("A ticket comes here when a promised instant has passed."),
        "all",
    ),
    "snoozed": (
        gettext_lazy("Nothing was put aside"),
        gettext_lazy("Tickets you or colleagues put aside sleep here until their time, or until the customer writes."),
        "waiting",
    ),
    "mentioned": (
        gettext_lazy("No note names you"),
        gettext_lazy("When a colleague writes @ and your name in a note, its ticket appears here."),
        "mine",
    ),
    "all": (
        gettext_lazy("No tickets yet"),
        gettext_lazy("Requests appear here as they come in: by mail, web form, at the counter, by phone."),
        "",
    ),
}


_VERBS = tuple(many.VERBS.items())


@signed_in
@require_GET
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the list with something to do; who serves nobody goes to what they set up, or run."""
    if person.user.runs_installation:
        return HttpResponseRedirect(reverse("desk:installation"))
    if not person.places:
        raise Http404
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
    """One of the lists across everything this person works in; `fragment` pane or rows draws that alone."""
    if name not in LISTS:
        raise Http404
    place = place_from(request.GET, name)
    context = _rows(person, place)
    part = request.GET.get("fragment", "")
    if part == "rows":
        return render(request, "desk/_rows.html", context)
    counting, above = counts_asked(person), list_tools.tools_asked(person, place)
    answers = at_once(*counting, *above)
    counted = counts_of(counting, answers[: len(counting)])
    context |= list_tools.tools_of(person, place, answers[len(counting) :])
    if part == "pane":  # beside a ticket that was opened by its address: the rail there has no numbers yet
        return render(request, "desk/_list.html", {**context, "numbers": json.dumps(counted)})
    whole = nav.page(
        request,
        person,
        name,
        counted=counted,
        desk_strip=nav.strip(person),
        **context,
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
        "many_verbs": _VERBS,
        "many_most": many.MOST,
        "several": len(person.serving) > 1,
        "empty_title": empty_title,
        "empty_text": empty_text,
        "elsewhere": nav.list_title(elsewhere) if elsewhere else "",
        "elsewhere_url": nav.list_address(elsewhere) if elsewhere else "",
    }


@works_here
@require_GET
def accent(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """The organisation's colour as a stylesheet, corrected where it could not be read."""
    response = HttpResponse(accent_css(person.organisation(slug).accent), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600"
    return response

"""Many tickets at once: ask what for, do it portion by portion, say what failed, take it back."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.queries import list_page

from .. import nav
from ..actions import many
from ..forms.many import ManyForm
from ..places import ListPlace, place_from
from .answers import posted
from .handling import asks

#: Organisation and number, as the list's boxes send them.
_NAME: Final = re.compile(r"[-\w]{1,60}/[-\w]{1,20}", re.ASCII)


@serves_here
@asks
def begun(request: HttpRequest, person: Person, verb: str) -> HttpResponse:
    """Ask for what the verb needs (GET, with `tickets`, or `whole` for the list's first), or begin (POST)."""
    if verb not in many.VERBS:
        raise Http404
    asked = many.VERBS[verb]
    place = place_from(request.POST if request.method == "POST" else request.GET)
    chosen = _chosen(request, person, place)
    slugs = {name.partition("/")[0] for name in chosen}
    places = [one for one in person.serving if one.organisation.slug in slugs]
    if {"member", "team"} & set(asked.fields) and len(places) != 1:
        raise Refusal(_("These tickets are of several organisations. Choose those of one."))
    form = ManyForm(asked.fields, places[0].organisation.pk if places else 0, posted(request))
    if request.method == "POST" and (not asked.fields or form.is_valid()):
        said = form.cleaned_data if asked.fields else {}
        work = many.Work(verb, said, chosen, back=place.url, user_id=person.user.pk)
        return _portion(request, person, work)
    context: dict[str, Any] = {
        "verb": asked, "form": form, "chosen": chosen, "place": place, "back_url": place.url, "most": many.MOST,
        "nav_current": place.name,
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/many.html", nav.page(request, person, **context), status=status)


@serves_here
@require_POST
def going_on(request: HttpRequest, person: Person) -> HttpResponse:
    return _portion(request, person, many.unsigned(request.POST.get("work", ""), person))


@serves_here
@require_POST
def undoing(request: HttpRequest, person: Person) -> HttpResponse:
    work = many.unsigned(request.POST.get("work", ""), person)
    if not work.can_undo:
        raise Refusal(_("What was done here cannot be undone for all at once."))
    return _portion(request, person, work.undone())


def _chosen(request: HttpRequest, person: Person, place: ListPlace) -> list[str]:
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("whole") == "1":
        page = list_page(person, place.name, place.sort, "", place.filters, limit=many.MOST)
        return [f"{row.slug}/{row.number}" for row in page.rows]
    chosen = list(dict.fromkeys(name for name in asked.getlist("tickets") if _NAME.fullmatch(name)))
    if not chosen:
        raise Refusal(_("Choose tickets first: tick them in the list."))
    if len(chosen) > many.MOST:
        raise Refusal(_("At most %(most)s tickets at once.") % {"most": many.MOST})
    return chosen


def _portion(request: HttpRequest, person: Person, work: many.Work) -> HttpResponse:
    many.go_on(person, work)
    failed = [
        (name.partition("/")[2], reverse("desk:ticket", args=name.split("/", 1)), sentence)
        for name, sentence in work.failed.items()
    ]
    context: dict[str, Any] = {
        "work": work, "token": work.signed(), "verb": many.VERBS[work.verb], "failed": failed,
        "gone_through": work.total - len(work.to_do), "back_url": work.back,
    }  # fmt: skip
    if is_fragment(request):
        return render(request, "desk/_many_progress.html", context)
    return render(request, "desk/many_progress.html", nav.page(request, person, **context))

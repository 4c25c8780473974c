"""Teams and branches of an organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions import teams as making
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.models import Branch, Team
from sportello.records.accounts.people import Person

from ..actions import teams as ending
from ..forms.setup import BranchForm, TeamForm, spread
from .asking import ask, asks
from .setup import page


@administers_here
@require_GET
def teams(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    working = Count("places", filter=Q(places__membership__ended_at__isnull=True))
    rows = Team.objects.filter(organisation=here).annotate(people=working).order_by("id")
    context = {"rows": [row for row in rows if row.is_active], "ended": [row for row in rows if not row.is_active]}
    return render(request, "desk/setup/teams.html", page(request, person, here, _("Teams"), **context))


@administers_here
@asks
def team_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    form = TeamForm(here, request.POST or None)

    def act() -> None:
        making.add_team(here, form.texts("name"), form.cleaned_data["is_office"], person.actor)

    return ask(request, form, act, _("The team is there: give it people, and kinds to answer for."), _teams(here),
               "desk/setup/form.html", page(request, person, here, _("New team"), words=_("Add"), **_back_teams(here)))


@administers_here
@asks
def team(request: HttpRequest, person: Person, slug: str, team_id: int) -> HttpResponse:
    here = person.organisation(slug)
    row = get_object_or_404(Team, organisation=here, pk=team_id, ended_at__isnull=True)
    initial = {**spread("name", row.names), "is_office": row.is_office}
    form = TeamForm(here, request.POST or None, initial=initial)

    def act() -> None:
        making.change_team(row, form.texts("name"), form.cleaned_data["is_office"], person.actor)

    context = {"end_url": reverse("desk:setup_team_ending", args=[slug, team_id]), "end_word": _("End the team"),
               "end_says": _("Nobody is in it any more and nothing new reaches it. What it did keeps its name."),
               "end_asks": _("Its people keep their other teams. End it?")}
    return ask(request, form, act, _("Changed."), _teams(here), "desk/setup/form.html",
               page(request, person, here, _("Team"), words=_("Save"), **context, **_back_teams(here)))


@administers_here
@require_POST
def team_ending(request: HttpRequest, person: Person, slug: str, team_id: int) -> HttpResponse:
    here = person.organisation(slug)
    ending.end(get_object_or_404(Team, organisation=here, pk=team_id), person.actor)
    messages.success(request, _("The team has ended."))
    return HttpResponseRedirect(_teams(here))


@administers_here
@require_GET
def branches(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    rows = list(Branch.objects.filter(organisation=here))
    context = {"rows": [row for row in rows if not row.ended_at], "ended": [row for row in rows if row.ended_at]}
    return render(request, "desk/setup/branches.html", page(request, person, here, _("Branches"), **context))


@administers_here
@asks
def branch_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here = person.organisation(slug)
    return _branch(request, person, here, None, _("New branch"), _("Add"))


@administers_here
@asks
def branch(request: HttpRequest, person: Person, slug: str, branch_id: int) -> HttpResponse:
    here = person.organisation(slug)
    row = get_object_or_404(Branch, organisation=here, pk=branch_id, ended_at__isnull=True)
    context = {"end_url": reverse("desk:setup_branch_ending", args=[slug, branch_id]), "end_word": _("End the branch"),
               "end_says": _("The portal does not show it any more."),
               "end_asks": _("Customers will not find it on the portal. End it?")}
    return _branch(request, person, here, row, _("Branch"), _("Save"), **context)


@administers_here
@require_POST
def branch_ending(request: HttpRequest, person: Person, slug: str, branch_id: int) -> HttpResponse:
    here = person.organisation(slug)
    making.end_branch(get_object_or_404(Branch, organisation=here, pk=branch_id), person.actor)
    messages.success(request, _("The branch has ended."))
    return HttpResponseRedirect(_branches(here))


def _branch(request: HttpRequest, person: Person, here: Organisation, row: Branch | None, title: str, words: str,
            **more: Any) -> HttpResponse:
    initial = {**spread("name", row.names), **spread("hint", row.hints), "address": row.address, "phone": row.phone,
               "position": row.position} if row else {}
    form = BranchForm(here, request.POST or None, initial=initial)

    def act() -> None:
        data = form.cleaned_data
        values = {"names": form.texts("name"), "hints": form.texts("hint"), "address": data["address"].strip(),
                  "phone": data["phone"], "position": data["position"]}
        making.save_branch(here, row, values, person.actor)

    context = page(request, person, here, title, words=words, **more)
    return ask(request, form, act, _("Saved: the portal shows it from now on."), _branches(here),
               "desk/setup/form.html", {**context, "back_url": _branches(here), "back_words": _("Branches")})


def _teams(here: Organisation) -> str:
    return reverse("desk:setup_teams", args=[here.slug])


def _back_teams(here: Organisation) -> dict[str, str]:
    return {"back_url": _teams(here), "back_words": _("Teams")}


def _branches(here: Organisation) -> str:
    return reverse("desk:setup_branches", args=[here.slug])

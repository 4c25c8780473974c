"""People who work here: read by supervisors and administrators, changed by administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions.invitations import invite, withdraw
from sportello.records.accounts.actions.members import change_member, end_member
from sportello.records.accounts.guard import administers_here, works_here
from sportello.records.accounts.models import Absence, Invitation, Membership, TeamMembership
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.service.channels.queries import mailboxes_of
from sportello.service.routing.models import Route

from .. import nav
from ..actions.routes import set_route
from ..forms.people import InvitationForm, PlaceForm, RouteForm, teams_of
from ..sentences import language_now
from .asking import ask, asks
from .contacts import here


@works_here
@require_GET
def people_home(request: HttpRequest, person: Person) -> HttpResponse:
    """To the organisation they administer, else the one they supervise; nobody else has this page."""
    for right in (person.administers, person.supervises):
        for place in person.places:
            if right(place):
                return HttpResponseRedirect(reverse("desk:people_in", args=[place.organisation.slug]))
    raise Http404


@works_here
@require_GET
def people(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    if not (person.administers(organisation) or person.supervises(organisation)):
        raise Http404
    now = clock.now(organisation)
    in_teams = TeamMembership.objects.filter(team__ended_at__isnull=True).select_related("team").order_by("team_id")
    members = list(
        Membership.objects.filter(organisation=organisation, ended_at__isnull=True).select_related("user")
        .prefetch_related(Prefetch("team_places", queryset=in_teams)).order_by("user__name", "pk")
    )
    waiting = Invitation.objects.filter(organisation=organisation, accepted_at__isnull=True,
                                        withdrawn_at__isnull=True, expires_at__gt=now).order_by("-invited_at")
    teams = list(teams_of(organisation))
    sizes = {team.pk: sum(any(one.team_id == team.pk for one in member.team_places.all()) for member in members)
             for team in teams}
    away = Absence.objects.at(now).filter(organisation=organisation)
    context: dict[str, Any] = {
        "members": members, "away": set(away.values_list("member", flat=True)),
        "invitations": list(waiting), "now": now, "may_change": person.administers(organisation),
        "teams": [(team, sizes[team.pk]) for team in teams], "routes": _routes(organisation),
        "all_teams": [(team.pk, team.name_in(language_now())) for team in teams],
        "mailboxes": mailboxes_of(organisation), "me": person.user.pk,
        "others": [place.organisation for place in person.places if place.organisation.pk != organisation.pk
                   and (person.administers(place) or person.supervises(place))],
    }
    return render(request, "desk/people/page.html",
                  nav.page(request, person, "people", organisation=organisation, **context))


@administers_here
@asks
def member(request: HttpRequest, person: Person, slug: str, member_id: int) -> HttpResponse:
    """Role and teams of one person."""
    organisation = person.organisation(slug)
    found = _member(organisation, member_id)
    now_in = TeamMembership.objects.filter(membership=found).values_list("team_id", flat=True)
    form = PlaceForm(organisation, request.POST or None, initial={"role": found.role, "teams": list(now_in)})

    def change() -> None:
        change_member(found, form.cleaned_data["role"], form.cleaned_data["teams"], person.actor)

    title = _("Role and teams of %(name)s") % {"name": found.user.name}
    context = {"title": title, "member": found, "word": _("Save"), "is_me": found.user_id == person.user.pk}
    return _ask(request, person, organisation, form, change, _("Changed: it counts from their next click."), context)


@administers_here
@require_POST
def ending(request: HttpRequest, person: Person, slug: str, member_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    found = _member(organisation, member_id)
    end_member(found, person.actor)
    messages.success(request, _("%(name)s does not work here any more. What they did stays under their name.")
                     % {"name": found.user.name})
    return HttpResponseRedirect(_people(organisation) if found.user_id != person.user.pk else reverse("desk:home"))


@administers_here
@asks
def invitations(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Invite an address: the only way to an account."""
    organisation = person.organisation(slug)
    form = InvitationForm(organisation, request.POST or None, initial={"role": "operator", "language": language_now()})

    def send() -> None:
        data = form.cleaned_data
        invite(organisation, data["email"], data["role"], data["teams"], here(person, slug).member,
               name=data["name"], language=data["language"])

    context = {"title": _("Invite a colleague"), "word": _("Send the invitation")}
    return _ask(request, person, organisation, form, send, _("Invited: the address in the mail works for seven days."),
                context)


@administers_here
@require_POST
def withdrawal(request: HttpRequest, person: Person, slug: str, invitation_id: int) -> HttpResponse:
    organisation = person.organisation(slug)
    rows = Invitation.objects.select_related("organisation")
    withdraw(get_object_or_404(rows, organisation=organisation, pk=invitation_id), here(person, slug).member)
    messages.success(request, _("Withdrawn: the address in the mail does not work any more."))
    return HttpResponseRedirect(_people(organisation))


@administers_here
@require_POST
def route(request: HttpRequest, person: Person, slug: str, kind_id: int) -> HttpResponse:
    """Which team answers for a kind; 0 stands for every kind that has none."""
    organisation = person.organisation(slug)
    kind = get_object_or_404(Kind, organisation=organisation, pk=kind_id) if kind_id else None
    form = RouteForm(organisation, request.POST)
    if not form.is_valid():
        raise Refusal(_("Choose a team from the list: that one does not exist any more."))
    if set_route(organisation, kind, form.cleaned_data["team"], person.actor):
        messages.success(request, _("From now on new requests go there. Open tickets stay where they are."))
    return HttpResponseRedirect(_people(organisation) + "#routes")


def _routes(organisation: Organisation) -> list[tuple[int, str, int, str]]:
    """(kind id or 0, name, team id, team name) for every kind, and last for all others."""
    spoken = language_now()
    routes = {one.kind_id: one.team for one in Route.objects.filter(organisation=organisation).select_related("team")}
    rest = routes.get(None)
    rows: list[tuple[int, str, int, str]] = []
    for kind in Kind.objects.filter(organisation=organisation, retired_at__isnull=True):
        team = routes.get(kind.pk, rest)
        rows.append((kind.pk, kind.name_in(spoken), team.pk if team else 0, team.name_in(spoken) if team else ""))
    rows.append((0, _("everything else"), rest.pk if rest else 0, rest.name_in(spoken) if rest else ""))
    return rows


def _member(organisation: Organisation, member_id: int) -> Membership:
    rows = Membership.objects.select_related("user", "organisation").filter(ended_at__isnull=True)
    return get_object_or_404(rows, organisation=organisation, pk=member_id)


def _people(organisation: Organisation) -> str:
    return reverse("desk:people_in", args=[organisation.slug])


def _ask(request: HttpRequest, person: Person, organisation: Organisation, form: forms.Form,
         act: Callable[[], None], said: str, context: dict[str, Any]) -> HttpResponse:
    """A form's page: asked, refused at the field, or done and back to the people."""
    back = _people(organisation)
    whole = nav.page(request, person, "people", organisation=organisation, back_url=back, **context)
    return ask(request, form, act, said, back, "desk/people/form.html", whole)

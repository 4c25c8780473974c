"""Cases without procedure: flagged on the ticket, listed for the back office, come back as a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Team
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.service.backoffice.models import UnknownCase
from sportello.service.backoffice.unknown_cases import handling

from .. import backoffice_page, nav
from ..forms.offices import CaseForm, DecliningForm, SolutionForm
from .answers import Asked, member_of, posted, verb
from .handling import asks

_MOST = 100


@serves_here
@require_GET
def cases_home(request: HttpRequest, person: Person) -> HttpResponse:
    found = list(handling.cases_for(person)[:_MOST])
    own = [(one, clock.now(one.organisation)) for one in found if one.team_id in person.team_ids]
    others = [(one, clock.now(one.organisation)) for one in found if one.team_id not in person.team_ids]
    context = {"own": own, "others": others}
    return render(request, "desk/cases/home.html", backoffice_page.page(request, person, "cases", **context))


@serves_here
@asks
def flag(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = CaseForm(ticket, posted(request))
    hint = _("The ticket stays yours. The back office answers how to go on, and may make a procedure of it.")

    def act() -> None:
        data = form.cleaned_data
        team = get_object_or_404(Team, organisation=ticket.organisation, pk=data["team"])
        handling.flag(
            ticket,
            team,
            by=member_of(person, ticket),
            case=data["case"],
            needed=data["needed"],
            meanwhile=data["meanwhile"],
        )

    asked = Asked(_("No procedure fits"), _("Pass it on"), hint, "help")
    return verb(request, person, ticket, form, asked, act, _("The back office has it."))


def _of(person: Person, slug: str, number: str, case_id: int, *, settles: bool = False) -> UnknownCase:
    found = handling.get_case(person, slug, case_id)
    if found.ticket.number != number or (settles and not handling.may_settle(found, person)):
        raise Http404
    return found


@serves_here
@require_GET
def page(request: HttpRequest, person: Person, slug: str, number: str, case_id: int) -> HttpResponse:
    found = _of(person, slug, number, case_id)
    address = reverse("desk:ticket", args=[slug, number])
    draft = found.reply or found.sheet
    context: dict[str, Any] = {
        "case": found,
        "ticket": found.ticket,
        "now": clock.now(found.organisation),
        "back_url": address,
        "address": f"{address}cases/{found.pk}/",
        "may_settle": handling.may_settle(found, person),
        "draft": draft,
        "draft_text": draft.texts.first() if draft else None,
    }
    shown = nav.page(request, person, "backoffice", organisation=found.organisation, **context)
    return render(request, "desk/cases/page.html", shown)


def _did(request: HttpRequest, found: UnknownCase, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, said)
    return _back(found)


def _back(found: UnknownCase) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("desk:case", args=[found.ticket.organisation.slug, found.ticket.number, found.pk])
    )


@serves_here
@require_POST
def taking(request: HttpRequest, person: Person, slug: str, number: str, case_id: int) -> HttpResponse:
    found = _of(person, slug, number, case_id, settles=True)
    return _did(
        request, found, lambda: handling.take(found, by=member_of(person, found.ticket)), _("The case is yours.")
    )


@serves_here
@asks
def solution(request: HttpRequest, person: Person, slug: str, number: str, case_id: int) -> HttpResponse:
    found = _of(person, slug, number, case_id, settles=True)
    form = SolutionForm(posted(request))
    asked = Asked(
        _("Solve the case"), _("Solve it"), _("Drafts are used by nobody until they are put into use."), "check"
    )
    answer = verb(
        request,
        person,
        found.ticket,
        form,
        asked,
        lambda: handling.solve(found, form.solution(), by=member_of(person, found.ticket)),
        _("Solved; the ticket it came from is told."),
    )
    return _back(found) if answer.status_code == 302 else answer


@serves_here
@asks
def declining(request: HttpRequest, person: Person, slug: str, number: str, case_id: int) -> HttpResponse:
    found = _of(person, slug, number, case_id, settles=True)
    form = DecliningForm(posted(request))
    asked = Asked(_("No procedure is needed"), _("Say so"), "", "close")
    answer = verb(
        request,
        person,
        found.ticket,
        form,
        asked,
        lambda: handling.decline(found, form.cleaned_data["words"], by=member_of(person, found.ticket)),
        _("Settled; the ticket it came from is told."),
    )
    return _back(found) if answer.status_code == 302 else answer


@serves_here
@require_POST
def use(request: HttpRequest, person: Person, slug: str, number: str, case_id: int) -> HttpResponse:
    found = _of(person, slug, number, case_id, settles=True)
    return _did(
        request,
        found,
        lambda: handling.put_into_use(found, by=member_of(person, found.ticket)),
        _("In use from now on."),
    )

"""A ticket's place in the archive: class and last day with the reasons, hold, the answer that solved it, dossier."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.archive import dossier, filing, holds, paper, seen, solutions
from sportello.service.backoffice.models import Solution

from .. import archive_page, nav
from ..forms.archive import DossierForm, FilingForm, HoldForm
from ..sentences import language_now
from .answers import member_of, ticket_address


@serves_here
@require_GET
def ticket_archive(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    return _page(request, person, get_ticket(person, slug, number))


@serves_here
@require_GET
def ticket_beside(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """For the panel beside the ticket, once it is there: what was seen before, and its place in the archive."""
    found = get_ticket(person, slug, number)
    context = {"archive": archive_page.side(person, found), "address": ticket_address(found), "ticket": found,
               "now": clock.now(found.organisation)}
    return render(request, "desk/archive/_side.html", context)


@serves_here
@require_POST
def ticket_filing(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Another class for this ticket."""
    found = get_ticket(person, slug, number)
    form = FilingForm(found.organisation, request.POST)
    if form.is_valid():
        try:
            filing.choose(found, form.cleaned_data["code"], member_of(person, found))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Filed there; its last day was counted again."))
            return _back(found)
    return _page(request, person, found, 422, filing_form=form)


@serves_here
@require_POST
def ticket_hold(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Held: neither disposed of nor erased. For who leads."""
    found = get_ticket(person, slug, number)
    if not archive_page.leads(person, found.organisation):
        raise Http404
    form = HoldForm(request.POST, auto_id="hold-%s")
    if form.is_valid():
        try:
            data = form.cleaned_data
            holds.place(found, data["reason"], member_of(person, found), until=data["until"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Held: it is neither disposed of nor erased until this ends."))
            return _back(found)
    return _page(request, person, found, 422, hold_form=form)


@serves_here
@require_POST
def ticket_solution(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """This answer solved it; without a position the mark is taken away."""
    found = get_ticket(person, slug, number)
    typed = request.POST.get("position", "")
    position = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None
    try:
        solutions.mark(found, position, member_of(person, found))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(
            request,
            _("Marked: it is shown where the same is asked again.") if position is not None else _("No longer marked."),
        )
    if request.POST.get("from") == "ticket":
        return HttpResponseRedirect(ticket_address(found))
    return _back(found)


@serves_here
@require_POST
def ticket_dossier(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """The dossier as PDF or JSON; that it was taken out is journalled."""
    found = get_ticket(person, slug, number)
    form = DossierForm(request.POST, auto_id="dossier-%s")
    if not form.is_valid():
        return _page(request, person, found, 422, dossier_form=form)
    asked = form.cleaned_data
    data = dossier.data_of(found, notes=asked["notes"])
    with override(asked["language"]):
        made = dossier.written(data) if asked["form"] == "json" else paper.pdf_of(found, data).pdf
    with transaction.atomic():
        record(found.organisation, "dossier.read", found, person.actor, notes=asked["notes"], form=asked["form"])
    kind = "application/json" if asked["form"] == "json" else "application/pdf"
    response = HttpResponse(made, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="dossier-{found.number}.{asked["form"]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(request: HttpRequest, person: Person, found: Ticket, status: int = 200, **forms: Any) -> HttpResponse:
    about = archive_page.about(found)
    row = about["filing"]
    context: dict[str, Any] = {
        "ticket": found, "now": clock.now(found.organisation), "back_url": ticket_address(found), **about,
        "filing_form": FilingForm(found.organisation, initial={"code": row.code if row else ""}),
        "hold_form": HoldForm(auto_id="hold-%s"),
        "dossier_form": DossierForm(auto_id="dossier-%s", initial={"language": language_now()}),
        "answers": solutions.answers(found),
        "solution": Solution.objects.filter(ticket=found).select_related("message__entry", "marked_by__user").first(),
        "seen": seen.seen_before(person, found.organisation, found.subject, kind=found.kind, but=found),
        "may_hold": archive_page.leads(person, found.organisation), "outcomes": archive_page.outcome_words(),
        "leads": archive_page.leads(person, found.organisation), **forms,
    }
    whole = nav.page(request, person, organisation=found.organisation, **context)
    return render(request, "desk/archive/ticket.html", whole, status=status)


def _back(found: Ticket) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("desk:ticket_archive", args=[found.organisation.slug, found.number]))

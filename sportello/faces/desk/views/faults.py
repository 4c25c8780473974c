"""Known faults: the list, one event with its tickets and updates, what is said to all who asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.access import get_ticket, tickets_for
from sportello.service.backoffice.faults import keeping, queries
from sportello.service.backoffice.models import KnownFault

from ..actions.many import MOST
from ..forms.faults import FaultForm, FaultSettingsForm, UpdateForm
from .answers import posted
from .complaint_register import page
from .handling import asks


def fault_address(fault: KnownFault) -> str:
    return reverse("desk:fault", args=[fault.organisation.slug, fault.pk])


def _me(person: Person, organisation: Organisation) -> Membership:
    place = person.place_in(organisation)
    if place is None:
        raise Http404
    return place.membership


@serves_here
@require_GET
def faults(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    organisation = person.organisation(slug)
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) < 12 else None
    rows, older = queries.faults_of(organisation, before=key)
    context = {"rows": rows, "older": f"?before={older}" if older else "", "newer": "?" if before else ""}
    return render(request, "desk/faults/list.html", page(request, person, organisation, "faults", **context))


@serves_here
@asks
def fault_new(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """A new event; with `ticket` it begins from one, which is linked at once."""
    organisation = person.organisation(slug)
    number = request.GET.get("ticket", "") or request.POST.get("ticket", "")
    ticket = get_ticket(person, slug, number) if number else None
    local = timezone.localtime(ticket.opened_at if ticket else clock.now(organisation), clock.zone(organisation))
    begun: dict[str, Any] = {"began_at": local.replace(tzinfo=None, second=0, microsecond=0)}
    if ticket is not None:
        begun |= {"kind": ticket.kind_id, "sheet": ticket.service_sheet_id}
    form = FaultForm(organisation, posted(request), initial=begun)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                fault = _begin(person, organisation, form)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
            else:
                if ticket is not None:
                    keeping.link(fault, [ticket], by=_me(person, organisation))
                messages.success(request, _("Known from now on. Link the tickets that are about it."))
                return HttpResponseRedirect(fault_address(fault))
    context = {"form": form, "from_ticket": ticket, "back_url": reverse("desk:faults", args=[slug])}
    whole = page(request, person, organisation, "faults", **context)
    return render(request, "desk/faults/new.html", whole, status=status)


def _begin(person: Person, organisation: Organisation, form: FaultForm) -> KnownFault:
    data = form.cleaned_data
    began, sheets = form.at("began_at"), ServiceSheet.objects.filter(organisation=organisation)
    return keeping.begin(
        organisation, titles=form.texts("title"), began_at=began or clock.now(organisation),
        expected_at=form.at("expected_at"), is_public=data["is_public"], by=_me(person, organisation),
        kind=Kind.objects.filter(organisation=organisation, pk=data["kind"]).first() if data["kind"] else None,
        sheet=sheets.filter(pk=data["sheet"]).first() if data["sheet"] else None,
    )


@serves_here
@require_GET
def fault(request: HttpRequest, person: Person, slug: str, fault_id: int) -> HttpResponse:
    found = queries.fault_of(person, slug, fault_id)
    return _show(request, person, found)


def _show(
    request: HttpRequest, person: Person, found: KnownFault, *, update: UpdateForm | None = None, status: int = 200
) -> HttpResponse:
    organisation = found.organisation
    linked = queries.linked_tickets(person, found)
    expected = timezone.localtime(found.expected_at, clock.zone(organisation)) if found.expected_at else None
    begun = {"expected_at": expected.replace(tzinfo=None) if expected else None}
    context = {
        "fault": found, "linked": linked, "linked_count": queries.linked_count(found),
        "proposed": [] if found.is_over else queries.proposed(person, found),
        "progress": queries.progress(found), "failures": queries.failures(found),
        "update": update or UpdateForm(organisation, initial={"state": found.state, **begun}, auto_id="update-%s"),
        "settings": FaultSettingsForm(organisation, initial={"is_public": found.is_public, **begun},
                                      auto_id="settings-%s"),
        "to_close": [one for one in linked if not one.is_closed][:MOST] if found.is_over else [],
        "public_url": reverse("portal:status_fault", args=[organisation.slug, found.pk]) if found.is_public else "",
    }  # fmt: skip
    whole = page(request, person, organisation, "faults", **context)
    return render(request, "desk/faults/fault.html", whole, status=status)


@serves_here
@require_POST
def fault_update(request: HttpRequest, person: Person, slug: str, fault_id: int) -> HttpResponse:
    found = queries.fault_of(person, slug, fault_id)
    form = UpdateForm(found.organisation, request.POST, auto_id="update-%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            keeping.write_update(found, texts=form.texts("text"), state=data["state"], tell=data["tell"],
                                 expected_at=form.at("expected_at"), by=_me(person, found.organisation))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Written. Who asked is being told; this page shows how far."))
            return HttpResponseRedirect(fault_address(found))
    return _show(request, person, found, update=form, status=422)


@serves_here
@require_POST
def fault_tickets(request: HttpRequest, person: Person, slug: str, fault_id: int) -> HttpResponse:
    """`do`: link those chosen (`number`, several), or take one off. Only tickets this person sees."""
    found = queries.fault_of(person, slug, fault_id)
    by = _me(person, found.organisation)
    numbers = [one for one in request.POST.getlist("number") if len(one) <= 20 and "\0" not in one][:MOST]
    tickets = list(tickets_for(person).filter(organisation=found.organisation, number__in=numbers))
    if request.POST.get("do") == "off":
        for ticket in tickets:
            keeping.take_off(found, ticket, by=by)
        messages.success(request, _("Taken off."))
    else:
        if not tickets:
            raise Refusal(_("Choose tickets first."))
        added = keeping.link(found, tickets, by=by)
        messages.success(request, _("Linked: %(count)s.") % {"count": added})
    return HttpResponseRedirect(fault_address(found))


@serves_here
@require_POST
def fault_settings(request: HttpRequest, person: Person, slug: str, fault_id: int) -> HttpResponse:
    found = queries.fault_of(person, slug, fault_id)
    form = FaultSettingsForm(found.organisation, request.POST, auto_id="settings-%s")
    if not form.is_valid():
        raise Refusal(_("Write day and hour, or leave them empty."))
    keeping.change(found, expected_at=form.at("expected_at"), is_public=form.cleaned_data["is_public"],
                   by=_me(person, found.organisation))
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(fault_address(found))

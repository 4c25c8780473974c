"""Legal holds: what a claim, an inspection or an order keeps. Placed and lifted by who leads, with the reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.customers.access import get_customer
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import find
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.archive import holds, plan
from sportello.service.backoffice.models import FileClass, LegalHold

from .. import archive_page, nav
from ..forms.archive import AnyHoldForm, HoldForm, ReasonForm
from .contacts import here
from .customer_card import to_card
from .customers import show_card

_ENDED = 50


@works_here
@require_http_methods(["GET", "HEAD", "POST"])
def hold_list(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Those in force, then those that ended; a POST places one."""
    organisation = _deciding(person, slug)
    form = AnyHoldForm(organisation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            target = _target(person, organisation, data)
            holds.place(target, data["reason"], here(person, slug).member, until=data["until"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Held: it is neither disposed of nor erased until this ends."))
            return HttpResponseRedirect(_list(slug))
    return _page(request, person, organisation, form, 422 if request.method == "POST" else 200)


@serves_here
@require_POST
def customer_hold(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """From their card: nothing of theirs is disposed of or erased. For who leads the archive."""
    found = get_customer(person, slug, customer_id)
    if not archive_page.leads(person, found.organisation):
        raise Http404
    form = HoldForm(request.POST, auto_id="hold-%s")
    if form.is_valid():
        try:
            holds.place(found, form.cleaned_data["reason"], here(person, slug).member, until=form.cleaned_data["until"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Held: it is neither disposed of nor erased until this ends."))
            return to_card(slug, found)
    return show_card(request, person, found, 422, holding=form)


@works_here
@require_POST
def lifting(request: HttpRequest, person: Person, slug: str, hold_id: int) -> HttpResponse:
    organisation = _deciding(person, slug)
    hold = get_object_or_404(LegalHold.objects.select_related("organisation"), organisation=organisation, pk=hold_id)
    form = ReasonForm(request.POST)
    try:
        holds.lift(hold, form.data.get("reason", ""), here(person, slug).member)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Lifted."))
    return HttpResponseRedirect(_list(slug))


def _target(person: Person, organisation: Organisation, data: dict[str, Any]) -> Ticket | Customer | FileClass:
    """What the form names, of what this person may see. Raises Refusal."""
    if data["scope"] == LegalHold.Scope.FILE_CLASS:
        row = next((one for one in plan.in_force(organisation) if one.code == data["code"]), None)
        if row is None:
            raise Refusal(_("Choose a class of the file plan."), field="code")
        return row
    typed = data["what"].strip()
    if data["scope"] == LegalHold.Scope.TICKET:
        ticket = tickets_for(person).filter(organisation=organisation, number=typed)
        found = ticket.select_related("organisation").first()
        if found is None:
            raise Refusal(_("There is no such ticket: write its number, such as 2026-0000012."), field="what")
        return found
    rows = find(person, organisation, typed)
    if len(rows) != 1:
        raise Refusal(
            _("Several customers are meant: write the e-mail, phone or tax code.") if rows
            else _("No such customer: write the e-mail, phone or tax code."), field="what",
        )
    return Customer.objects.select_related("organisation").get(organisation=organisation, pk=rows[0].id)


def _page(request: HttpRequest, person: Person, organisation: Organisation, form: forms.Form,
          status: int) -> HttpResponse:
    related = ("ticket", "customer", "placed_by__user", "lifted_by__user")
    lasting = list(holds.lasting(organisation).select_related(*related).order_by("-placed_at", "-id")[:500])
    ended = LegalHold.objects.filter(organisation=organisation).exclude(pk__in=[one.pk for one in lasting])
    seen = set(tickets_for(person).filter(pk__in=[one.ticket_id for one in lasting if one.ticket_id])
               .values_list("pk", flat=True))
    context: dict[str, Any] = {
        "form": form, "lasting": lasting, "seen": seen, "serves": person.serves(organisation),
        "ended": list(ended.select_related(*related).order_by("-placed_at", "-id")[:_ENDED]),
        "now": clock.now(organisation), "tabs": archive_page.tabs(person, organisation, "holds"),
    }
    return render(request, "desk/archive/holds.html",
                  nav.page(request, person, "archive", organisation=organisation, **context), status=status)


def _deciding(person: Person, slug: str) -> Organisation:
    organisation = person.organisation(slug)
    if not archive_page.leads(person, organisation):
        raise Http404
    return organisation


def _list(slug: str) -> str:
    return reverse("desk:holds", args=[slug])

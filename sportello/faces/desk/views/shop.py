"""A withdrawal or guarantee request on its ticket: what the customer told, and the dates that follow with their why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.models import ShopRequest
from sportello.service.backoffice.shop import telling

from .. import nav
from ..forms.shop import GoodsBackForm, ShopRequestForm
from .answers import member_of, posted, ticket_address
from .handling import asks


def _address(ticket: Ticket) -> str:
    return reverse("desk:shop_request", args=[ticket.organisation.slug, ticket.number])


@serves_here
@asks
def shop_request(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    sort = telling.sort_of(ticket.kind)
    if not sort:
        raise Refusal(_("Only a withdrawal or a guarantee request has this form. Change the kind first."))
    row = ShopRequest.objects.filter(ticket=ticket).first()
    form = ShopRequestForm(sort, posted(request), initial=_begun(row))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                telling.keep(ticket, form.declared(), person.actor)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
            else:
                messages.success(request, _("Kept. The dates follow."))
                return HttpResponseRedirect(_address(ticket))
    return _show(request, person, ticket, row, form, status)


def _begun(row: ShopRequest | None) -> dict[str, object]:
    if row is None:
        return {"was_informed": True}
    names = ("contract", "goods", "is_service", "concluded_on", "delivered_on", "was_informed", "defect_on", "wish")
    return {name: getattr(row, name) for name in names}


def _show(
    request: HttpRequest, person: Person, ticket: Ticket, row: ShopRequest | None, form: ShopRequestForm, status: int
) -> HttpResponse:
    found = None
    if row is not None:
        row.ticket = ticket
        found = telling.dates_for(row)
    waits = row is not None and row.sort == ShopRequest.Sort.WITHDRAWAL and not row.is_service
    context: dict[str, Any] = {
        "ticket": ticket, "row": row, "form": form, "dates": found, "now": clock.now(ticket.organisation),
        "goods_back": GoodsBackForm() if waits and row is not None and row.returned_on is None else None,
        "back_url": ticket_address(ticket),
    }  # fmt: skip
    whole = nav.page(request, person, organisation=ticket.organisation, **context)
    return render(request, "desk/shop/request.html", whole, status=status)


@serves_here
@require_POST
def shop_goods_back(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    row = ShopRequest.objects.filter(ticket=ticket).first()
    if row is None:
        raise Refusal(_("Write first what the customer told."))
    row.ticket = ticket
    form = GoodsBackForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Write the day on which the goods came back or their dispatch was proved."))
    telling.goods_back(row, form.cleaned_data["returned_on"], by=member_of(person, ticket))
    messages.success(request, _("Recorded: the refund waits no longer."))
    return HttpResponseRedirect(_address(ticket))

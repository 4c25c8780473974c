"""What leaves about customers, what is erased, and who read it: for who answers for the work. Each is written down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import supervises_here
from sportello.records.accounts.people import Person
from sportello.records.customers.access import get_customer
from sportello.records.customers.actions.erasing import erase, reasons_to_keep
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.copies import customer_rows
from sportello.records.customers.models import Customer, Erasure, Reading
from sportello.records.customers.queries import together
from sportello.records.tickets.copies import copy_of

from .. import nav
from ..forms.customer_card import CopyForm, ErasureForm
from .customer_card import member_of, to_card

_PAGE = 50


@supervises_here
@require_http_methods(["GET", "HEAD", "POST"])
def customer_data(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    """Hand a copy over, erase by order, see who read the card. A POST answers with the copy."""
    found = get_customer(person, slug, customer_id)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            content = copy_of(person, found, notes=data["notes"])
            reading = keep_reading(found.organisation, member_of(person, slug), "data", customer=found,
                                   purpose=data["purpose"])
            record(found.organisation, "customer.exported", found, person.actor, reading_id=reading.pk)
        response = HttpResponse(content, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="customer-{found.pk}.zip"'
        return response
    return _data_page(request, person, found, copying=form, status=422 if request.method == "POST" else 200)


@supervises_here
@require_http_methods(["POST"])
def erasure(request: HttpRequest, person: Person, slug: str, customer_id: int) -> HttpResponse:
    found = get_customer(person, slug, customer_id)
    form = ErasureForm(request.POST, auto_id="id_erase_%s")
    if form.is_valid():
        try:
            erase(found, member_of(person, slug), ground=form.cleaned_data["ground"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            messages.success(request, _("Erased. Words on tickets go within minutes; what was counted stays."))
            return to_card(slug, found)
    return _data_page(request, person, found, erasing=form, status=422)


def _data_page(request: HttpRequest, person: Person, found: Customer, *, copying: CopyForm | None = None,
               erasing: ErasureForm | None = None, status: int = 200) -> HttpResponse:
    readings = Reading.objects.filter(customer__in=together(found)).select_related("member__user").order_by("-pk")
    context: dict[str, Any] = {
        "customer": found, "now": clock.now(found.organisation), "copying": copying or CopyForm(),
        "erasing": erasing or ErasureForm(auto_id="id_erase_%s"), "holds": reasons_to_keep(found),
        "readings": list(readings[:_PAGE]), "tombstone": Erasure.objects.filter(customer=found).first(),
        "back_url": reverse("desk:customer", args=[found.organisation.slug, found.pk]),
    }
    whole = nav.page(request, person, "customers", organisation=found.organisation, **context)
    return render(request, "desk/customers/data.html", whole, status=status)


@supervises_here
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, person: Person, slug: str) -> HttpResponseBase:
    """The list of all customers; asks what for."""
    organisation = person.organisation(slug)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        living = Customer.objects.filter(organisation=organisation, merged_into__isnull=True, erased_at__isnull=True)
        with transaction.atomic():
            rows = living.count()
            reading = keep_reading(organisation, member_of(person, slug), "list", purpose=form.cleaned_data["purpose"],
                                   rows=rows)
            record(organisation, "customers.exported", organisation, person.actor, reading_id=reading.pk, rows=rows)
        response = StreamingHttpResponse(customer_rows(organisation), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="customers-{organisation.slug}.csv"'
        return response
    context: dict[str, Any] = {"form": form, "back_url": reverse("desk:customers", args=[slug])}
    return render(request, "desk/customers/export.html",
                  nav.page(request, person, "customers", organisation=organisation, **context),
                  status=422 if request.method == "POST" else 200)


@supervises_here
@require_GET
def readings(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Who read or took out what, newest first, by key."""
    organisation = person.organisation(slug)
    rows = Reading.objects.filter(organisation=organisation).select_related("member__user", "customer").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 16:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _PAGE + 1])
    context: dict[str, Any] = {
        "readings": found[:_PAGE], "older": f"?before={found[_PAGE - 1].pk}" if len(found) > _PAGE else "",
               "now": clock.now(organisation), "back_url": reverse("desk:customers", args=[slug])}
    return render(request, "desk/customers/readings.html",
                  nav.page(request, person, "customers", organisation=organisation, **context))

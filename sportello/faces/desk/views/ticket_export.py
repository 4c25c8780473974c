"""Tickets out of the house as CSV, for who answers for it; asks what for, and keeps the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sportello.foundation.journal.actions import record
from sportello.records.accounts.guard import supervises_here
from sportello.records.accounts.people import Person
from sportello.records.customers.actions.reading import keep_reading
from sportello.records.customers.copies import csv_rows
from sportello.records.tickets.exporting import Wanted, ticket_rows, wanted_of

from .. import nav
from .customer_card import member_of


def _days() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TicketExportForm(forms.Form):
    first = forms.DateField(label=gettext_lazy("Opened from"), required=False, widget=_days())
    last = forms.DateField(label=gettext_lazy("Opened until"), required=False, widget=_days())
    state = forms.ChoiceField(label=gettext_lazy("Open or closed"), required=False, choices=[
        ("", gettext_lazy("Open and closed")), ("open", gettext_lazy("Open tickets")),
        ("closed", gettext_lazy("Closed tickets"))])
    purpose = forms.CharField(label=gettext_lazy("What it is for"), max_length=300,
                              help_text=gettext_lazy("Kept with your name and the instant."))

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["first"], data["last"], data["state"])


@supervises_here
@require_http_methods(["GET", "HEAD", "POST"])
def tickets_export(request: HttpRequest, person: Person, slug: str) -> HttpResponseBase:
    """The tickets the person may see, as a list."""
    organisation = person.organisation(slug)
    form = TicketExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            rows = wanted_of(person, organisation, form.wanted).count()
            reading = keep_reading(organisation, member_of(person, slug), "tickets",
                                   purpose=form.cleaned_data["purpose"], rows=rows)
            record(organisation, "tickets.exported", organisation, person.actor, reading_id=reading.pk, rows=rows)
        lines = ticket_rows(person, organisation, form.wanted)
        response = StreamingHttpResponse(csv_rows(lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="tickets-{organisation.slug}.csv"'
        return response
    context: dict[str, Any] = {"form": form, "back_url": reverse("desk:work", args=[slug])}
    return render(request, "desk/supervising/tickets_export.html",
                  nav.page(request, person, "work", organisation=organisation, **context),
                  status=422 if request.method == "POST" else 200)

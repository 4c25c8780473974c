"""Warnings of terms: those given to the person and their teams; for supervisors also what was passed up to them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.queries.warnings import warnings_for
from sportello.service.backoffice.complaints import lessons

from .. import backoffice_page


@serves_here
@require_GET
def warnings_home(request: HttpRequest, person: Person) -> HttpResponse:
    rows = [(one, clock.now(one.ticket.organisation)) for one in warnings_for(person)]
    return render(request, "desk/warnings.html", backoffice_page.page(request, person, "warnings", rows=rows,
                  actions=[(one, clock.now(one.complaint.ticket.organisation)) for one in
                           lessons.reminders_of(person.membership_ids)]))

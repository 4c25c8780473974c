"""Closing a ticket and opening it again."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import completing, ending

from ..actions import strip
from ..forms.endings import ClosureForm, ReopeningForm
from .answers import Asked, member_of, posted, verb
from .handling import asks


@serves_here
@asks
def closure(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    form = ClosureForm(ticket, posted(request))

    def close() -> None:
        with transaction.atomic():
            _close()

    def _close() -> None:
        if form.stated():
            completing.state_reasons(ticket, form.stated(), by=member)
        ending.close(ticket, by=member, outcome=form.cleaned_data["outcome"], reason=form.cleaned_data["reason"])
        strip.close_tab(ticket, member)

    asked = Asked(
        _("Close the ticket"),
        _("Close the ticket"),
        _("The customer is told how it ended and why, and that they can write again."),
        "check-circle",
    )
    return verb(request, person, ticket, form, asked, close, _("Closed; the customer has been told."), ends=True)


@serves_here
@asks
def reopening(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = ReopeningForm(posted(request))
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(
            _("Open the ticket again"),
            _("Open the ticket again"),
            _("Its terms begin anew, and the customer is told."),
            "restore",
        ),
        lambda: ending.reopen(ticket, by=member_of(person, ticket), reason=form.cleaned_data["reason"]),
        _("Open again."),
        ends=True,
    )

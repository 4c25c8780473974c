"""Handling a ticket, one verb a view: whose it is, where it lies, what it is, by when."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import classifying, handling

from ..forms.handling import (
    AssignmentForm,
    KindForm,
    PriorityForm,
    PromiseForm,
    SensitivityForm,
    TeamForm,
    WaitingForm,
)
from .answers import Asked, done, member_of, posted, verb

asks = require_http_methods(["GET", "HEAD", "POST"])


class Expected(forms.Form):
    """Whom the ticket belonged to when the button was drawn."""

    expected = forms.IntegerField(required=False)


@serves_here
@require_POST
def taking(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = Expected(request.POST)
    expected = form.cleaned_data["expected"] if form.is_valid() else None
    handling.take(ticket, member_of(person, ticket), expected_owner_id=expected)
    return done(request, person, ticket, _("The ticket is yours."))


@serves_here
@asks
def assignment(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = AssignmentForm(ticket, posted(request), initial={"member": ticket.owner_id, "expected": ticket.owner_id})
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(
            _("Give the ticket to a colleague"),
            _("Give it"),
            _("The customer is told who answers for it when work begins."),
            "user",
        ),
        lambda: handling.assign(
            ticket, form.chosen(), by=member_of(person, ticket), expected_owner_id=form.cleaned_data["expected"]
        ),
        _("Given."),
    )


@serves_here
@asks
def team(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = TeamForm(ticket, posted(request))
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(
            _("Pass the ticket to another team"),
            _("Pass it on"),
            _("That team answers for it from now on."),
            "exchange",
        ),
        lambda: handling.move(
            ticket, form.cleaned_data["team"], by=member_of(person, ticket), reason=form.cleaned_data["reason"]
        ),
        _("Passed on; the customer has been told."),
        may_vanish=True,
    )


@serves_here
@asks
def kind(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = KindForm(ticket, posted(request), initial={"kind": ticket.kind_id})
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(_("What kind of request it is"), _("Change the kind"), _("Dates already promised are kept."), "bookmark"),
        lambda: (classifying.classify if form.cleaned_data["procedure"] else handling.change_kind)(
            ticket, form.cleaned_data["kind"], by=member_of(person, ticket), reason=form.cleaned_data["reason"]
        ),
        _("The kind was changed."),
    )


@serves_here
@asks
def priority(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = PriorityForm(posted(request), initial={"priority": ticket.priority})
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(_("Priority"), _("Change the priority"), _("Only colleagues see it."), "flag"),
        lambda: handling.change_priority(
            ticket, form.cleaned_data["priority"], by=member_of(person, ticket), reason=form.cleaned_data["reason"]
        ),
        _("The priority was changed."),
    )


@serves_here
@asks
def sensitivity(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = SensitivityForm(ticket, posted(request), initial={"sensitivity": ticket.sensitivity})
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(
            _("Who may see the ticket"),
            _("Change who may see it"),
            _("For whoever may no longer see it, the ticket does not exist: not in lists, not in search."),
            "lock",
        ),
        lambda: handling.change_sensitivity(
            ticket, form.cleaned_data["sensitivity"], named=form.chosen(), by=member_of(person, ticket)
        ),
        _("Who may see it was changed."),
        may_vanish=True,
    )


@serves_here
@asks
def promise(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = PromiseForm(ticket, posted(request))
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(
            _("Promise a new date"),
            _("Promise it"),
            _("The customer is told at once. Terms set by law run on: a promise does not move them."),
            "calendar",
        ),
        lambda: handling.promise(
            ticket, form.until(), by=member_of(person, ticket), reason=form.cleaned_data["reason"]
        ),
        _("Promised; the customer has been told."),
    )


@serves_here
@asks
def waiting(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = WaitingForm(posted(request))
    return verb(
        request,
        person,
        ticket,
        form,
        Asked(_("Wait for the customer"), _("Ask and wait"), _("The customer is told what is needed."), "clock"),
        lambda: handling.wait_for_customer(ticket, by=member_of(person, ticket), reason=form.cleaned_data["reason"]),
        _("Asked; now we wait for the customer."),
    )


@serves_here
@require_POST
def resumption(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    handling.resume(ticket, by=member_of(person, ticket))
    return done(request, person, ticket, _("Work goes on; the customer has been told."))

"""How the desk answers: a whole page, or for htmx the parts that changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from sportello.foundation.core.errors import Refusal
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket, tickets_for
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import timeline

from .. import composer, nav, ticket_page

#: The element verbs are drawn into, when a script is there to open it.
DIALOG = "verb-body"


def member_of(person: Person, ticket: Ticket) -> Membership:
    """The membership by which `person` works on `ticket`, already theirs to see."""
    place = person.place_in(ticket.organisation_id)
    if place is None:
        raise LookupError(f"user {person.user.pk} has no place in organisation {ticket.organisation_id}")
    return place.membership


def ticket_address(ticket: Ticket, anchor: str = "") -> str:
    return reverse("desk:ticket", args=[ticket.organisation.slug, ticket.number]) + (f"#{anchor}" if anchor else "")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when it is empty; None when the form is only asked for."""
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True)
class Asked:
    """What a verb's page says: its title, the word on its button, and a sentence on what it does."""

    title: Any
    button: Any
    hint: Any = ""
    icon: str = "check"
    danger: bool = False


def verb(
    request: HttpRequest,
    person: Person,
    ticket: Ticket,
    form: forms.Form,
    asked: Asked,
    act: Callable[[], object],
    said: Any,
    *,
    ends: bool = False,
    may_vanish: bool = False,
    goes_to: Callable[[], Ticket] | None = None,
) -> HttpResponse:
    """Ask (GET), refuse at the field (422, 409) or do it and show what changed. `ends`: the composer changes too;
    `goes_to`: work goes on with another ticket."""
    if request.method != "POST":
        return _form(request, person, ticket, form, asked)
    if not form.is_valid():
        return _form(request, person, ticket, form, asked, 422)
    try:
        act()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _form(request, person, ticket, form, asked, refusal.status)
    if goes_to is not None:
        return done(request, person, goes_to(), said, ends=True)
    return done(request, person, ticket, said, ends=ends, may_vanish=may_vanish)


def done(
    request: HttpRequest,
    person: Person,
    ticket: Ticket,
    said: Any,
    *,
    ends: bool = False,
    may_vanish: bool = False,
    anchor: str = "",
) -> HttpResponse:
    """It was done: back to the ticket, or for htmx its head and timeline anew and a word in the polite region."""
    if not is_fragment(request):
        messages.success(request, str(said))
        gone = may_vanish and not tickets_for(person).filter(pk=ticket.pk).exists()
        return HttpResponseRedirect(reverse("desk:home") if gone else ticket_address(ticket, anchor))
    if ends:
        messages.success(request, str(said))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = ticket_address(ticket)
        return response
    return changed(request, person, ticket, said)


def changed(
    request: HttpRequest, person: Person, ticket: Ticket, said: Any, *, written: str = ""
) -> HttpResponse:
    """The parts of the open ticket that a change redraws; what is being typed is left alone, but for the form of what
    was `written` (reply, note, call), which is empty again."""
    try:
        fresh = get_ticket(person, ticket.organisation.slug, ticket.number)
    except Http404:
        # passed on to where they may not follow: the list is what is left to them
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("desk:home")
        messages.success(request, str(said))
        return response
    context = {
        **ticket_page.head(person, fresh),
        **ticket_page.news(request, person, fresh),
        "said": said,
        "written": written,
    }
    if written:
        items = timeline(person, fresh, None, ticket_page.PAGE)
        context |= composer.composer(request, person, fresh, context["me"], items)
    response = render(request, "desk/_changed.html", context)
    response["HX-Reswap"] = "none"
    events = {"desk:done": {"written": written}, f"ticket-{fresh.pk}": True, f"side-{fresh.pk}": True}
    response["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


def _form(
    request: HttpRequest, person: Person, ticket: Ticket, form: forms.Form, asked: Asked, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "ticket": ticket,
        "form": form,
        "asked": asked,
        "address": request.path,
        "back_url": ticket_address(ticket),
    }
    if is_fragment(request):
        response = render(request, "desk/_verb_form.html", {**context, "in_dialog": True}, status=status)
        response["HX-Retarget"] = f"#{DIALOG}"
        response["HX-Reswap"] = "innerHTML"
        return response
    whole = nav.page(request, person, organisation=ticket.organisation, **context)
    return render(request, "desk/verb.html", whole, status=status)

"""Senders nobody listens to for a while, and programs that speak for people: for supervisors and administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here, works_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Message
from sportello.service.channels import senders as rules

from .. import nav
from ..forms.senders import BlockForm, FormSenderForm
from .answers import done, ticket_address
from .contacts import Here, here

asks = require_http_methods(["GET", "HEAD", "POST"])


@works_here
@asks
def senders(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Both lists, and a form for each."""
    place = _deciding(person, slug)
    posted = request.POST if request.method == "POST" else None
    which = request.POST.get("do", "")
    blocking = BlockForm(posted if which == "block" else None, initial={"sender": request.GET.get("sender", "")})
    adding = FormSenderForm(place.organisation, posted if which == "form" else None, prefix="form")
    if which == "block" and blocking.is_valid() and _block(blocking, place):
        messages.success(request, _("Blocked: from now on its mail is held back."))
        return HttpResponseRedirect(_list(slug))
    if which == "form" and adding.is_valid() and _add(adding, place):
        messages.success(request, _("From now on what it sends is a customer's request."))
        return HttpResponseRedirect(_list(slug))
    context: dict[str, Any] = {
        "blocked": rules.blocked(place.organisation), "forms": rules.form_senders(place.organisation),
        "blocking": blocking, "adding": adding, "now": clock.now(place.organisation),
    }
    return render(request, "desk/door/senders.html",
                  nav.page(request, person, "people", organisation=place.organisation, **context),
                  status=422 if posted is not None else 200)


@works_here
@require_POST
def unblocking(request: HttpRequest, person: Person, slug: str, block_id: int) -> HttpResponse:
    place = _deciding(person, slug)
    rules.unblock(place.organisation, block_id, place.member)
    messages.success(request, _("Unblocked. What was held back waits in quarantine: release what you want to read."))
    return HttpResponseRedirect(_list(slug))


@works_here
@require_POST
def form_ending(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    place = _deciding(person, slug)
    rules.end_form(place.organisation, form_id, place.member)
    messages.success(request, _("From now on its mail is a program's again."))
    return HttpResponseRedirect(_list(slug))


@serves_here
@require_POST
def blocking(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """Hold back what else the sender of a message writes; with `undo` (the rule) listen again."""
    ticket = get_ticket(person, slug, number)
    place = _deciding(person, slug)
    rows = Message.objects.filter(entry__ticket=ticket, entry__position=position, direction="in")
    message = rows.exclude(sender_address="").first()
    if message is None:
        raise Http404
    undone = request.POST.get("undo", "")
    if undone:
        on = rules.rules_on(place.organisation, [message.sender_address])
        if undone != str(rules.narrowest(dict(on.values_list("sender", "pk")), message.sender_address)):
            raise Http404
        rules.unblock(place.organisation, int(undone), place.member)
        said = _("Unblocked. What was held back waits in quarantine: release what you want to read.")
    else:
        try:
            rules.block(place.organisation, message.sender_address,
                        _("From request %(number)s") % {"number": ticket.number}, place.member)  # fmt: skip
        except Refusal as refusal:
            messages.error(request, str(refusal.sentence))
            return HttpResponseRedirect(ticket_address(ticket, f"e{position}"))
        said = _("Blocked: from now on its mail is held back.")
    return done(request, person, ticket, said, anchor=f"e{position}")


def _block(form: forms.Form, place: Here) -> bool:
    data = form.cleaned_data
    try:
        rules.block(place.organisation, data["sender"], data["reason"], place.member, days=data["days"])
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return False
    return True


def _add(form: forms.Form, place: Here) -> bool:
    data = form.cleaned_data
    try:
        rules.add_form(
            place.organisation, data["sender"], place.member, mailbox=data["mailbox"],
            customer_in=data["customer_in"], address_label=data["address_label"], name_label=data["name_label"],
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return False
    return True


def _deciding(person: Person, slug: str) -> Here:
    place = here(person, slug)
    if not rules.may_decide(person, place.organisation):
        raise Http404
    return place


def _list(slug: str) -> str:
    return reverse("desk:senders", args=[slug])

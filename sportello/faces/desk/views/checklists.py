"""Checklists of a ticket: what is ticked, by whom; hung and taken off by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.models import Checklist, ChecklistItem, ChecklistTick

from .. import nav
from ..forms.offices import ReasonForm, TicketChecklistForm
from .answers import Asked, member_of, posted, verb
from .handling import asks


@serves_here
@require_GET
def page(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    address = reverse("desk:ticket", args=[slug, number])
    context: dict[str, Any] = {
        "ticket": ticket,
        "lists": _lists(ticket),
        "now": clock.now(ticket.organisation),
        "address": f"{address}checklists/",
        "back_url": address,
    }
    shown = nav.page(request, person, "backoffice", organisation=ticket.organisation, **context)
    return render(request, "desk/checklists/page.html", shown)


def _lists(ticket: Ticket) -> list[tuple[Checklist, list[tuple[ChecklistItem, ChecklistTick | None]]]]:
    """Each checklist with its items, and the tick of each; three queries."""
    hung = list(Checklist.objects.filter(ticket=ticket, taken_off_at__isnull=True).order_by("pk"))
    items = list(ChecklistItem.objects.filter(checklist__in=hung).order_by("position"))
    ticks = ChecklistTick.objects.filter(item__in=items, back_at__isnull=True).select_related("by_member__user")
    done = {one.item_id: one for one in ticks}
    return [(one, [(item, done.get(item.pk)) for item in items if item.checklist_id == one.pk]) for one in hung]


@serves_here
@asks
def new(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = TicketChecklistForm(ticket, posted(request))
    asked = Asked(_("Hang a checklist"), _("Hang it"), _("One that was written, or one for this ticket alone."), "list")

    def act() -> None:
        data, member = form.cleaned_data, member_of(person, ticket)
        if data["template"]:
            ticking.hang(ticket, form.templates[data["template"]], by=member)
        else:
            ticking.write(ticket, data["name"], ticking.items_from(data["items"]), by=member)

    return verb(request, person, ticket, form, asked, act, _("The checklist is on the ticket."))


@serves_here
@require_POST
def item(request: HttpRequest, person: Person, slug: str, number: str, item_id: int) -> HttpResponse:
    """Tick it; with `back`, take the tick back."""
    ticket = get_ticket(person, slug, number)
    found = get_object_or_404(
        ChecklistItem.objects.select_related("checklist__ticket__organisation"), checklist__ticket=ticket, pk=item_id
    )
    act = ticking.untick if "back" in request.POST else ticking.tick
    try:
        act(found, by=member_of(person, ticket))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return HttpResponseRedirect(reverse("desk:checklists", args=[slug, number]) + f"#item-{found.pk}")


@serves_here
@asks
def removal(request: HttpRequest, person: Person, slug: str, number: str, checklist_id: int) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    found = get_object_or_404(Checklist.objects.select_related("ticket__organisation"), ticket=ticket, pk=checklist_id)
    form = ReasonForm(posted(request))
    asked = Asked(_("Take the checklist off"), _("Take it off"), _("Its items stand against closing no more."), "minus")
    return verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: ticking.take_off(found, by=member_of(person, ticket), reason=form.cleaned_data["reason"]),
        _("Taken off."),
    )

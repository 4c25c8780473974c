"""Joining tickets and taking them apart: merge and its undoing, split, one entry to the right ticket, links."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket, tickets_for
from sportello.records.tickets.actions import linking, merging, passing, splitting
from sportello.records.tickets.models import Link, Ticket, TicketMerge
from sportello.records.tickets.moving import movable

from .. import ticket_page
from ..forms.verbs import LinkForm, MergeForm, PassForm, SplitForm
from ..timeline_lines import Line
from .answers import Asked, done, member_of, posted, verb
from .handling import asks


def other_ticket(person: Person, ticket: Ticket, number: str) -> Ticket:
    """The ticket of the same organisation with this number, zeros left out or not; Refusal when it is not theirs."""
    year, _dash, serial = number.strip().removeprefix("#").rpartition("-")
    if serial.isascii() and serial.isdigit():
        number = f"{year or ticket.number[:4]}-{serial.zfill(7)}"
    try:
        return get_ticket(person, ticket.organisation.slug, number)
    except Http404:
        raise Refusal(_("There is no such ticket for you. Check the number."), field="number") from None


def _movable_lines(person: Person, ticket: Ticket) -> list[Line]:
    ids = set(movable(ticket).values_list("pk", flat=True))
    return [line for line in ticket_page.all_lines(person, ticket) if line.item.id in ids]


@serves_here
@asks
def merge(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = MergeForm(posted(request), initial={"number": request.GET.get("into", "")})
    made: list[TicketMerge] = []

    def act() -> None:
        into = other_ticket(person, ticket, form.cleaned_data["number"])
        made.append(merging.merge(ticket, into, by=member_of(person, ticket), reason=form.cleaned_data["reason"]))

    return verb(
        request, person, ticket, form,
        Asked(
            _("Merge into another ticket"),
            _("Merge"),
            _("This one ends and goes on in the other: its words and notes go there, replies to it follow, the earlier "
              "term counts. The customer is told. It can be undone."),
            "merge",
        ),
        act,
        _("Merged; the customer has been told. The old ticket's page undoes it."),
        goes_to=lambda: made[0].kept,
    )  # fmt: skip


@serves_here
@require_POST
def parting(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Undo the merge of this ticket into another."""
    ticket = get_ticket(person, slug, number)
    made = get_object_or_404(TicketMerge, merged=ticket, undone_at__isnull=True)
    if not tickets_for(person).filter(pk=made.kept_id).exists():
        raise Http404
    merging.part(made, by=member_of(person, ticket))
    return done(request, person, ticket, _("The two are apart again; the customer has been told."), ends=True)


@serves_here
@asks
def split(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = SplitForm(ticket, _movable_lines(person, ticket), posted(request))
    made: list[Ticket] = []

    def act() -> None:
        said = form.cleaned_data
        made.append(
            splitting.split(
                ticket, said["entries"], by=member_of(person, ticket), subject=said["subject"],
                kind=form.known_kinds.get(said["kind"]), team=form.known_teams.get(said["team"]),
            )
        )  # fmt: skip

    return verb(
        request, person, ticket, form,
        Asked(
            _("Make a part of it a ticket of its own"),
            _("Split"),
            _("What you choose goes there, with a number and terms of its own, counted from when it was said. The "
              "customer gets a receipt. Notes stay notes."),
            "exchange",
        ),
        act,
        _("Split; the customer has the receipt of the new ticket."),
        goes_to=lambda: made[0],
    )  # fmt: skip


@serves_here
@asks
def passing_on(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = PassForm(_movable_lines(person, ticket), posted(request))
    target: list[Ticket] = []

    def act() -> None:
        target.append(other_ticket(person, ticket, form.cleaned_data["number"]))
        passing.pass_on(ticket, form.cleaned_data["entries"], target[0], by=member_of(person, ticket))

    return verb(
        request, person, ticket, form,
        Asked(
            _("Move entries to another ticket"),
            _("Move"),
            _("For what came to the wrong ticket. Nobody is told, notes stay notes, and who was in copy here gets "
              "nothing of what is written there."),
            "arrow-right",
        ),
        act,
        _("Moved."),
        goes_to=lambda: target[0],
    )  # fmt: skip


@serves_here
@asks
def link(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    form = LinkForm(posted(request))
    return verb(
        request, person, ticket, form,
        Asked(_("Link with another ticket"), _("Link"), _("Each keeps its own life. Only colleagues see it."), "link"),
        lambda: linking.link(
            ticket, other_ticket(person, ticket, form.cleaned_data["number"]), form.cleaned_data["kind"],
            by=member_of(person, ticket),
        ),
        _("Linked."),
    )  # fmt: skip


@serves_here
@require_POST
def unlinking(request: HttpRequest, person: Person, slug: str, number: str, link_id: int) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    rows = Link.objects.select_related("other").filter(pk=link_id)
    found = rows.filter(ticket=ticket).first() or rows.filter(other=ticket).first()
    if found is None:
        raise Http404
    linking.unlink(found, by=member_of(person, ticket))
    return done(request, person, ticket, _("The link is gone."))

"""What the page of a ticket shows, part by part: each part is also a fragment that can be drawn again alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from sportello.foundation.core.questions import Question
from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.customers.queries import identities_of
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Link, Participant, Tag, Term, Ticket, TicketMerge
from sportello.records.tickets.queries import customer_history, newer, timeline
from sportello.records.tickets.standing import standing
from sportello.service.channels import senders

from . import around, nav, sentences, timeline_lines, waiting_page
from .places import ListPlace, place_from

#: Entries of the timeline at a time; older ones come when asked.
PAGE = 30
#: Of news, to a page that was hidden or cut off for long: nothing between what it shows and the newest may be missing.
_MOST_NEWS = 300
_HISTORY = 8
_SHEETS = 5


def base(person: Person, ticket: Ticket) -> dict[str, Any]:
    """What every part needs."""
    place = person.place_in(ticket.organisation_id)
    return {
        "ticket": ticket,
        "now": clock.now(ticket.organisation),
        "me": place.membership if place else None,
        "is_mine": place is not None and ticket.owner_id == place.membership.pk,
        "address": nav.addresses_of(ticket.organisation.slug, ticket.number)[0],
        "may_block": senders.may_decide(person, ticket.organisation),
    }


def head(person: Person, ticket: Ticket) -> dict[str, Any]:
    """Number, subject, whose it is, where it stands."""
    return {**base(person, ticket), "standing": standing(ticket)}


def conversation(request: HttpRequest, person: Person, ticket: Ticket) -> dict[str, Any]:
    """A page of the timeline, oldest first; `older` leads to the one before."""
    before = _position(request.GET.get("before", ""))
    items = timeline(person, ticket, before, PAGE)
    first = items[0].position if items else 1
    return {
        **base(person, ticket),
        "items": items,
        "lines": timeline_lines.lines(ticket, items),
        # entries that went to another ticket leave a hole: a page that is not full is the first
        "older": first if first > 1 and len(items) >= PAGE else 0,
        "older_count": first - 1,
        "is_older_page": before is not None,
    }


def news(request: HttpRequest, person: Person, ticket: Ticket, *, may_wait: bool = True) -> dict[str, Any]:
    """Beside `head`: what the page does not show yet, by the position it says it has `seen`, and how what it shows has
    left since.

    Nothing already on the page is drawn again: what somebody reads or has unfolded stays where it is.
    """
    seen = _position(request.POST.get("seen", "") or request.GET.get("seen", ""))
    known = ticket.last_position if seen is None else seen
    most = PAGE if ticket.last_position - known <= PAGE else _MOST_NEWS
    return {
        "lines_new": timeline_lines.lines(ticket, newer(person, ticket, known, most)),
        "lines_known": timeline_lines.left(ticket, ticket.last_position - PAGE, known),
        **waiting_page.cards(person, ticket, may_wait=may_wait),
    }


def _position(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


#: Longer tickets are printed from their newest entries; the page says so.
MOST_PRINTED = 500


def all_lines(person: Person, ticket: Ticket) -> list[timeline_lines.Line]:
    """The timeline for paper."""
    return timeline_lines.lines(ticket, timeline(person, ticket, None, MOST_PRINTED))


def side(person: Person, ticket: Ticket) -> dict[str, Any]:
    """The customer and everything around the ticket."""
    context = base(person, ticket)
    customer, there = ticket.customer, around.look(ticket)
    # recorded once: no other record of theirs is looked for
    ids = [customer.pk] if customer and customer.merged_into_id is None and not there.doubles else None
    history = None
    if customer:
        history = customer_history(person, customer, _HISTORY, ids=ids, has_contacts=there.contacts or ids is None)
    return context | {
        "around": there,
        "customer": customer,
        "customer_address": _customer_address(ticket),
        "identities": identities_of(customer, ids) if customer else [],
        "history": [row for row in history.tickets if row.id != ticket.pk] if history else [],
        "contacts": history.contacts if history else [],
        "history_more": bool(history and history.has_more),
        "participants": _PARTICIPANTS.rows(ticket_id=ticket.pk),
        "links": _links(person, ticket) if there.links else [],
        "merged_here": merged_here(person, ticket) if there.merges else [],
        "tags": list(Tag.objects.filter(places__ticket=ticket).order_by("places__pk")) if there.tags else [],
        "sheets": _sheets(ticket),
    }


_PARTICIPANTS: Question[Participant] = Question(
    lambda ticket_id: Participant.objects.filter(ticket_id=ticket_id).select_related("customer").order_by("id"),
    planned=True,
)


def _customer_address(ticket: Ticket) -> str:
    try:
        return (
            reverse("desk:customer", args=[ticket.organisation.slug, ticket.customer_id]) if ticket.customer_id else ""
        )
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class TermRow:
    term: Term
    label: str
    #: running, met, late (met after it was due), ended
    state: str
    lines: list[str]


def terms_of(ticket: Ticket) -> list[TermRow]:
    rows = []
    for term in Term.objects.filter(ticket=ticket).order_by("due_at", "id"):
        met = term.met_at
        state = "ended" if term.ended_at else "running" if met is None else "met" if met <= term.due_at else "late"
        rows.append(
            TermRow(
                term,
                str(term.get_kind_display()),
                state,
                sentences.term_lines((code, facts) for code, facts in term.steps),
            )
        )
    return rows


@dataclass(frozen=True)
class LinkRow:
    id: int
    label: str
    ticket: Ticket
    #: Where it is taken away.
    removal: str


#: How a link reads from its other end.
_BACKWARDS: dict[str, Any] = {
    Link.Kind.FOLLOWS: gettext_lazy("Followed by"),
    Link.Kind.DUPLICATES: gettext_lazy("Has as duplicate"),
    Link.Kind.CAUSED_BY: gettext_lazy("Cause of"),
    Link.Kind.SPLIT_FROM: gettext_lazy("Split off"),
}


def merged_here(person: Person, ticket: Ticket) -> list[TicketMerge]:
    """Tickets that go on in this one, to undo it from; only those this person may see."""
    found = TicketMerge.objects.filter(kept=ticket, undone_at__isnull=True, merged__in=tickets_for(person))
    return list(found.select_related("merged").order_by("id")[:20])


def _links(person: Person, ticket: Ticket) -> list[LinkRow]:
    """Both directions, only to tickets this person may see."""
    found = (
        Link.objects.filter(Q(ticket=ticket) | Q(other=ticket))
        .filter(Q(ticket=ticket, other__in=tickets_for(person)) | Q(other=ticket, ticket__in=tickets_for(person)))
        .select_related("ticket__organisation", "other__organisation")
        .order_by("id")
    )
    rows = []
    for link in found[:20]:
        is_ours = link.ticket_id == ticket.pk
        label = link.get_kind_display() if is_ours else _BACKWARDS.get(link.kind, link.get_kind_display())
        removal = reverse("desk:link_removal", args=[ticket.organisation.slug, ticket.number, link.pk])
        rows.append(LinkRow(link.pk, str(label), link.other if is_ours else link.ticket, removal))
    return rows


@dataclass(frozen=True)
class SheetRow:
    title: str
    summary: str
    documents: str
    cost: str
    times: str
    is_asked: bool


def _sheets(ticket: Ticket) -> list[SheetRow]:
    """The sheet the request is about, then those of the team that answers, in the language of the screen."""
    asked = ticket.service_sheet_id
    texts: dict[int, list[tuple[Any, ...]]] = {}
    for sheet_id, *text in _SHEET_TEXTS.tuples(
        organisation_id=ticket.organisation_id, sheet_id=asked or 0, team_id=ticket.team_id
    ):
        texts.setdefault(sheet_id, []).append(tuple(text))
    language, rows = sentences.language_now(), []
    for sheet_id in sorted(texts, key=lambda one: one != asked)[:_SHEETS]:
        own = next((text for text in texts[sheet_id] if text[0] == language), texts[sheet_id][0])
        spoken, title, summary, documents, cost, times = own
        if spoken is not None:
            rows.append(SheetRow(title, summary, documents, cost, times, sheet_id == asked))
    return rows


_SHEET_TEXTS: Question[ServiceSheet] = Question(
    lambda organisation_id, sheet_id, team_id: ServiceSheet.objects.filter(
        Q(pk=sheet_id) | Q(team_id=team_id), organisation_id=organisation_id, retired_at__isnull=True
    )
    .order_by("position", "pk", "texts__pk")
    .values_list(
        "pk", "texts__language", "texts__title", "texts__summary", "texts__documents_needed", "texts__cost",
        "texts__times",
    ),
    planned=True,
)  # fmt: skip


def place_of(request: HttpRequest) -> ListPlace:
    """The list the ticket was opened from."""
    return place_from(request.GET)

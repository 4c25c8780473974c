"""What the page of a ticket shows, part by part: each part is also a fragment that can be drawn again alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.customers.queries import identities_of
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Link, Participant, Term, Ticket
from sportello.records.tickets.queries import TimelineItem, customer_history, timeline
from sportello.records.tickets.reach import reach
from sportello.records.tickets.standing import standing
from sportello.service.channels import recipients, senders
from sportello.service.channels.email import capacity, letters

from . import sentences, timeline_lines, waiting_page
from .actions.drafting import drafts_of
from .forms.writing import NoteForm, ReplyForm, write_addresses
from .models import Draft
from .places import ListPlace, place_from

#: Entries of the timeline at a time; older ones come when asked.
PAGE = 30
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
        "address": reverse("desk:ticket", args=[ticket.organisation.slug, ticket.number]),
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
        "older": first if first > 1 else 0,
        "older_count": first - 1,
        "is_older_page": before is not None,
    }


def news(request: HttpRequest, person: Person, ticket: Ticket) -> dict[str, Any]:
    """What the page does not show yet, by the position it says it has `seen`, and how what it shows has left since.

    Nothing already on the page is drawn again: what somebody reads or has unfolded stays where it is.
    """
    seen = _position(request.POST.get("seen", "") or request.GET.get("seen", ""))
    whole = conversation(request, person, ticket) | waiting_page.cards(person, ticket)
    known = ticket.last_position if seen is None else seen
    return whole | {
        "lines_new": [line for line in whole["lines"] if line.item.position > known],
        "lines_known": [line for line in whole["lines"] if line.item.position <= known and line.leaving is not None],
    }


def _position(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


#: Longer tickets are printed from their newest entries; the page says so.
MOST_PRINTED = 500


def all_lines(person: Person, ticket: Ticket) -> list[timeline_lines.Line]:
    """The timeline for paper."""
    return timeline_lines.lines(ticket, timeline(person, ticket, None, MOST_PRINTED))


@dataclass(frozen=True)
class Written:
    """One tab of the composer: its form, its draft, and whether something came since it was begun."""

    form: Any
    draft: Draft | None
    outdated: bool


def composer(request: HttpRequest, person: Person, ticket: Ticket, items: Sequence[TimelineItem]) -> dict[str, Any]:
    """Reply and note, with drafts and the recipients of the message replied to."""
    context = base(person, ticket)
    drafts = drafts_of(ticket, context["me"]) if context["me"] else {}
    to, cc, came_back = _recipients(ticket, items)
    mine = drafts.get(Draft.Kind.REPLY)
    others = recipients.other_addresses(ticket, [came_back]) if came_back else []
    chosen = request.GET.get("to", "")
    if chosen in others:
        to, cc, mine_to = write_addresses([(ticket.customer.name if ticket.customer else "", chosen)]), "", True
    else:
        mine_to = False
    return context | {
        "reply": Written(
            ReplyForm(
                initial={
                    "to": mine.to if mine and not mine_to else to,
                    "cc": mine.cc if mine and not mine_to else cc,
                    "text": mine.text if mine else "",
                    "base_position": ticket.last_public_position,
                },
                auto_id="reply-%s",
            ),
            mine,
            bool(mine and mine.base_position < ticket.last_public_position),
        ),
        "note": Written(
            NoteForm(
                initial={"text": drafts[Draft.Kind.NOTE].text} if Draft.Kind.NOTE in drafts else {}, auto_id="note-%s"
            ),
            drafts.get(Draft.Kind.NOTE),
            False,
        ),
        "largest_file": settings.ATTACHMENT_BYTES,
        "most_files": settings.ATTACHMENTS_AT_ONCE,
        "most_together": capacity.most_for_files(letters.mailbox_of(ticket)),
        "kept_files": list(mine.files.select_related("blob").order_by("pk")) if mine else [],
        "came_back": came_back,
        "other_addresses": others,
        "presets": waiting_page.presets(ticket),
        **waiting_page.cards(person, ticket),
    }


def _recipients(ticket: Ticket, items: Sequence[TimelineItem]) -> tuple[str, str, str]:
    """(to, cc) of an answer to the newest message from outside: everybody who had it but us; where there is none, the
    customer's own way. Third: the address that would be there if mail to it did not come back."""
    theirs = next(
        (
            item
            for item in reversed(items)
            if item.message and item.message.is_incoming and not item.message.is_machine and item.message.sender_address
        ),
        None,
    )
    if theirs is None or theirs.message is None:
        way = reach(ticket)
        if way.address:
            return write_addresses([(way.name, way.address)]), "", ""
        return "", "", _unreachable(ticket)
    sender = (theirs.message.sender_name, theirs.message.sender_address)
    if recipients.undeliverable(ticket.organisation, [sender[1]]):
        return "", "", sender[1]
    others = [(name, address) for _role, name, address in theirs.recipients]
    to, cc = recipients.reply_all(ticket.organisation, sender, others)
    return write_addresses(to), write_addresses(cc), ""


def _unreachable(ticket: Ticket) -> str:
    """The address they wrote from, when mail to it came back."""
    asking = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="").first()
    return asking.address if asking is not None else ""


def side(person: Person, ticket: Ticket) -> dict[str, Any]:
    """The customer and everything around the ticket."""
    context = base(person, ticket)
    customer = ticket.customer
    history = customer_history(person, customer, _HISTORY) if customer else None
    return context | {
        "customer": customer,
        "customer_address": _customer_address(ticket),
        "identities": identities_of(customer) if customer else [],
        "history": [row for row in history.tickets if row.id != ticket.pk] if history else [],
        "contacts": history.contacts if history else [],
        "history_more": bool(history and history.has_more),
        "participants": list(Participant.objects.filter(ticket=ticket).select_related("customer").order_by("id")),
        "links": _links(person, ticket),
        "sheets": _sheets(ticket),
    }


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
    label: str
    ticket: Ticket


def _links(person: Person, ticket: Ticket) -> list[LinkRow]:
    """Both directions, only to tickets this person may see."""
    found = (
        Link.objects.filter(Q(ticket=ticket) | Q(other=ticket))
        .filter(Q(ticket=ticket, other__in=tickets_for(person)) | Q(other=ticket, ticket__in=tickets_for(person)))
        .select_related("ticket__organisation", "other__organisation")
        .order_by("id")
    )
    return [
        LinkRow(str(link.get_kind_display()), link.other if link.ticket_id == ticket.pk else link.ticket)
        for link in found[:20]
    ]


@dataclass(frozen=True)
class SheetRow:
    title: str
    summary: str
    documents: str
    cost: str
    times: str
    is_asked: bool


def _sheets(ticket: Ticket) -> list[SheetRow]:
    """The sheet the request is about, then those of the team that answers: two queries."""
    sheets = (
        ServiceSheet.objects.filter(organisation_id=ticket.organisation_id, retired_at__isnull=True)
        .filter(Q(pk=ticket.service_sheet_id) | Q(team_id=ticket.team_id))
        .prefetch_related("texts")
    )
    rows = []
    for sheet in sorted(sheets, key=lambda one: one.pk != ticket.service_sheet_id)[:_SHEETS]:
        text = sheet.text_in(sentences.language_now())
        if text is not None:
            rows.append(
                SheetRow(
                    text.title,
                    text.summary,
                    text.documents_needed,
                    text.cost,
                    text.times,
                    sheet.pk == ticket.service_sheet_id,
                )
            )
    return rows


def place_of(request: HttpRequest) -> ListPlace:
    """The list the ticket was opened from."""
    return place_from(request.GET)

"""Chosen entries become a ticket of their own, with number, terms and receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind

from .. import moving
from ..models import Entry, EntryMove, Link, Message, Participant, Ticket
from ..search_index import give_number
from .change import Change, changing
from .opening import Opening, open_ticket
from .passing import chosen_entries, settle_source


@dataclass(frozen=True)
class _Asker:
    """Whose the new ticket is, and where they are written to."""

    customer: Customer | None
    address: str
    channel: str
    #: Somebody else than the old ticket's customer: their message had come to the wrong ticket.
    is_other: bool


def split(
    ticket: Ticket,
    entry_ids: Iterable[int],
    *,
    by: Membership,
    subject: str,
    kind: Kind | None = None,
    team: Team | None = None,
    at: datetime | None = None,
) -> Ticket:
    """A new ticket with these entries, linked with the old one; its customer gets a receipt with its own number.

    Its terms run from the instant at which the first of the chosen words reached us, not from today: the request was
    made then (L. 241/1990 art. 2 par. 6). Words of somebody else than the ticket's customer become their ticket.
    """
    stated = one_line(subject, 300)
    if not stated:
        raise Refusal(_("Write what the new ticket is about."), field="subject")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        entries = chosen_entries(row, entry_ids)
        asker = _asker(row, entries)
        _refuse(row, entries, asker)
        opened = open_ticket(
            row.organisation,
            Opening(
                kind=kind or row.kind,
                team=team or row.team,
                channel=asker.channel,
                subject=stated,
                language=row.language,
                route=("split", {"from_id": row.pk}),
                customer=asker.customer,
                address=asker.address,
                sensitivity=row.sensitivity,
                starts_at=_reached_us(entries, change.at),
                member=by,
                brings=lambda there: _bring(there, row, entries, by),
                links=[(row, Link.Kind.SPLIT_FROM)],
            ),
            person(by.user_id),
            at=change.at,
        )
        facts: dict[str, Any] = {"number": opened.ticket.number, "other_id": opened.ticket.pk, "count": len(entries)}
        # where it went is told to their own customer only
        entry = change.event("split", member=by, public=not asker.is_other, **facts)
        change.tell("ticket.split", other_id=opened.ticket.pk, entry_id=entry.pk)
        settle_source(change, entries)
    return opened.ticket


def _bring(there: Change, source: Ticket, entries: list[Entry], by: Membership) -> Entry:
    """The first entries of the new ticket are those of the old."""
    moving.bring(entries, source, there.ticket, why=EntryMove.Why.SPLIT, by=by, at=there.at)
    there.ticket.unanswered_since = moving.unanswered_since(there.ticket) or there.ticket.unanswered_since
    give_number(there.ticket)
    return entries[0]


def _asker(ticket: Ticket, entries: list[Entry]) -> _Asker:
    """The old ticket's customer; or who wrote, when all the chosen words are of one other person."""
    came = [entry for entry in entries if entry.kind == Entry.Kind.MESSAGE and entry.message.is_incoming]
    first = came[0] if came else None
    writers = {entry.by_customer_id for entry in came}
    if first is not None and first.by_customer_id and writers == {first.by_customer_id} != {ticket.customer_id}:
        other = Customer.objects.get(pk=first.by_customer_id)
        stranger = Ticket(organisation=ticket.organisation, customer=other)
        if not moving.same_asker(ticket, stranger):
            channel = ticket.channel if first.message.channel == "portal" else first.message.channel
            return _Asker(other, first.message.sender_address, channel, True)
    asking = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="").first()
    return _Asker(ticket.customer, asking.address if asking else "", ticket.channel, False)


def _refuse(ticket: Ticket, entries: list[Entry], asker: _Asker) -> None:
    if all(entry.kind == Entry.Kind.NOTE for entry in entries):
        raise Refusal(
            _("Choose at least one message or contact: a ticket is about what somebody asked."), field="entries"
        )
    ids = {entry.pk for entry in entries}
    stays = moving.movable(ticket).exclude(pk__in=ids).exclude(kind=Entry.Kind.NOTE)
    if not asker.is_other and not stays.exists():
        raise Refusal(
            _("Nothing the customer said would be left here. Leave something, or change the kind of this ticket."),
            field="entries",
        )
    ours = [entry for entry in entries if entry.kind == Entry.Kind.MESSAGE and not entry.message.is_incoming]
    if asker.is_other and ours:
        raise Refusal(
            _("These words are of another customer: our own answers to this one cannot go with them."), field="entries"
        )


def _reached_us(entries: list[Entry], at: datetime) -> datetime:
    """When the first words of the customer among them were said."""
    said = [
        entry.happened_at
        for entry in entries
        if entry.kind == Entry.Kind.CONTACT
        or (entry.kind == Entry.Kind.MESSAGE and entry.message.direction == Message.Direction.IN)
    ]
    return min(said, default=at)

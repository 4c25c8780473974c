"""Opening a ticket: a need gets a number, a team, terms, a code, and its receipt; in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.core.together import add, add_all, is_gathering, together
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.models import Customer
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind

from .. import codes, levels, notices, terms
from ..models import AccessCode, Contact, Entry, Link, Participant, Ticket
from ..prepared import Prepared
from ..reach import Reach, way_to
from ..search_index import index
from ..words import Words
from .change import Change, columns_of, journal_told, save_changed
from .writing import put_contact, put_words


@dataclass(frozen=True)
class Opening:
    """What a door knows. `team` with `route` (code and facts of why) comes from routing."""

    kind: Kind
    team: Team
    channel: str
    subject: str
    language: str
    route: tuple[str, dict[str, Any]] = ("given", {})
    customer: Customer | None = None
    #: What they wrote; or the contact in which they said it, with its summary.
    words: Words | None = None
    contact: Contact | None = None
    summary: str = ""
    #: Puts what was said elsewhere on it instead (a ticket that is split) and answers the first entry.
    brings: Callable[[Change], Entry] | None = None
    member: Membership | None = None
    sheet: ServiceSheet | None = None
    #: Address that may write on the ticket, and where notices go; empty: the follow-up page.
    address: str = ""
    #: When the terms begin, where the channel knows better (a PEC was delivered then); else the opening's instant.
    starts_at: datetime | None = None
    #: Why no program may tell the sender anything (code), though `address` may write: no receipt leaves.
    untold: str = ""
    sensitivity: str = Ticket.Sensitivity.NORMAL
    #: (about, code, facts) the door already knows: which door, which customer, why a new ticket.
    reasons: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    links: list[tuple[Ticket, str]] = field(default_factory=list)
    #: What is known of the organisation already, by who opens many in a row.
    prepared: Prepared | None = None
    #: Whether letters to `address` arrive (none came back for good), where who opens knows it; None: it is looked up.
    arrives: bool | None = None


@dataclass(frozen=True)
class Opened:
    """`code` is the access code in readable form: for the receipt, never kept."""

    ticket: Ticket
    entry: Entry
    code: str


def open_ticket(organisation: Organisation, opening: Opening, actor: Actor, at: datetime | None = None) -> Opened:
    """Open a ticket and give its receipt. Refusal when there are no words and no summary."""
    _check(opening)
    instant = at or clock.now(organisation)
    prepared = opening.prepared or Prepared(organisation)
    procedure = prepared.procedure(opening.kind, clock.local(organisation, instant).date())
    nonce, digest = codes.new_nonce()
    with transaction.atomic(savepoint=not is_gathering()), together("opening"):
        ticket = Ticket(
            organisation=organisation,
            number="",
            subject=one_line(opening.subject, 300) or _("(no subject)"),
            kind=opening.kind,
            procedure=procedure,
            service_sheet=opening.sheet,
            customer=opening.customer,
            channel=opening.channel,
            language=organisation.language_for(opening.language),
            team=opening.team,
            sensitivity=opening.sensitivity,
            opened_at=instant,
            moved_at=instant,
            next_promise_at=instant,
            unanswered_since=instant,
        )
        ticket.number = prepared.number(clock.local(organisation, instant).year)
        add(ticket)
        change = Change(ticket, instant, actor, columns=columns_of(ticket))
        entry = first_entry(change, opening)
        begun = terms.begin(ticket, procedure, opening.starts_at or instant, prepared=prepared)
        ticket.next_promise_at = min(term.due_at for term in begun)
        levels.opened(ticket, instant)
        code = AccessCode(organisation=organisation, ticket=ticket, nonce=nonce, digest=digest, made_at=instant)
        add_all([code])
        participants(change, opening)
        reasons_of(change, opening)
        change.told.insert(
            0, ("ticket.opened", {"channel": opening.channel, "kind_id": opening.kind.pk, "entry_id": entry.pk})
        )
        notices.give_receipt(
            change, prepared, how=_receipt_way(opening), untold=opening.untold, way=lambda: _way(ticket, opening)
        )
        save_changed(change)
        journal_told(change)
    return Opened(ticket, entry, codes.derive(nonce))


def _check(opening: Opening) -> None:
    if opening.words is None and opening.brings is None and not opening.summary.strip():
        raise Refusal(_("Write what the customer asks, in a few words."), field="summary")


def _receipt_way(opening: Opening) -> str:
    """A receipt for who stands at the counter or is on the phone is given there; a web form shows it on screen
    and, where an address was given, also sends it."""
    if opening.address:
        return ""
    return {"counter": "counter", "phone": "phone", "letter": "letter", "webform": "screen"}.get(opening.channel, "")


def _way(ticket: Ticket, opening: Opening) -> Reach:
    """How the receipt leaves: to the address they wrote from, unless letters to it come back."""
    name = ticket.customer.name if ticket.customer else ""
    return way_to(ticket, name, opening.address, arrives=opening.arrives)


def first_entry(change: Change, opening: Opening) -> Entry:
    """What was said, as the first line of the timeline, and found by search."""
    ticket = change.ticket
    if opening.brings is not None:
        return opening.brings(change)
    if opening.words is not None:
        entry = put_words(change, opening.words, channel=opening.channel, customer=opening.customer)
        texts = (
            opening.words.text,
            opening.words.sender_name,
            opening.words.sender_address,
            *(file.filename for file in opening.words.files),
        )
    else:
        entry = put_contact(change, opening.contact, opening.summary, opening.member)
        texts = (opening.summary,)
    name = opening.customer.name if opening.customer else ""
    index(ticket, entry, ticket.subject, name, *texts, with_number=True)
    return entry


def participants(change: Change, opening: Opening) -> None:
    """Who may write on the ticket: who asked, and who had a copy."""
    ticket = change.ticket
    if opening.address or opening.customer:
        part = Participant(
            organisation_id=ticket.organisation_id,
            ticket=ticket,
            customer=opening.customer,
            address=opening.address,
            role=Participant.Role.REQUESTER,
            since=change.at,
        )
        add_all([part])
    copied = {address for role, _name, address in (opening.words.recipients if opening.words else ()) if role == "cc"}
    add_all(
        Participant(
            organisation_id=ticket.organisation_id,
            ticket=ticket,
            address=address,
            role=Participant.Role.CC,
            since=change.at,
        )
        for address in sorted(copied - {opening.address})[:50]
    )


def reasons_of(change: Change, opening: Opening) -> None:
    """Why it was opened so: by which door, for whom, which team, which procedure."""
    for about, code, facts in opening.reasons:
        change.because(about, code, **facts)
    code, facts = opening.route
    change.because("route", code, **facts)
    change.because(
        "term", "procedure", procedure_id=change.ticket.procedure_id, version=change.ticket.procedure.version
    )
    for other, kind in opening.links:
        link = Link(
            organisation_id=change.ticket.organisation_id,
            ticket=change.ticket,
            other=other,
            kind=kind,
            made_at=change.at,
        )
        add_all([link])
        change.because("ticket", f"linked_{kind}", other_id=other.pk)

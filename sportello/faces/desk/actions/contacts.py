"""What the desk does with a contact in one press: the contact, its customer, its ticket, its end; all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers.access import get_customer
from sportello.records.customers.actions.card import relate
from sportello.records.customers.actions.registering import add_identity, find_or_add
from sportello.records.customers.identities import normal
from sportello.records.customers.models import Customer, Identity, Relation
from sportello.records.customers.queries import surviving, together
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import contacts
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.models import (
    Contact,
    ContactDelegate,
    ContactEntry,
    ContactInterval,
    Participant,
    Ticket,
)
from sportello.service.routing.actions import team_for

from .. import contact_page
from ..forms.contacts import ACTS_OTHER, NEW_CUSTOMER, NEW_TICKET, WITHOUT_TICKET, identity_in


@dataclass(frozen=True)
class Recorded:
    """`ticket` None: nothing but the contact. `is_new`: the ticket was opened by it, its receipt is to be given."""

    contact: Contact
    ticket: Ticket | None = None
    is_new: bool = False


def find_or_begin(organisation: Organisation, member: Membership, channel: str, opened: datetime,
                  contact_id: int | None) -> Contact:
    """The contact a page is about: the one it names, the one its first press began, or a new one from `opened`.

    The instant at which a colleague opened the page tells two presses of one page from two pages.
    """
    # of two presses at once the second waits here, and finds what the first began
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    own = Contact.objects.filter(organisation=organisation, member=member).select_related("organisation")
    found = own.filter(pk=contact_id).first() if contact_id else own.filter(started_at=opened).first()
    if found is None:
        return contacts.begin(organisation, member, channel, at=opened)
    if found.channel != channel and found.ended_at is None:
        found.channel = channel
        found.save(update_fields=["channel"])
    return found


@transaction.atomic
def change_state(organisation: Organisation, member: Membership, channel: str, opened: datetime,
                 contact_id: int | None, state: str) -> Contact:
    """Put on hold, go on. What is typed stays in the page; the interval is kept."""
    contact = find_or_begin(organisation, member, channel, opened, contact_id)
    if state_of(contact) != state:
        contacts.enter(contact, state)
    return contact


def state_of(contact: Contact) -> str:
    """The state it is in now; empty when it has ended."""
    running = ContactInterval.objects.filter(contact=contact, ended_at__isnull=True).first()
    return running.state if running else ""


@transaction.atomic
def save(person: Person, organisation: Organisation, member: Membership, data: dict[str, Any],
         opened: datetime) -> Recorded:
    """Everything the form says. Pressing twice records once. Raises Refusal, with the field where it is one's."""
    contact = find_or_begin(organisation, member, data["channel"], opened, data["contact"])
    if contact.ended_at is not None:
        before = ContactEntry.objects.filter(contact=contact).select_related("entry__ticket__organisation").first()
        return Recorded(contact, before.entry.ticket if before else None)
    customer = customer_of(person, organisation, data)
    recorded = _ticket(person, organisation, member, contact, customer, data)
    outcome = data["next"] if recorded.ticket is None else Contact.Outcome.TICKET
    who = customer or (recorded.ticket.customer if recorded.ticket else None)
    if data.get("acts"):
        _acting(person, contact, who, recorded.ticket, data)
    contacts.end(contact, outcome, kind=data["kind"], customer=who, identified=data["identified"],
                 language=data["language"])
    return recorded


def _acting(person: Person, contact: Contact, customer: Customer | None, ticket: Ticket | None,
            data: dict[str, Any]) -> None:
    """Somebody else stood there for the customer: kept with the contact, and takes part in its ticket."""
    if customer is None:
        raise Refusal(_("Choose for whom they are here."), field="who")
    if data["acts"] == ACTS_OTHER:
        typed = identity_in(data["acts_name"])
        delegate = find_or_add(contact.organisation, name="" if typed else data["acts_name"],
                               identities=[typed] if typed else [], language="", actor=person.actor)
        relation: Relation | None = relate(delegate, surviving(customer), Relation.Kind.DELEGATE, person.actor,
                                           about=data["acts_proof"])
    else:
        known = contact_page.delegations(person, contact.organisation, str(customer.pk))
        relation = next((one for one in known if str(one.pk) == data["acts"]), None)
        if relation is None:
            raise Refusal(_("That delegation does not hold today. Choose again who is here."))
        delegate = relation.customer
    ContactDelegate.objects.create(organisation_id=contact.organisation_id, contact=contact, delegate=delegate,
                                   relation=relation)
    if ticket is not None:
        Participant.objects.get_or_create(
            organisation_id=ticket.organisation_id, ticket=ticket, customer=delegate, role=Participant.Role.ACTING_FOR,
            defaults={"since": contact.started_at})


def customer_of(person: Person, organisation: Organisation, data: dict[str, Any]) -> Customer | None:
    """The chosen customer with the address they gave, a new one, or nobody."""
    given = [(sort, data["reach"]) for sort in ("email", "phone") if data["reach"] and normal(sort, data["reach"])][:1]
    if data["customer"].isascii() and data["customer"].isdigit():
        customer = surviving(get_customer(person, organisation.slug, int(data["customer"])))
        for sort, value in given:
            try:
                add_identity(customer, sort, value, person.actor)
            except Refusal as refusal:
                raise Refusal(refusal.sentence, field="reach") from None
        return customer
    if data["customer"] != NEW_CUSTOMER:
        return None
    typed = identity_in(data["who"])
    if not data["who"] and not given:
        raise Refusal(_("Write the name of the new customer."), field="who")
    identities = [*([typed] if typed else []), *given]
    return find_or_add(organisation, name="" if typed else data["who"], identities=identities,
                       language=data["language"], actor=person.actor)


def _ticket(person: Person, organisation: Organisation, member: Membership, contact: Contact,
            customer: Customer | None, data: dict[str, Any]) -> Recorded:
    step = data["next"]
    if step in WITHOUT_TICKET:
        return Recorded(contact)
    if step != NEW_TICKET:
        ticket = get_ticket(person, organisation.slug, step)
        if customer is not None and ticket.customer_id not in (None, *together(customer)):
            raise Refusal(_("That ticket is another customer's. Choose the customer again, or one of their tickets."))
        contacts.record_on(ticket, contact, data["summary"], member=member)
        return Recorded(contact, ticket)
    routed = team_for(organisation, data["kind"])
    opening = Opening(
        kind=data["kind"], team=routed.team, route=(routed.code, routed.facts), channel=contact.channel,
        subject=data["subject"], language=data["language"], customer=customer, contact=contact, summary=data["summary"],
        member=member, address=_address(customer, data["reach"]),
        reasons=[("door", contact.channel, {"member_id": member.pk})],
    )
    return Recorded(contact, open_ticket(organisation, opening, person.actor).ticket, is_new=True)


def _address(customer: Customer | None, typed: str) -> str:
    """Where notices go: the address said now, else one that was shown to be theirs. A stranger's mail that once
    claimed a name gets no access code."""
    given = normal("email", typed)
    if given or customer is None:
        return given
    known = Identity.objects.filter(customer=customer, sort="email", undeliverable_at__isnull=True).exclude(verified="")
    best = known.order_by("-verified_at", "pk").first()
    return best.value if best else ""

"""What the page of a contact shows: who it may be, their open tickets, what was counted today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Count
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers.access import customers_for
from sportello.records.customers.models import Relation
from sportello.records.customers.queries import CustomerRow, find, surviving, together
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Contact, Ticket

_NUMBER = re.compile(r"^\s*(?:n\.?\s*)?(?:(\d{4})[-/ ])?0*(\d{1,7})\s*$")
_SALT = "desk.contact"
_MOST_TICKETS = 8
#: A page left open longer than a day's work began nothing any more.
_LASTS = timedelta(hours=16)


@dataclass(frozen=True)
class Found:
    """What somebody's words may mean: customers, and the ticket of that number."""

    typed: str
    customers: list[CustomerRow]
    ticket: Ticket | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.customers or self.ticket)


@dataclass(frozen=True)
class DayCount:
    channel: str
    label: str
    number: int


def found(person: Person, organisation: Organisation, typed: str, chosen: str = "") -> Found:
    """`chosen`: id of a customer who is offered in any case."""
    ticket = ticket_by_number(person, typed, organisation)
    customers = find(person, organisation, typed)
    if ticket is not None and ticket.customer and all(row.id != ticket.customer_id for row in customers):
        customers = [CustomerRow(ticket.customer.pk, ticket.customer.name, ticket.number), *customers]
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 and all(row.id != int(chosen) for row in customers):
        kept = customers_for(person).filter(organisation=organisation, pk=int(chosen)).first()
        customers = [CustomerRow(kept.pk, kept.name, ""), *customers] if kept else customers
    return Found(typed, customers, ticket)


def ticket_by_number(person: Person, typed: str, organisation: Organisation | None = None) -> Ticket | None:
    """The one ticket of this number the person may see: `2026-0004213`, `2026/4213`, or the serial alone, which means
    this year's; None where several organisations have it."""
    number = _NUMBER.match(typed)
    if number is None:
        return None
    year, serial = number.groups()
    places = [place.organisation for place in person.serving]
    wanted = [one for one in places if organisation is None or one.pk == organisation.pk]
    hits: list[Ticket] = []
    for one in wanted:
        of = year or str(clock.local(one, clock.now(one)).year)
        hit = tickets_for(person).filter(organisation=one, number=f"{of}-{int(serial):07d}")
        hits += hit.select_related("organisation", "customer")
    return hits[0] if len(hits) == 1 else None


def open_tickets(person: Person, organisation: Organisation, customer_id: str) -> list[Ticket]:
    """The customer's open tickets onto which the contact may go, newest first."""
    if not (customer_id.isascii() and customer_id.isdigit() and len(customer_id) < 16):
        return []
    customer = customers_for(person).filter(organisation=organisation, pk=int(customer_id)).first()
    if customer is None:
        return []
    # a record merged into another is the other, with the tickets of both
    theirs = tickets_for(person).filter(organisation=organisation, customer__in=together(surviving(customer)))
    still_open = theirs.exclude(status=Ticket.Status.CLOSED).select_related("kind")
    return list(still_open.order_by("-moved_at")[:_MOST_TICKETS])


def delegations(person: Person, organisation: Organisation, customer_id: str) -> list[Relation]:
    """Who may act for the customer today, with their proofs."""
    if not (customer_id.isascii() and customer_id.isdigit() and len(customer_id) < 16):
        return []
    customer = customers_for(person).filter(organisation=organisation, pk=int(customer_id)).first()
    if customer is None:
        return []
    day = clock.local(organisation, clock.now(organisation)).date()
    known = Relation.objects.filter(other__in=together(surviving(customer)), kind=Relation.Kind.DELEGATE)
    return [one for one in known.select_related("customer").order_by("-pk")[:_MOST_TICKETS] if one.holds_on(day)]


def today(organisation: Organisation) -> list[DayCount]:
    """Contacts that ended today, by channel, of everybody together: nobody's own figures."""
    now = clock.local(organisation, clock.now(organisation))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = dict(
        Contact.objects.filter(organisation=organisation, started_at__gte=midnight, ended_at__isnull=False)
        .order_by().values_list("channel").annotate(Count("pk"))
    )
    return [DayCount(code, str(label), counted.get(code, 0)) for code, label in Contact.Channel.choices]


def counted_sentence(organisation: Organisation, channel: str) -> str:
    """Said in the polite region after one key."""
    number = next((one.number for one in today(organisation) if one.channel == channel), 0)
    if channel == Contact.Channel.COUNTER:
        return _("Counted: %(number)d today at the counter.") % {"number": number}
    if channel == Contact.Channel.PHONE:
        return _("Counted: %(number)d today on the phone.") % {"number": number}
    return _("Counted: %(number)d today by letter.") % {"number": number}


def unfinished(member: Membership, besides: int | None = None) -> list[Contact]:
    """What this colleague began and has not ended: on hold, or in a page that was lost."""
    own = Contact.objects.filter(member=member, ended_at__isnull=True).exclude(pk=besides or 0)
    return list(own.select_related("customer").order_by("started_at")[:10])


def sign(opened: datetime) -> str:
    """The instant a page was opened, so that it cannot be made up."""
    return signing.dumps(opened.isoformat(), salt=_SALT)


def opened_at(signed: str, organisation: Organisation) -> datetime:
    """The instant of `sign`; now, where there is none or it is no longer believed."""
    now = clock.now(organisation)
    try:
        opened = datetime.fromisoformat(signing.loads(signed, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return now
    return opened if now - _LASTS < opened <= now else now

"""Read: by opening the ticket, one ticket or all at once. What was read in the desk leaves by no other way any more."""

from __future__ import annotations

from django.db import transaction

from sportello.foundation.core.questions import Asked, Question
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person, Place
from sportello.records.tickets.models import Ticket

from .models import Notification


def read_ticket(person: Person, ticket: Ticket) -> int:
    """They have the ticket before them; one statement where nothing was unread. How many were read."""
    place = person.place_in(ticket.organisation_id)
    return _read(person, place, ticket.pk) if place is not None else 0


def asks_unread(person: Person, ticket: Ticket) -> Asked:
    """The question whether they have been told something of it that they have not read; with others `at_once`."""
    place = person.place_in(ticket.organisation_id)
    return Asked(_UNREAD, values={"member_id": place.membership.pk if place else 0, "ticket_id": ticket.pk})


def read_all(person: Person) -> int:
    """Everything they were told, wherever they work."""
    return sum(_read(person, place) for place in person.serving)


def _read(person: Person, place: Place, ticket_id: int | None = None) -> int:
    member: Membership = place.membership
    if ticket_id is not None and not _UNREAD.tuples(member_id=member.pk, ticket_id=ticket_id):
        return 0  # nearly always: the side of a ticket asks each time it is drawn
    rows = Notification.objects.filter(member=member, read_at__isnull=True)
    # what is for mail alone is not on the page whose "all" they have read
    rows = rows.filter(in_desk=True) if ticket_id is None else rows.filter(ticket_id=ticket_id)
    if not rows.exists():
        return 0
    with transaction.atomic():
        done = rows.update(read_at=clock.now(place.organisation), mail_at=None, push_at=None)
        if done:
            record(place.organisation, "notification.read", member, person.actor, user_id=person.user.pk)
    return done


_UNREAD: Question[Notification] = Question(
    lambda member_id, ticket_id: Notification.objects.filter(
        member_id=member_id, ticket_id=ticket_id, read_at__isnull=True
    ).values_list("pk")[:1],
    planned=True,
)

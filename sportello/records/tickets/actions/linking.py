"""Links by hand: what two tickets have to do with each other. Each keeps its own life."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership

from ..models import Link, Ticket
from .change import changing

#: What a colleague may say; the others Sportello says itself.
BY_HAND = (
    Link.Kind.RELATED,
    Link.Kind.FOLLOWS,
    Link.Kind.DUPLICATES,
    Link.Kind.CAUSED_BY,
    Link.Kind.SAME_EVENT,
)
#: As good the other way round.
_MUTUAL = (Link.Kind.RELATED, Link.Kind.SAME_EVENT)


def link(ticket: Ticket, other: Ticket, kind: str, *, by: Membership, at: datetime | None = None) -> Link:
    """`ticket` follows, doubles, is caused by … `other`. Said twice it is said once."""
    if kind not in BY_HAND:
        raise Refusal(_("Choose from the list what they have to do with each other."), field="kind")
    if other.organisation_id != ticket.organisation_id:
        raise Refusal(_("That ticket is of another organisation."), field="number")
    if other.pk == ticket.pk:
        raise Refusal(_("That is this very ticket. Write the number of another."), field="number")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        there = Link.objects.filter(ticket=row, other=other, kind=kind).first()
        if there is None and kind in _MUTUAL:
            there = Link.objects.filter(ticket=other, other=row, kind=kind).first()
        if there is not None:
            return there
        made = Link.objects.create(
            organisation_id=row.organisation_id, ticket=row, other=other, kind=kind, made_at=change.at, by_member=by
        )
        change.event("linked", member=by, kind=kind, other_id=other.pk, number=other.number)
        change.tell("ticket.linked", other_id=other.pk, kind=kind)
    return made


def unlink(made: Link, *, by: Membership, at: datetime | None = None) -> None:
    """Take a link away; the timeline keeps that it was there. Also one Sportello only guessed."""
    ticket = Ticket.objects.select_related("organisation").get(pk=made.ticket_id)
    with changing(ticket, person(by.user_id), at) as change:
        if not Link.objects.filter(pk=made.pk).delete()[0]:
            return
        change.event("unlinked", member=by, kind=made.kind, other_id=made.other_id, number=made.other.number)
        change.tell("ticket.unlinked", other_id=made.other_id, kind=made.kind)

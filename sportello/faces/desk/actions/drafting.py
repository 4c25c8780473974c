"""Keeping what somebody types, so that nothing is lost to a closed tab, a stale reply or an ended session."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket

from ..models import Draft

#: Longer than any letter a person writes; a pasted book is cut here rather than refused.
LONGEST = 100_000


def keep(
    ticket: Ticket, member: Membership, kind: str, *, text: str, to: str = "", cc: str = "", base_position: int = 0
) -> Draft | None:
    """Keep the draft as it is now; emptied, it goes (None). A note keeps no recipients, whatever was posted."""
    words = clean(text)[:LONGEST]
    if not words:
        drop(ticket, member, kind)
        return None
    is_reply = kind == Draft.Kind.REPLY
    values = {
        "text": words,
        "to": one_line(to, 5000) if is_reply else "",
        "cc": one_line(cc, 5000) if is_reply else "",
        "base_position": base_position,
        "saved_at": clock.now(ticket.organisation),
    }
    mine = Draft.objects.filter(ticket=ticket, member=member, kind=kind)
    if not mine.update(**values):
        try:
            with transaction.atomic():
                return Draft.objects.create(
                    organisation_id=ticket.organisation_id, ticket=ticket, member=member, kind=kind, **values
                )
        except IntegrityError:
            # two tabs of one person began at once: the later word stands
            mine.update(**values)
    return mine.first()


def drop(ticket: Ticket, member: Membership, kind: str) -> None:
    """The draft was sent, or emptied."""
    Draft.objects.filter(ticket=ticket, member=member, kind=kind).delete()


def drafts_of(ticket: Ticket, member: Membership) -> dict[str, Draft]:
    """This person's drafts on this ticket, by kind: one query."""
    return {draft.kind: draft for draft in Draft.objects.filter(ticket=ticket, member=member)}

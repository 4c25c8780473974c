"""The strip of open tickets: opened by looking, closed by hand, never more than a hand can hold."""

from __future__ import annotations

from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets import mentions
from sportello.records.tickets.models import Ticket

from ..models import OpenTicket

#: Beyond this the oldest tab makes room.
MOST = 8


def open_tab(ticket: Ticket, member: Membership) -> None:
    """Put the ticket on its reader's strip; the oldest goes when there are too many. Twice is once."""
    OpenTicket.objects.bulk_create(
        [
            OpenTicket(
                organisation_id=ticket.organisation_id,
                ticket=ticket,
                member=member,
                opened_at=clock.now(ticket.organisation),
                seen_position=ticket.last_position,
            )
        ],
        ignore_conflicts=True,
    )
    mentions.read(ticket, member, clock.now(ticket.organisation))
    mine = OpenTicket.objects.filter(member__user_id=member.user_id)
    mine.exclude(pk__in=mine.order_by("-opened_at", "-id").values("pk")[:MOST]).delete()


def seen(ticket: Ticket, member: Membership) -> None:
    """Its reader has been shown the ticket as it is now."""
    tabs = OpenTicket.objects.filter(ticket=ticket, member=member, seen_position__lt=ticket.last_position)
    if tabs.update(seen_position=ticket.last_position):
        mentions.read(ticket, member, clock.now(ticket.organisation))


def close_tab(ticket: Ticket, member: Membership) -> None:
    OpenTicket.objects.filter(ticket=ticket, member=member).delete()

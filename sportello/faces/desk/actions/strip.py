"""The strip of open tickets: opened by looking, closed by hand, never more than a hand can hold."""

from __future__ import annotations

from sportello.foundation.core.planned import answered
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets import mentions
from sportello.records.tickets.models import Ticket

from ..models import OpenTicket

#: Beyond this the oldest tab makes room.
MOST = 8


def open_tab(ticket: Ticket, member: Membership) -> frozenset[int]:
    """Put the ticket on its reader's strip; the oldest goes when there are too many. Twice is once.

    Returns the ids of tickets whose tabs went.
    """
    now = clock.now(ticket.organisation)
    tab = (ticket.organisation_id, member.pk, ticket.pk, now, ticket.last_position, member.user_id, MOST - 1)
    gone = answered(_OPEN, tab)
    mentions.read(ticket, member, now)
    return frozenset(row[0] for row in gone)


#: One statement, whose commit does not wait for the disk: what a crash takes is a tab. The new row is not seen by the
#: rest of the statement that makes it.
_OPEN = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),
opened AS (
    INSERT INTO desk_openticket (organisation_id, member_id, ticket_id, opened_at, seen_position)
    SELECT %s, %s, %s, %s, %s FROM quick
    ON CONFLICT DO NOTHING RETURNING member_id
)
DELETE FROM desk_openticket WHERE id IN (
    SELECT tab.id FROM desk_openticket tab JOIN accounts_membership place ON place.id = tab.member_id
    WHERE place.user_id = %s AND EXISTS (SELECT FROM opened)
    ORDER BY tab.opened_at DESC, tab.id DESC OFFSET %s
) RETURNING ticket_id
"""


def seen(ticket: Ticket, member: Membership) -> None:
    """Its reader has been shown the ticket as it is now."""
    if answered(_SEEN, (ticket.last_position, ticket.pk, member.pk, ticket.last_position)):
        mentions.read(ticket, member, clock.now(ticket.organisation))


_SEEN = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE desk_openticket SET seen_position = %s FROM quick
WHERE ticket_id = %s AND member_id = %s AND seen_position < %s
RETURNING ticket_id
"""


def close_tab(ticket: Ticket, member: Membership) -> None:
    OpenTicket.objects.filter(ticket=ticket, member=member).delete()

"""Taking entries from one ticket to another and back: the rows, in step with search, mentions and blocks. Nothing here
decides; `actions/merging.py`, `actions/splitting.py` and `actions/passing.py` do.

An entry that comes stands at the end of the timeline, with the instant it happened: what was read before keeps its
place, and a reply begun before is stale. One that goes back stands where it stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import Actor
from sportello.records.accounts.models import Membership
from sportello.records.customers.queries import surviving as surviving_customer

from .actions.change import Change, changing
from .models import Entry, EntryMove, Mention, Message, Named, Participant, ReplyBlock, SearchRow, Ticket

if TYPE_CHECKING:
    from .models import TicketMerge

_ORDER = {Ticket.Sensitivity.NORMAL: 0, Ticket.Sensitivity.TEAM: 1, Ticket.Sensitivity.NAMED: 2}


@contextmanager
def changing_two(
    one: Ticket, other: Ticket, actor: Actor, at: datetime | None = None
) -> Iterator[tuple[Change, Change]]:
    """`changing` of both, in the order given; locked in the order of their ids, so that two who do it the other way
    round wait instead of blocking each other."""
    first, second = sorted((one, other), key=lambda ticket: ticket.pk)
    with transaction.atomic(), changing(first, actor, at) as low, changing(second, actor, at or low.at) as high:
        yield (low, high) if first is one else (high, low)


def movable(ticket: Ticket) -> QuerySet[Entry]:
    """What can go elsewhere, in order: words, notes, contacts. Events and notices are of the ticket they are about."""
    kinds = Q(kind__in=(Entry.Kind.NOTE, Entry.Kind.CONTACT)) | Q(kind=Entry.Kind.MESSAGE, message__notice_moment="")
    return Entry.objects.filter(kinds, ticket=ticket).select_related("message").order_by("position")


def bring(
    entries: Sequence[Entry], source: Ticket, target: Ticket, *, why: str, by: Membership, at: datetime,
    merge: TicketMerge | None = None,
) -> list[EntryMove]:
    """Move `entries` of `source` to `target`, whose columns are the caller's to save."""
    homes = _homes(entries, target)
    moves = []
    for entry in entries:
        if entry.pk in homes:
            position = homes[entry.pk]
        else:
            target.last_position += 1
            position = target.last_position
        moves.append(
            EntryMove(
                organisation_id=entry.organisation_id, entry=entry, why=why, merge=merge, source=source,
                from_position=entry.position, target=target, to_position=position, moved_at=at, by_member=by,
            )
        )
        _put(entry, target, position, came_from=source)
    EntryMove.objects.bulk_create(moves)
    _write(entries, target)
    return moves


def put_back(moves: Sequence[EntryMove], source: Ticket, target: Ticket, at: datetime) -> list[Entry]:
    """What `moves` brought to `target` and is still there goes back to `source`, each to its place."""
    entries = []
    for move in moves:
        if move.entry.ticket_id == target.pk:
            _put(move.entry, source, move.from_position, came_from=target)
            entries.append(move.entry)
    EntryMove.objects.filter(pk__in=[move.pk for move in moves]).update(undone_at=at)
    _write(entries, source)
    return entries


def _homes(entries: Sequence[Entry], target: Ticket) -> dict[int, int]:
    """Entries that were written on `target` → where they stood there."""
    own = [entry.pk for entry in entries if entry.came_from_id == target.pk]
    rows = EntryMove.objects.filter(entry__in=own, source=target).order_by("id") if own else []
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(row.entry_id, row.from_position)
    return first


def _put(entry: Entry, ticket: Ticket, position: int, *, came_from: Ticket) -> None:
    home = entry.came_from_id or came_from.pk
    entry.ticket, entry.position = ticket, position
    entry.came_from_id = None if home == ticket.pk else home


def _write(entries: Sequence[Entry], ticket: Ticket) -> None:
    """The rows of moved entries and of what hangs on them with the ticket's own key."""
    Entry.objects.bulk_update(entries, ["ticket", "position", "came_from"], batch_size=500)
    ids = [entry.pk for entry in entries]
    SearchRow.objects.filter(entry__in=ids).update(
        ticket=ticket, team_id=ticket.team_id, sensitivity=ticket.sensitivity
    )
    Mention.objects.filter(entry__in=ids).update(ticket=ticket)
    ReplyBlock.objects.filter(message__entry__in=ids).update(ticket=ticket)
    newest = _said(ticket).aggregate(last=Max("position"))["last"] or 0
    ticket.last_public_position = max(ticket.last_public_position, newest)


def _said(ticket: Ticket) -> QuerySet[Entry]:
    """Public words of persons."""
    return Entry.objects.filter(ticket=ticket, kind=Entry.Kind.MESSAGE, message__is_machine=False)


def unanswered_since(ticket: Ticket) -> datetime | None:
    """The customer's oldest words after our last answer, by when they were said; None when there are none."""
    said = Message.objects.filter(entry__ticket=ticket, is_machine=False)
    ours = said.filter(direction=Message.Direction.OUT).aggregate(last=Max("entry__happened_at"))["last"]
    theirs = said.filter(direction=Message.Direction.IN)
    if ours is not None:
        theirs = theirs.filter(entry__happened_at__gt=ours)
    return theirs.order_by("entry__happened_at").values_list("entry__happened_at", flat=True).first()


# ---- what must not happen


def same_asker(one: Ticket, other: Ticket) -> bool:
    """Whether one person follows both: one customer (records of theirs that were merged are one), or, where nobody said
    who they are, one address."""
    if one.customer is not None and other.customer is not None:
        return surviving_customer(one.customer).pk == surviving_customer(other.customer).pk
    if one.customer_id or other.customer_id:
        return False
    return bool(_asking(one) & _asking(other))


def _asking(ticket: Ticket) -> set[str]:
    rows = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="")
    return set(rows.values_list("address", flat=True))


def refuse_wider(source: Ticket, target: Ticket) -> None:
    """Refusal where more people would read what was written for few."""
    kept = _ORDER[Ticket.Sensitivity(source.sensitivity)]
    wider = _ORDER[Ticket.Sensitivity(target.sensitivity)] < kept
    if kept and not wider:
        if source.sensitivity == Ticket.Sensitivity.TEAM:
            wider = target.sensitivity == Ticket.Sensitivity.TEAM and source.team_id != target.team_id
        else:
            wider = not _named(target) <= _named(source)
    if wider:
        raise Refusal(
            _("More people see %(number)s than this ticket: change who may see it first.") % {"number": target.number},
            field="number",
        )


def _named(ticket: Ticket) -> set[int]:
    return set(Named.objects.filter(ticket=ticket).values_list("member_id", flat=True))

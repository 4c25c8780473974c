"""An entry that stands on the wrong ticket goes to the right one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership

from .. import absences, levels, moving, sleeping
from ..models import Entry, EntryMove, Message, Participant, Ticket
from ..search_index import give_number
from .change import Change

#: So many at once; a whole ticket is merged.
MOST = 200


def chosen_entries(ticket: Ticket, entry_ids: Iterable[int]) -> list[Entry]:
    """The entries of a ticket that may go elsewhere and were chosen, in their order; Refusal when there is none."""
    wanted = sorted(set(entry_ids))[: MOST + 1]
    if not wanted:
        raise Refusal(_("Choose what is to go there."), field="entries")
    entries = list(moving.movable(ticket).filter(pk__in=wanted))
    if len(entries) != len(wanted):
        raise Refusal(
            _("Something of what you chose is not here any more, or cannot go elsewhere. Look again."), field="entries"
        )
    return entries


def pass_on(
    ticket: Ticket, entry_ids: Iterable[int], target: Ticket, *, by: Membership, at: datetime | None = None
) -> list[EntryMove]:
    """Entries of `ticket` go to `target`. Notes stay notes. Our own messages stay where they were sent, unless both
    tickets are of one customer: who got them would else answer into a ticket of somebody else. Nobody is told: who
    wrote it knows what they wrote."""
    if target.organisation_id != ticket.organisation_id:
        raise Refusal(_("That ticket is of another organisation."), field="number")
    if target.pk == ticket.pk:
        raise Refusal(_("That is this very ticket. Write the number of another."), field="number")
    with moving.changing_two(ticket, target, person(by.user_id), at) as (here, there):
        if there.ticket.is_closed:
            raise Refusal(_("%(number)s is closed. Reopen it first.") % {"number": target.number}, field="number")
        entries = chosen_entries(here.ticket, entry_ids)
        _refuse_ours(here.ticket, there.ticket, entries)
        moving.refuse_wider(here.ticket, there.ticket)
        moves = moving.bring(entries, here.ticket, there.ticket, why=EntryMove.Why.WRONG, by=by, at=here.at)
        ids = [entry.pk for entry in entries]
        for change, other, verb in ((here, there.ticket, "entries_left"), (there, here.ticket, "entries_came")):
            entry = change.event(verb, member=by, number=other.number, other_id=other.pk, count=len(ids))
            change.tell(f"ticket.{verb}", other_id=other.pk, entry_ids=ids, entry_id=entry.pk)
        settle_source(here, entries)
        _settle_target(there, entries)
    return moves


def _refuse_ours(source: Ticket, target: Ticket, entries: list[Entry]) -> None:
    ours = [entry for entry in entries if entry.kind == Entry.Kind.MESSAGE and not entry.message.is_incoming]
    if ours and not moving.same_asker(source, target):
        raise Refusal(
            _("Our own messages stay on the ticket of who got them. Choose what came in, notes and contacts."),
            field="entries",
        )


def settle_source(change: Change, entries: list[Entry]) -> None:
    """What is left: its number finds it, nobody waits there for an answer to what has gone, and who only wrote what has
    gone takes part no more."""
    ticket = change.ticket
    give_number(ticket)
    gone = [entry for entry in entries if entry.kind == Entry.Kind.MESSAGE and entry.message.is_incoming]
    if gone and ticket.unanswered_since is not None:
        said_in_person = moving.movable(ticket).filter(kind=Entry.Kind.CONTACT).exists()
        since = moving.unanswered_since(ticket)
        ticket.unanswered_since = since or (ticket.unanswered_since if said_in_person else None)
    for address in {entry.message.sender_address for entry in gone if entry.message.sender_address}:
        left = Message.objects.filter(entry__ticket=ticket, sender_address__iexact=address)
        if not left.exists():
            Participant.objects.filter(ticket=ticket, role=Participant.Role.CC, address__iexact=address).delete()


def _settle_target(change: Change, entries: list[Entry]) -> None:
    """The customer's words wait for an answer there, as if they had come in there."""
    ticket = change.ticket
    give_number(ticket)
    since = moving.unanswered_since(ticket)
    came = [
        entry
        for entry in entries
        if entry.kind == Entry.Kind.MESSAGE and entry.message.is_incoming and not entry.message.is_machine
    ]
    if not came or since is None:
        return
    ticket.unanswered_since = min(since, ticket.unanswered_since or since)
    levels.customer_wrote(ticket, since)
    if ticket.status == Ticket.Status.WAITING:
        ticket.status = Ticket.Status.IN_PROGRESS
        entry = change.event("resumed", public=True)
        change.tell("ticket.resumed", entry_id=entry.pk)
    sleeping.wake(change, sleeping.Woken.REPLY)
    absences.free_if_away(change)

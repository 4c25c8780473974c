"""A ticket put aside: how long it may sleep, and how it wakes. The verb is `actions/snoozing.py`.

Nothing here moves a term: a ticket sleeps with its team, its promise and its clocks. It may sleep up to the next end
of a term, never past it, and wakes earlier when a term is given an earlier end, when its customer writes and when it
is handed on. A closed ticket has no timer left that could do anything to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from . import moments, terms
from .models import Moment, Snooze, Term, Ticket

if TYPE_CHECKING:
    from .actions.change import Change

Woken = Snooze.Woken
#: One that sleeps until a reply comes back in the morning this long before its term ends.
_BEFORE = moments.WarningRule("before", 1, "working_days", "owner")


def limit(ticket: Ticket) -> Term | None:
    """The term that ends first, ours to keep: nothing sleeps past its safe end."""
    running = Term.objects.filter(ticket=ticket, kind__in=terms.OURS, met_at__isnull=True, ended_at__isnull=True)
    return min(running.select_related("calendar"), key=lambda one: one.safe_at, default=None)


def until_reply(ticket: Ticket, term: Term, at: datetime) -> datetime:
    """The latest end of a sleep until the customer writes."""
    morning = moments.warn_at(_BEFORE, terms.calendar_of(ticket, term), term.safe_at)
    return morning if morning > at else term.safe_at


def running(ticket: Ticket) -> Snooze | None:
    return Snooze.objects.filter(ticket=ticket, woken_at__isnull=True).first()


def plan(snooze: Snooze) -> None:
    """The tick looks at it when its time comes."""
    moments.plan([
        Moment(
            organisation_id=snooze.organisation_id, ticket_id=snooze.ticket_id, snooze=snooze, sort=Moment.Sort.WAKE,
            at=snooze.until_at, due_at=snooze.until_at, next_moment_at=snooze.until_at,
        )
    ])  # fmt: skip


def end(ticket: Ticket, how: str, at: datetime) -> Snooze | None:
    """The sleep ends, and its timer with it; nothing is told. None when it was awake."""
    if not ticket.is_snoozed:
        return None
    ticket.snoozed_until = None
    snooze = running(ticket)
    if snooze is not None:
        snooze.woken_at, snooze.woken_how = max(at, snooze.began_at), how
        snooze.save(update_fields=["woken_at", "woken_how"])
        Moment.objects.filter(ticket=ticket, snooze=snooze, next_moment_at__isnull=False).delete()
    return snooze


def wake(change: Change, how: str) -> bool:
    """It comes back into its lists, with a line on the timeline and the reason why. False when it was awake."""
    snooze = end(change.ticket, how, change.at)
    if snooze is None:
        return False
    entry = change.event("woken", how=how)
    change.because("snooze", f"woken_{how}", snooze_id=snooze.pk)
    change.tell("ticket.woken", snooze_id=snooze.pk, how=how, entry_id=entry.pk)
    return True

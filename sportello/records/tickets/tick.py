"""The tick: what is due on tickets happens, once, whoever looks and however often a worker is killed.

`due_tickets` asks the index of moments, one organisation's clock at a time: its cost is that of what is due, not of
what is open. Each ticket is then locked (one that somebody holds is left for the next round) and all its due moments
happen in one transaction, which also marks them done: it commits whole or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock

from . import sleeping
from .actions.change import Change, changing
from .actions.terms import end_suspension
from .models import Moment, ServiceLevel, Suspension, Ticket

log = logging.getLogger("sportello.tick")

#: Tickets taken at one look.
BATCH = 200
_LONGEST_BACK_OFF = timedelta(hours=6)

DUE_SQL = """
SELECT due.ticket_id
FROM tenancy_organisation o
CROSS JOIN LATERAL (
    SELECT m.ticket_id, m.next_moment_at
    FROM tickets_moment m
    WHERE m.organisation_id = o.id
      AND m.next_moment_at <= %(now)s::timestamptz + o.clock_offset_seconds * interval '1 second'
    ORDER BY m.next_moment_at
    LIMIT %(most)s
) due
LIMIT %(most)s
"""


def work() -> int:
    """What is due now, on at most `BATCH` moments; returns on how many tickets something happened."""
    return sum(1 for ticket_id in due_tickets() if happen_on(ticket_id))


def due_tickets(most: int = BATCH) -> list[int]:
    """Tickets with something due on their organisation's clock, the longest due first, each once."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_SQL, {"now": clock.server_now(), "most": most})
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def happen_on(ticket_id: int) -> bool:
    """Let what is due on one ticket happen. False when somebody else holds it, or was first."""
    try:
        with transaction.atomic():
            free = Ticket.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=ticket_id)
            ticket = free.first()
            if ticket is None:
                return False
            with changing(ticket, SYSTEM) as change:
                return _happen(change) > 0
    except Exception:
        log.exception("what is due on ticket %s could not happen", ticket_id)
        _put_off(ticket_id)
        return False


def _happen(change: Change) -> int:
    ticket = change.ticket
    due = list(
        Moment.objects.filter(ticket=ticket, next_moment_at__lte=change.at)
        .select_related("term", "level", "suspension__term__calendar", "snooze")
        .order_by("at", "id")
    )
    for moment in due:
        if ticket.is_closed or not _awaited(moment):
            moment.delete()  # nobody awaits it any more; nothing happened that would be evidence
            continue
        _HAPPENINGS[moment.sort](change, moment)
        moment.next_moment_at, moment.done_at = None, change.at
        moment.save()
    return len(due)


def _awaited(moment: Moment) -> bool:
    if moment.suspension is not None:
        return moment.suspension.ended_at is None
    if moment.snooze is not None:
        return moment.snooze.woken_at is None
    subject = moment.term or moment.level
    return subject is not None and subject.is_running


def _warn(change: Change, moment: Moment) -> None:
    ticket = change.ticket
    if moment.whom == Moment.Whom.OFFICE:
        pass  # whoever asked it reminds it (`config/reactions.py`)
    elif moment.whom == Moment.Whom.OWNER and ticket.owner_id is not None:
        moment.to_member_id = ticket.owner_id
    else:  # nobody's yet: the team that answers for it
        moment.to_team_id = ticket.team_id
    change.tell("ticket.warned", moment_id=moment.pk, whom=moment.whom, happened=moment.at, due=moment.due_at)


def _fall_due(change: Change, moment: Moment) -> None:
    """The end has passed: it is recorded with its own instant."""
    if moment.level is not None:
        level = moment.level
        ServiceLevel.objects.filter(pk=level.pk).update(breached_at=level.due_at)
        entry = change.event("level_breached", metric=level.metric, due=moment.due_at.isoformat())
        change.tell(
            "ticket.level_breached",
            moment_id=moment.pk,
            metric=level.metric,
            happened=moment.due_at,
            entry_id=entry.pk,
        )
    elif moment.term is not None:
        entry = change.event("term_missed", term=moment.term.kind, due=moment.due_at.isoformat())
        change.tell(
            "ticket.term_missed",
            moment_id=moment.pk,
            term=moment.term.kind,
            happened=moment.due_at,
            entry_id=entry.pk,
        )


def _lapse(change: Change, moment: Moment) -> None:
    """Nothing came: the term goes on from the instant at which it had to, whenever this is seen."""
    if moment.suspension is not None:
        end_suspension(change, moment.suspension, moment.suspension.until_at, Suspension.Ended.LAPSED)


def _wake(change: Change, moment: Moment) -> None:
    """Its time has come: it is in its lists again."""
    if moment.snooze is not None:
        sleeping.wake(change, sleeping.Woken.TIME)


_HAPPENINGS: dict[str, Callable[[Change, Moment], None]] = {
    Moment.Sort.WARNING: _warn,
    Moment.Sort.DUE: _fall_due,
    Moment.Sort.LAPSE: _lapse,
    Moment.Sort.WAKE: _wake,
}


def _put_off(ticket_id: int) -> None:
    """One ticket that fails must not hold up the others: later again, and later each time."""
    ticket = Ticket.objects.select_related("organisation").filter(pk=ticket_id).first()
    if ticket is None:
        return
    now: datetime = clock.now(ticket.organisation)
    for moment in Moment.objects.filter(ticket=ticket, next_moment_at__lte=now):
        wait = min(timedelta(minutes=5) * 2 ** min(moment.tries, 8), _LONGEST_BACK_OFF)
        Moment.objects.filter(pk=moment.pk, next_moment_at__isnull=False).update(
            next_moment_at=now + wait, tries=moment.tries + 1
        )

"""The tick: what is due on tickets happens, once, whoever looks and however often a worker is killed.

`due_tickets` asks the index of moments, one organisation's clock at a time: its cost is that of what is due, not of
what is open. Some tickets at a time are then locked (one that somebody holds is left for the next round) and all their
due moments happen in one transaction, which also marks them done: it commits whole or not at all. Where that fails each
ticket is taken alone, so that one of them holds up nobody.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from sportello.foundation.core.together import change as put_change
from sportello.foundation.core.together import together
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.watch import meters

from . import sleeping
from .actions.change import Change, changing, rows_of
from .actions.terms import end_suspension
from .models import Moment, ServiceLevel, Suspension, Ticket

log = logging.getLogger("sportello.tick")

#: Tickets taken at one look.
BATCH = 200
#: Tickets of one transaction: somebody who opens one of them waits for all.
TOGETHER = 50
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
WHERE %(only)s::bigint IS NULL OR o.id = %(only)s::bigint
LIMIT %(most)s
"""


def work(organisation_id: int | None = None) -> int:
    """What is due now, on at most `BATCH` moments; returns on how many tickets something happened. Of one organisation
    alone where its clock is moved apart from the others'."""
    due, did = due_tickets(organisation_id=organisation_id), 0
    for start in range(0, len(due), TOGETHER):
        some = due[start : start + TOGETHER]
        try:
            did += happen_on_all(some)
        except Exception:
            log.warning("what is due on %d tickets could not happen together: one by one", len(some), exc_info=True)
            did += sum(1 for ticket_id in some if happen_on(ticket_id))
    return did


def due_tickets(most: int = BATCH, organisation_id: int | None = None) -> list[int]:
    """Tickets with something due on their organisation's clock, the longest due first, each once."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_SQL, {"now": clock.server_now(), "most": most, "only": organisation_id})
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def happen_on_all(ticket_ids: Sequence[int]) -> int:
    """Let what is due on these tickets happen, all or nothing; on how many something did. Locked in the order of their
    ids and without waiting: those that somebody else holds are left out."""
    with transaction.atomic(), together("tick", len(ticket_ids), tried=True):
        free = Ticket.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=ticket_ids)
        tickets = rows_of(free.order_by("pk").values_list("pk", flat=True))
        due = _due_on(tickets)
        return sum(1 for ticket in tickets if _happens(ticket, due[ticket.pk]))


def happen_on(ticket_id: int) -> bool:
    """The same on one ticket. False when somebody else holds it, or was first; what fails is put off."""
    try:
        return happen_on_all([ticket_id]) > 0
    except Exception:
        log.exception("what is due on ticket %s could not happen", ticket_id)
        _put_off(ticket_id)
        return False


def _due_on(tickets: Sequence[Ticket]) -> dict[int, list[Moment]]:
    """Moments that may be due, by ticket, in their order: those that are by the latest of the clocks."""
    found: dict[int, list[Moment]] = defaultdict(list)
    if tickets:
        latest = max(clock.now(ticket.organisation) for ticket in tickets)
        rows = Moment.objects.filter(ticket__in=[ticket.pk for ticket in tickets], next_moment_at__lte=latest)
        for moment in rows.select_related("term", "level", "suspension__term__calendar", "snooze").order_by("at", "id"):
            found[moment.ticket_id].append(moment)
    return found


def _happens(ticket: Ticket, moments: Sequence[Moment]) -> bool:
    with changing(ticket, SYSTEM, name="tick", locked=ticket) as change:
        due = [one for one in moments if one.next_moment_at is not None and one.next_moment_at <= change.at]
        change.terms_stand = True
        for moment in due:
            _happen(change, moment)
            meters.add(meters.MOMENTS, moment.sort)
    return bool(due)


def _happen(change: Change, moment: Moment) -> None:
    if change.ticket.is_closed or not _awaited(moment):
        moment.delete()  # nobody awaits it any more; nothing happened that would be evidence
        return
    _HAPPENINGS[moment.sort](change, moment)
    moment.next_moment_at, moment.done_at = None, change.at
    if change.terms_stand:
        put_change(moment, ["next_moment_at", "done_at", "to_member_id", "to_team_id"])
    else:
        moment.save()  # what went on took the moments of the old end away: one due by then happened all the same


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
    change.terms_stand = False
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

"""Service levels: what is awaited in opening hours, begun and met by what happens, at the instant it happens.

Each metric is a row of its own, so that none hides another: a late update says nothing of the first answer. Targets and
hours are copied when a row begins. A ticket whose procedure promises none costs no query here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import Pause, count_term

from . import moments
from .models import Entry, KeptCalendar, ServiceLevel, ServicePause, Ticket
from .rules import levels_of, rules_of

_M = ServiceLevel.Metric
_C = ServicePause.Cause
#: Which pauses stop which target. The total runs always; the customer's wait stops only while we wait for them.
STOPS: dict[str, frozenset[str]] = {
    _M.FIRST_ANSWER: frozenset({_C.PAUSED}),
    _M.NEXT_ANSWER: frozenset({_C.PAUSED}),
    _M.UPDATE: frozenset({_C.WAITING, _C.PAUSED}),
    _M.CUSTOMER_WAIT: frozenset({_C.WAITING}),
    _M.WORK: frozenset({_C.WAITING, _C.PAUSED, _C.SUSPENDED}),
    _M.TOTAL: frozenset(),
}
_WHOLE_LIFE = (_M.UPDATE, _M.CUSTOMER_WAIT, _M.WORK, _M.TOTAL)


def has_levels(ticket: Ticket) -> bool:
    return bool(rules_of(ticket.procedure).service_levels)


def opened(ticket: Ticket, at: datetime) -> None:
    """A ticket begins: the first answer, and what is measured over its whole life."""
    _begin(ticket, (_M.FIRST_ANSWER, *_WHOLE_LIFE), at)


def reopened(ticket: Ticket, at: datetime, *, by_customer: bool) -> None:
    """A second episode, measured apart from the first: the customer's word awaits an answer."""
    _begin(ticket, (_M.NEXT_ANSWER, *_WHOLE_LIFE) if by_customer else _WHOLE_LIFE, at)


def customer_wrote(ticket: Ticket, at: datetime) -> None:
    """From the OLDEST message without an answer: a second one begins nothing. What was paused goes on."""
    if not has_levels(ticket):
        return
    resume(ticket, _C.PAUSED, at, by_customer=True)
    resume(ticket, _C.WAITING, at, by_customer=True)
    running = {level.metric for level in _running(ticket)}
    if _M.FIRST_ANSWER not in running and _M.NEXT_ANSWER not in running:
        _begin(ticket, (_M.NEXT_ANSWER,), at)


def answered(ticket: Ticket, at: datetime) -> None:
    """A person answered: first and next answer are met, the next update is awaited from now."""
    _meet(ticket, (_M.FIRST_ANSWER, _M.NEXT_ANSWER, _M.UPDATE), at, again=(_M.UPDATE,))


def told(ticket: Ticket, at: datetime) -> None:
    """The customer was told where it stands (a date, a stop, an interim reply): an update, not an answer."""
    _meet(ticket, (_M.UPDATE,), at, again=(_M.UPDATE,))


def closed(ticket: Ticket, at: datetime) -> None:
    """The ticket ends: what was to be answered is answered by its outcome, the next update is awaited no more."""
    if not has_levels(ticket):
        return
    for cause in _C.values:
        resume(ticket, cause, at)
    _meet(ticket, (_M.FIRST_ANSWER, _M.NEXT_ANSWER, _M.CUSTOMER_WAIT, _M.WORK, _M.TOTAL), at)
    for level in _running(ticket):
        _end(ticket, level, _pauses(ticket), ended_at=at)


def given_up(ticket: Ticket, at: datetime) -> None:
    """The ticket goes on elsewhere: what was awaited is neither met nor missed here."""
    if has_levels(ticket):
        pauses = _pauses(ticket)
        for level in _running(ticket):
            _end(ticket, level, pauses, ended_at=at)
        ServicePause.objects.filter(ticket=ticket, ended_at__isnull=True).update(ended_at=at)


def pause(
    ticket: Ticket,
    cause: str,
    at: datetime,
    *,
    reason: str = "",
    document: str = "",
    entry: Entry | None = None,
    by_member_id: int | None = None,
) -> ServicePause | None:
    """What `cause` stops stands still from `at`. None when it does already, or when nothing is promised."""
    if not has_levels(ticket) or ServicePause.objects.filter(ticket=ticket, cause=cause, ended_at=None).exists():
        return None
    row = ServicePause.objects.create(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        cause=cause,
        began_at=at,
        reason=reason,
        document=document,
        entry=entry,
        by_member_id=by_member_id,
    )
    _count_again(ticket, cause, at)
    return row


def resume(ticket: Ticket, cause: str, at: datetime, *, by_customer: bool = False) -> bool:
    """What stood still for `cause` goes on. False when it did not stand still."""
    if not has_levels(ticket):
        return False
    row = ServicePause.objects.filter(ticket=ticket, cause=cause, ended_at=None).first()
    if row is None:
        return False
    row.ended_at, row.ended_by_customer = max(at, row.began_at), by_customer
    row.save(update_fields=["ended_at", "ended_by_customer"])
    _count_again(ticket, cause, at)
    return True


def due_of(level: ServiceLevel, pauses: Iterable[ServicePause]) -> datetime | None:
    """When `level` falls due given all pauses of its ticket; None while one that stops it has not ended.

    What fell due before a pause began stays due then.
    """
    stops = [one for one in pauses if one.cause in STOPS[level.metric]]
    ended = [Pause(one.began_at, one.ended_at, one.cause) for one in stops if one.ended_at is not None]
    due = count_term(
        level.started_at, level.target_value, level.target_unit, level.calendar.calendar, "none", pauses=ended
    ).due
    open_ones = [one for one in stops if one.ended_at is None]
    return None if any(due > one.began_at for one in open_ones) else due


def seconds(level: ServiceLevel, pauses: Iterable[ServicePause], until: datetime) -> tuple[int, int]:
    """Open time from its start to `until`: gross, and net of the pauses that stop it."""
    calendar = level.calendar.calendar
    gross = _between(calendar, level.started_at, until)
    still = 0
    edge = level.started_at
    stopping = sorted((one for one in pauses if one.cause in STOPS[level.metric]), key=lambda one: one.began_at)
    for one in stopping:  # overlaps are not counted twice
        first, last = max(one.began_at, edge), min(one.ended_at or until, until)
        if last > first:
            still += _between(calendar, first, last)
            edge = last
    return gross, max(0, gross - still)


def _between(calendar: Calendar, first: datetime, last: datetime) -> int:
    return int(calendar.between(first, last)) if last > first else 0


def _running(ticket: Ticket) -> list[ServiceLevel]:
    return list(
        ServiceLevel.objects.filter(ticket=ticket, met_at__isnull=True, ended_at__isnull=True).select_related(
            "calendar"
        )
    )


def _pauses(ticket: Ticket) -> list[ServicePause]:
    return list(ServicePause.objects.filter(ticket=ticket).order_by("began_at", "id"))


def _begin(ticket: Ticket, metrics: Iterable[str], at: datetime) -> None:
    promised = levels_of(ticket)
    wanted = [promised[metric] for metric in metrics if metric in promised]
    if not wanted:
        return
    kept = KeptCalendar.of(ticket.procedure.calendar)
    pauses = _pauses(ticket)
    rows = []
    for rule in wanted:
        level = ServiceLevel(
            organisation_id=ticket.organisation_id,
            ticket=ticket,
            metric=rule.code,
            started_at=at,
            target_value=rule.value,
            target_unit=rule.unit,
            calendar=kept,
            warn_value=rule.warn,
        )
        level.due_at = due_of(level, pauses)
        rows.append(level)
    # one that runs already goes on: the oldest counts
    have = {level.metric for level in _running(ticket)}
    fresh = ServiceLevel.objects.bulk_create([row for row in rows if row.metric not in have])
    moments.plan([moment for level in fresh for moment in moments.of_level(level, at)])


def _meet(ticket: Ticket, metrics: Iterable[str], at: datetime, *, again: Iterable[str] = ()) -> None:
    if not has_levels(ticket):
        return
    wanted = set(metrics)
    met = [level for level in _running(ticket) if level.metric in wanted]
    pauses = _pauses(ticket) if met else []
    for level in met:
        _end(ticket, level, pauses, met_at=at)
    _begin(ticket, [metric for metric in again if any(level.metric == metric for level in met)], at)


def _end(
    ticket: Ticket,
    level: ServiceLevel,
    pauses: Iterable[ServicePause],
    *,
    met_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    until = met_at or ended_at
    if until is None:
        raise ValueError("a target ends by being met or given up")
    if level.due_at is not None and until > level.due_at:
        level.breached_at = level.due_at  # also when nobody has looked since
    level.met_at, level.ended_at = met_at, ended_at
    level.gross_seconds, level.net_seconds = seconds(level, pauses, until)
    level.save()
    moments.forget(ticket, levels=[level])


def _count_again(ticket: Ticket, cause: str, at: datetime) -> None:
    pauses = _pauses(ticket)
    moved = []
    for level in _running(ticket):
        if cause in STOPS[level.metric]:
            level.due_at = due_of(level, pauses)
            level.save(update_fields=["due_at"])
            moved.append(level)
    if moved:
        moments.forget(ticket, levels=moved)
        moments.plan([moment for level in moved for moment in moments.of_level(level, at)])

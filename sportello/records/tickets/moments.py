"""What must happen when: warnings before and after an end, the end itself, the lapse of a suspension.

A moment still to come is planned anew whenever the end it belongs to moves; one that is done stays. Warnings fall in
opening hours: nobody is woken at night, and "two working days before" is the morning of that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from sportello.foundation.core.together import add_all
from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.counting import is_legal_working_day

from .models import Moment, ServiceLevel, Suspension, Term, Ticket

#: What is due at the last second of a day is late one second after.
_JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class WarningRule:
    """`when` before or after the end; `value` of `unit` (open_hours, working_days, calendar_days, months)."""

    when: str
    value: int
    unit: str
    whom: str

    @property
    def code(self) -> str:
        return f"{self.when}:{self.value}:{self.unit}:{self.whom}"


#: Who is warned of the end of a term where the procedure says nothing else.
TERM_WARNINGS: dict[str, tuple[WarningRule, ...]] = {
    Term.Kind.CONCLUSION: (
        WarningRule("before", 5, "working_days", "owner"),
        WarningRule("before", 2, "working_days", "team"),
        WarningRule("after", 0, "open_hours", "supervisor"),
    ),
    Term.Kind.FIRST_ANSWER: (
        WarningRule("before", 1, "open_hours", "owner"),
        WarningRule("after", 0, "open_hours", "supervisor"),
    ),
    Term.Kind.PROMISE: (
        WarningRule("before", 1, "working_days", "owner"),
        WarningRule("after", 0, "open_hours", "supervisor"),
    ),
    Term.Kind.CUSTOMER: (),
    # the office is reminded before and after; who answers for the ticket hears of it when nothing came
    Term.Kind.OFFICE: (
        WarningRule("before", 2, "working_days", "office"),
        WarningRule("after", 0, "open_hours", "owner"),
        WarningRule("after", 1, "working_days", "office"),
        WarningRule("after", 3, "working_days", "supervisor"),
    ),
}


def of_term(term: Term, calendar: Calendar, since: datetime) -> list[Moment]:
    """The moments of a running term; warnings count from the safe end, the end itself is the legal one."""
    rules = TERM_WARNINGS.get(term.kind, ())
    found = _warnings(rules, calendar, term.safe_at, term.due_at, since)
    if term.kind != Term.Kind.CUSTOMER:
        found.append(_moment(Moment.Sort.DUE, "", "", term.due_at, term.due_at))
    for moment in found:
        moment.organisation_id, moment.ticket_id, moment.term = term.organisation_id, term.ticket_id, term
    return found


def of_level(level: ServiceLevel, since: datetime) -> list[Moment]:
    """None while it stands still."""
    if level.due_at is None or not level.is_running:
        return []
    rules = [WarningRule("after", 0, "open_hours", "supervisor")]
    if level.warn_value:
        rules.insert(0, WarningRule("before", level.warn_value, level.target_unit, "owner"))
    found = _warnings(rules, level.calendar.calendar, level.due_at, level.due_at, since)
    found.append(_moment(Moment.Sort.DUE, "", "", level.due_at, level.due_at))
    for moment in found:
        moment.organisation_id, moment.ticket_id, moment.level = level.organisation_id, level.ticket_id, level
    return found


def of_suspension(suspension: Suspension) -> list[Moment]:
    moment = _moment(Moment.Sort.LAPSE, "", "", suspension.until_at, suspension.until_at)
    moment.organisation_id, moment.ticket_id = suspension.organisation_id, suspension.ticket_id
    moment.suspension = suspension
    return [moment]


def plan(moments: Iterable[Moment]) -> None:
    """Write them; what was already given for the same end is not given again."""
    add_all(moments, unless_there=True)


def forget(
    ticket: Ticket,
    *,
    terms: Iterable[Term] = (),
    levels: Iterable[ServiceLevel] = (),
    suspension: Suspension | None = None,
) -> None:
    """Take away what is still to come of these; what is done stays as evidence."""
    stopped = suspension.pk if suspension is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_AWAY + " AND (term_id = ANY(%s) OR level_id = ANY(%s) OR suspension_id = %s)",
            [ticket.pk, [term.pk for term in terms], [level.pk for level in levels], stopped],
        )


def forget_all(ticket: Ticket) -> None:
    """A closed ticket has no moments: no timer opens it again."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY, [ticket.pk])


#: In one statement: nothing refers to what has not happened (and where something did, the database refuses).
_TAKE_AWAY = "DELETE FROM tickets_moment WHERE ticket_id = %s AND next_moment_at IS NOT NULL"


def _warnings(
    rules: Iterable[WarningRule], calendar: Calendar, safe: datetime, due: datetime, since: datetime
) -> list[Moment]:
    found = []
    for rule in rules:
        at = warn_at(rule, calendar, safe if rule.when == "before" else due)
        if at > since:  # a term shorter than its warning is in the list of what is due from its first moment
            found.append(_moment(Moment.Sort.WARNING, rule.code, rule.whom, at, due))
    return found


def _moment(sort: str, code: str, whom: str, at: datetime, due: datetime) -> Moment:
    first = at + _JUST_AFTER if sort == Moment.Sort.DUE else at
    return Moment(sort=sort, code=code, whom=whom, at=at, due_at=due, next_moment_at=first)


def warn_at(rule: WarningRule, calendar: Calendar, due: datetime) -> datetime:
    """The open instant of a warning; the bare one where the calendar never opens."""
    try:
        if rule.unit == "open_hours":
            if not rule.value:
                return _open(calendar, due)
            return calendar.add(due, rule.value * (-3600 if rule.when == "before" else 3600))
        step = -1 if rule.when == "before" else 1
        day, left = calendar.local_day(due), rule.value * (30 if rule.unit == "months" else 1)
        for _ in range(4_000):
            if left == 0:
                break
            day += timedelta(days=step)
            left -= 1 if rule.unit != "working_days" else is_legal_working_day(day, calendar)
        return _open(calendar, calendar.end_of(day - timedelta(days=1)))
    except CalendarError:
        return due


def _open(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` when the office is open then, else the next opening."""
    return instant if calendar.is_open(instant) else calendar.next_open(instant)

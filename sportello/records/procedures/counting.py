"""Counting a term: from the event that starts it to its end, with every step of the reasoning. Pure.

The rules, each as the law has it:
- the day of the event does not count, the last day counts to its end, holidays inside count (Civil Code
  art. 2963, c.p.c. art. 155; EEC Reg. 1182/71 art. 3);
- months end on the same date number, or on the last day of a shorter month (the same articles);
- a last day that is a holiday moves to the next day that is not: `HOLIDAY` for Italian law, where Saturday is
  an ordinary day, `HOLIDAY_SATURDAY` for European terms, where it is not (Reg. 1182/71 art. 3 par. 4), `NONE`
  for terms that stop where they fall;
- working days are Monday to Friday but for holidays (Reg. 1182/71 art. 2; ARERA and bank rules read alike); a
  house term may count the days on which the office opens instead;
- a suspension keeps what was used and goes on with the rest; its restart day does not count (L. 241/1990
  art. 2 par. 7, art. 10-bis); an interruption is a new term from a new start.

Which holidays move a term: Sundays and the calendar's holidays. Its local days and special closings do not: a
patron saint closes an office, it is no holiday of the State.

Our own terms are kept to the earlier, unrolled day (`safe_due`), the customer's are told as rolled (`due`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sportello.records.procedures.calendar import MAX_DAYS, Calendar, CalendarError
from sportello.records.procedures.calendar_windows import aware

#: What a line tells, always JSON: days and instants in ISO form, numbers, lists of days.
Facts = dict[str, str | int | float | list[str]]
#: One step of the explanation: a code of LINES, and its facts.
Line = tuple[str, Facts]

#: Every code a line may have, with its facts.
LINES: Final = {
    "from_excluded": ("day",),  # the day of the event does not count
    "from_instant": ("instant",),  # open hours run from the instant itself
    "count": ("value", "unit", "day"),  # so many days or months lead to this day
    "count_hours": ("value", "instant"),  # so many open hours lead to this instant
    "skipped": ("days",),  # weekdays that are holidays and were not counted as working days
    "suspended": ("cause", "stop", "restart", "left", "unit", "day"),  # what was left leads to this day
    "suspended_hours": ("cause", "stop", "restart", "left", "instant"),  # left: seconds of open time
    "is_holiday": ("day", "name"),  # the last day is a holiday; name may be ""
    "is_sunday": ("day",),
    "is_saturday": ("day",),  # the last day is a Saturday, and by this rule it moves
    "saturday_counts": ("day",),  # the last day is a Saturday, and by this rule it stays
    "moves_to": ("day",),
    "ends": ("day", "instant"),  # the term ends with this day, at this instant
}


class Unit(StrEnum):
    """What a term is counted in."""

    OPEN_HOURS = "open_hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Roll(StrEnum):
    """Which last days move on to the next day."""

    NONE = "none"
    HOLIDAY = "festivo"
    HOLIDAY_SATURDAY = "festivo_and_saturday"


@dataclass(frozen=True)
class Pause:
    """The clock stands still from the day of `stop`, itself used, to that of `restart`, not counted."""

    stop: datetime
    restart: datetime
    #: Why, as a code of the caller's; shown in the explanation.
    cause: str = ""


@dataclass(frozen=True)
class Counted:
    """When a term ends, and why.

    A term in days ends with its day: `due` and `safe_due` are the last second of it (23:59:59 local, as UTC),
    so that a screen shows the day itself and not the next; late is what comes after. `safe_due` is never
    later than `due`. `work_by` is the last open instant up to `safe_due`, after which nobody is there to do
    the work (None when the office was never open before).
    """

    due: datetime
    safe_due: datetime
    due_day: date
    #: The last day before any rolling.
    safe_day: date
    work_by: datetime | None
    lines: tuple[Line, ...]


def count_term(
    start: datetime,
    value: float,
    unit: Unit | str,
    calendar: Calendar,
    roll: Roll | str = Roll.HOLIDAY,
    *,
    pauses: Sequence[Pause] = (),
    office_days: bool = False,
) -> Counted:
    """Counts `value` units from `start`; see the module for the rules.

    `value` is hours (fractions allowed) for open hours, whole otherwise; never negative. `pauses` may come
    in any order and overlap; what lies before the start or after the end changes nothing. `office_days`
    counts as working days those on which the calendar opens. Raises CalendarError with a sentence for what
    has no answer.
    """
    try:
        unit, roll = Unit(unit), Roll(roll)
    except ValueError as wrong:
        raise CalendarError(f"A term cannot be counted so: {wrong}.") from None
    if not 0 <= value <= MAX_DAYS or (unit is not Unit.OPEN_HOURS and value != int(value)):
        raise CalendarError(f"A term of {value} cannot be counted: give a whole number from 0 to {MAX_DAYS}.")
    if unit is Unit.OPEN_HOURS:
        return _count_hours(start, value, calendar, _ordered(pauses))
    lines: list[Line] = []
    working = calendar.is_working_day if office_days else lambda day: is_legal_working_day(day, calendar)
    nominal = _count_days(start, int(value), unit, calendar, _ordered(pauses), working, lines)
    due_day = roll_day(nominal, roll, calendar, lines)
    due, safe_due = _last_second(due_day, calendar), _last_second(nominal, calendar)
    lines.append(("ends", {"day": due_day.isoformat(), "instant": due.isoformat()}))
    return Counted(due, safe_due, due_day, nominal, _work_by(safe_due, calendar), tuple(lines))


def is_legal_working_day(day: date, calendar: Calendar) -> bool:
    """Whether `day` is a working day by law: Monday to Friday, not a holiday."""
    return day.weekday() < 5 and calendar.holiday_name(day) is None


def roll_day(day: date, roll: Roll, calendar: Calendar, lines: list[Line] | None = None) -> date:
    """`day`, or the first later day on which a term may end under `roll`; `lines` is given the reasons."""
    told: list[Line] = [] if lines is None else lines
    current = day
    for _ in range(MAX_DAYS):
        reason = _reason_to_move(current, roll, calendar)
        if reason is None:
            break
        told.append(reason)
        current += timedelta(days=1)
    else:
        raise CalendarError("Every day of this calendar is a holiday: no term can end.")
    if current != day:
        told.append(("moves_to", {"day": current.isoformat()}))
    elif current.weekday() == 5 and roll is Roll.HOLIDAY:
        told.append(("saturday_counts", {"day": current.isoformat()}))
    return current


def add_days(day: date, days: int, roll: Roll, calendar: Calendar) -> date:
    """`day` and `days` calendar days, then rolled."""
    return roll_day(_plus(day, days), roll, calendar)


def add_months(day: date, months: int, roll: Roll, calendar: Calendar) -> date:
    """`day` and `months`: the same date number, or the last day of a shorter month; then rolled."""
    return roll_day(month_after(day, months), roll, calendar)


def month_after(day: date, months: int) -> date:
    """The same date number `months` later (earlier when negative), or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 < year < 9900:
        raise CalendarError(f"{months} months from {day} are outside the years a calendar can answer for.")
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue  # the month is shorter
    return date(year, month + 1, min(day.day, 28))


def _count_days(
    start: datetime, value: int, unit: Unit, calendar: Calendar, pauses: Sequence[Pause],
    working: Callable[[date], bool], lines: list[Line],
) -> date:
    """The last day before rolling."""
    first = calendar.local_day(start)
    lines.append(("from_excluded", {"day": first.isoformat()}))
    if unit is Unit.WORKING_DAYS:
        last = _plus_working(first, value, working)
        skipped = _skipped(first, last, calendar)
        if skipped:
            lines.append(("skipped", {"days": skipped}))
    else:
        last = month_after(first, value) if unit is Unit.MONTHS else _plus(first, value)
    lines.append(("count", {"value": value, "unit": unit.value, "day": last.isoformat()}))
    for pause in pauses:
        stop = max(calendar.local_day(pause.stop), first)
        restart = calendar.local_day(pause.restart)
        if stop >= last or restart <= stop:
            continue
        if unit is Unit.WORKING_DAYS:
            left = _working_between(stop, last, working)
            last = _plus_working(restart, left, working)
        else:
            left = (last - stop).days
            last = _plus(restart, left)
        told = Unit.WORKING_DAYS if unit is Unit.WORKING_DAYS else Unit.CALENDAR_DAYS
        lines.append(("suspended", {
            "cause": pause.cause, "stop": stop.isoformat(), "restart": restart.isoformat(),
            "left": left, "unit": told.value, "day": last.isoformat(),
        }))
    return last


def _count_hours(start: datetime, value: float, calendar: Calendar, pauses: Sequence[Pause]) -> Counted:
    due = calendar.add(start, value * 3600)
    begun = start.astimezone(UTC)
    lines: list[Line] = [
        ("from_instant", {"instant": begun.isoformat()}),
        ("count_hours", {"value": value, "instant": due.isoformat()}),
    ]
    for pause in pauses:
        stop, restart = max(pause.stop, begun), pause.restart
        if stop >= due or restart <= stop:
            continue
        left = calendar.between(stop, due)
        due = calendar.add(restart, left)
        lines.append(("suspended_hours", {
            "cause": pause.cause, "stop": stop.isoformat(), "restart": restart.isoformat(),
            "left": left, "instant": due.isoformat(),
        }))
    day = calendar.local_day(due)
    lines.append(("ends", {"day": day.isoformat(), "instant": due.isoformat()}))
    return Counted(due, due, day, day, due, tuple(lines))


def _ordered(pauses: Sequence[Pause]) -> list[Pause]:
    """In UTC, in order of time, overlaps cut away so that no moment stands still twice."""
    ordered: list[Pause] = []
    plain = (Pause(aware(each.stop).astimezone(UTC), aware(each.restart).astimezone(UTC), each.cause)
             for each in pauses)
    for pause in sorted(plain, key=lambda each: each.stop):
        previous = ordered[-1] if ordered else None
        if previous is None or pause.stop >= previous.restart:
            ordered.append(pause)
        elif pause.restart > previous.restart:
            ordered.append(Pause(previous.restart, pause.restart, pause.cause))
    return ordered


def _reason_to_move(day: date, roll: Roll, calendar: Calendar) -> Line | None:
    if roll is Roll.NONE:
        return None
    name = calendar.holiday_name(day)
    if name is not None:
        return "is_holiday", {"day": day.isoformat(), "name": name}
    if day.weekday() == 6:
        return "is_sunday", {"day": day.isoformat()}
    if day.weekday() == 5 and roll is Roll.HOLIDAY_SATURDAY:
        return "is_saturday", {"day": day.isoformat()}
    return None


def _plus(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise CalendarError(f"{days} days from {day} are beyond the years a calendar answers for.") from None


def _plus_working(day: date, days: int, working: Callable[[date], bool]) -> date:
    left = days
    for _ in range(MAX_DAYS):
        if left == 0:
            return day
        day += timedelta(days=1)
        left -= working(day)
    raise CalendarError(f"{days} working days do not fit in the years a calendar can answer for.")


def _working_between(start: date, end: date, working: Callable[[date], bool]) -> int:
    return sum(working(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))


def _skipped(start: date, end: date, calendar: Calendar) -> list[str]:
    days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5 and calendar.holiday_name(day) is not None]


def _last_second(day: date, calendar: Calendar) -> datetime:
    return calendar.end_of(day) - timedelta(seconds=1)


def _work_by(safe_due: datetime, calendar: Calendar) -> datetime | None:
    try:
        return calendar.prev_open(safe_due)
    except CalendarError:
        return None  # a calendar without hours still counts days

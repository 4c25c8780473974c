"""Opening hours as people read them: day by day, and the week of a door. Pure but for the names of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from .calendar import Calendar
from .calendar_data import Interval


@dataclass(frozen=True)
class Day:
    """One date: its openings as written ("08:30–13:00, 14:30–17:00", empty when closed) and why it is closed."""

    date: date
    hours: str
    holiday: str = ""
    is_special: bool = False


def days_from(calendar: Calendar, first: date, last: date, language: str) -> list[Day]:
    """Every day from `first` to `last`, both included."""
    special = {day for day, _hours in calendar.data.special}
    return [
        Day(day, written(calendar.intervals_of(day)), calendar.holiday_name(day, language) or "", day in special)
        for day in (first + timedelta(days=step) for step in range((last - first).days + 1))
    ]


def week_of(calendar: Calendar) -> list[tuple[int, int, str]]:
    """The usual week as on a door: (first weekday, last weekday, hours), equal neighbours together; 0 is Monday."""
    if calendar.data.always:
        return [(0, 6, written(((0, 24 * 60),)))]
    lines = [(number, written(hours)) for number, hours in enumerate(calendar.data.hours)]
    groups = [list(group) for _hours, group in groupby(lines, key=lambda line: line[1])]
    return [(group[0][0], group[-1][0], group[0][1]) for group in groups]


def written(intervals: Iterable[Interval]) -> str:
    """`08:30–13:00, 14:30–17:00`; an end past midnight as the clock shows it."""
    return ", ".join(f"{_time(start)}–{_time(end)}" for start, end in intervals)


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours if hours <= 24 else hours - 24:02}:{rest:02}"

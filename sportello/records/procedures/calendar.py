"""Opening hours: when the office is open, and how much open time lies between two instants. Pure.

Instants are aware datetimes, taken in any time zone and given back in UTC (two local times in the autumn
hour that is read twice compare wrongly in Python; two in UTC do not). Lengths are real seconds: on the
night of a change of clocks an opening from 22:00 to 06:00 lasts seven or nine hours.

An opening is [from, to): at the closing instant the office is closed. Every search is bounded by `MAX_DAYS`;
beyond it, and where there is no answer, CalendarError is raised with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, overload
from zoneinfo import ZoneInfo

from sportello.records.procedures.calendar_data import (
    CalendarData,
    CalendarDataError,
    CalendarError,
    Interval,
    Problem,
    parse,
    to_data,
    zone_of,
)
from sportello.records.procedures.calendar_windows import (
    FIRST_DAY,
    LAST_DAY,
    ONE_DAY,
    DayWindows,
    aware,
    instant_of,
    moment_of,
)
from sportello.records.procedures.holidays_it import national_holidays

__all__ = ["MAX_DAYS", "Calendar", "CalendarDataError", "CalendarError", "Problem"]

#: How far one question may reach: a hundred years.
MAX_DAYS: Final = 36_525
_MAX_LEFT: Final = MAX_DAYS * 86_400_000_000


@dataclass(frozen=True)
class Calendar:
    """Opening hours, holidays and special days of one office; equal data are equal calendars.

    A special day replaces the week's hours and wins over a holiday; `always` wins over everything. Holidays
    and local days close the whole day, but not the end of an opening that began the day before.
    """

    data: CalendarData

    @classmethod
    def from_data(cls, data: object) -> Calendar:
        """The calendar in `data` (shape in calendar_data). Raises CalendarDataError with what is wrong."""
        return cls(parse(data))

    def to_data(self) -> dict[str, Any]:
        """The data again, as JSON would have them; `from_data(to_data())` is an equal calendar."""
        return to_data(self.data)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        zone = zone_of(self.data.timezone)
        if zone is None:
            raise CalendarError(f"The time zone “{self.data.timezone}” is not known on this machine.")
        return zone

    # Days

    def local_day(self, instant: datetime) -> date:
        """The date the office's wall calendar shows at `instant`."""
        moment_of(instant)
        return instant.astimezone(self.zone).date()

    def holiday_name(self, day: date, language: str = "it") -> str | None:
        """The name of a holiday listed or computed ("" when it is only listed), None when `day` is not one.

        Sundays and local closing days are not holidays here.
        """
        national = national_holidays(day.year, language) if self.data.country == "IT" else {}
        return national.get(day, "" if day in self.data.holidays else None)

    def intervals_of(self, day: date) -> tuple[Interval, ...]:
        """The openings that start on `day`, in minutes from its midnight."""
        if self.data.always:
            return ((0, 24 * 60),)
        if day in self._special:
            return self._special[day]
        if (day.month, day.day) in self.data.local_days or self.holiday_name(day) is not None:
            return ()
        return self.data.hours[day.weekday()]

    def is_working_day(self, when: date | datetime) -> bool:
        """Whether an opening starts on that day (for an instant: on its local date)."""
        return bool(self.intervals_of(self._date(when)))

    @overload
    def add_working_days(self, start: datetime, days: int) -> datetime: ...
    @overload
    def add_working_days(self, start: date, days: int) -> date: ...
    def add_working_days(self, start: date | datetime, days: int) -> date | datetime:
        """The `days`-th working day after `start` (before it, when negative), whose own day is not counted.

        An instant keeps its local time of day. Zero changes nothing, even on a closed day. Raises
        CalendarError when no such day exists within `MAX_DAYS`.
        """
        first, left = self._date(start), abs(days)
        day = first if days == 0 else None
        for candidate in self._days(first, 1 if days > 0 else -1) if left else ():
            if candidate != first and self.intervals_of(candidate):
                left -= 1
                if left == 0:
                    day = candidate
                    break
        if day is None:
            raise self._no_answer(f"{abs(days)} working days")
        if not isinstance(start, datetime):
            return day
        local_time = start.astimezone(self.zone).timetz()
        return datetime.combine(day, local_time).astimezone(UTC)

    def working_days_between(self, start: date | datetime, end: date | datetime) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        first, last = self._date(start), self._date(end)
        if last < first:
            return -self.working_days_between(last, first)
        length = (last - first).days
        if length > MAX_DAYS:
            raise self._too_far(f"{length} days")
        return sum(1 for step in range(1, length + 1) if self.intervals_of(first + timedelta(days=step)))

    # Instants

    def is_open(self, instant: datetime) -> bool:
        """Whether the office is open at `instant`; at the closing instant it is not."""
        return self._windows.at(moment_of(instant)) is not None

    def next_open(self, instant: datetime) -> datetime:
        """`instant` itself when open, else the next opening."""
        moment = moment_of(instant)
        for day in self._days(self._windows.day_of(moment), 1):
            for start, end in self._windows.of(day):
                if end > moment:
                    return instant_of(max(start, moment))
        raise self._never("opens again")

    def next_close(self, instant: datetime) -> datetime:
        """The end of the opening under way, or of the next one. Openings that touch are one."""
        if self.data.always:
            raise self._never("closes")
        moment, closing = moment_of(instant), None
        for day in self._days(self._windows.day_of(moment), 1):
            for start, end in self._windows.of(day):
                if closing is not None and start > closing:
                    return instant_of(closing)
                if end > moment:
                    closing = end
            if closing is not None and closing < self._windows.midnight(day + ONE_DAY):
                return instant_of(closing)
        raise self._never("opens again" if closing is None else "closes")

    def prev_open(self, instant: datetime) -> datetime:
        """`instant` itself when open, else the end of the last opening before it: `next_open` mirrored."""
        moment = moment_of(instant)
        for day in self._days(self._windows.day_of(moment), -1):
            for start, end in reversed(self._windows.of(day)):
                if start <= moment:
                    return instant_of(min(end, moment))
        raise self._never("was open before")

    def add(self, instant: datetime, seconds: float) -> datetime:
        """The instant at which `seconds` of open time have passed since `instant`; before it if negative.

        The first such instant going forward, the last going back: eight hours from the morning's opening
        end at the evening's closing. Zero changes nothing, even while closed.
        """
        moment = moment_of(instant)
        try:
            left = abs(round(seconds * 1_000_000))
        except (ValueError, OverflowError):  # not a number, infinite
            raise CalendarError(f"“{seconds}” is not a number of seconds.") from None
        if left > _MAX_LEFT:
            raise self._too_far(f"{left // 1_000_000} seconds of open time")
        if left == 0:
            return instant_of(moment)
        found = self._forward(moment, left) if seconds > 0 else self._back(moment, left)
        if found is None:
            raise self._no_answer(f"{left // 1_000_000} seconds of open time")
        return instant_of(found)

    def between(self, start: datetime, end: datetime) -> float:
        """Seconds of open time from `start` to `end`, to the microsecond; negative when `end` comes first."""
        first, last = moment_of(start), moment_of(end)
        if last < first:
            return -self.between(end, start)
        if last - first > _MAX_LEFT:
            raise self._too_far(f"The time from {start.date()} to {end.date()}")
        total = 0
        for day in self._days(self._windows.day_of(first), 1):
            if self._windows.midnight(day) >= last:
                break
            total += sum(max(0, min(to, last) - max(since, first)) for since, to in self._windows.of(day))
        return total / 1_000_000

    def end_of(self, day: date) -> datetime:
        """The midnight that ends `day`: the first instant of the next one."""
        return instant_of(self._windows.midnight(self._date(day) + ONE_DAY))

    # Inside

    @cached_property
    def _windows(self) -> DayWindows:
        return DayWindows(self.zone, self.intervals_of)

    @cached_property
    def _special(self) -> dict[date, tuple[Interval, ...]]:
        return dict(self.data.special)

    @cached_property
    def _weekly(self) -> bool:
        return self.data.always or any(self.data.hours)

    @cached_property
    def _special_openings(self) -> tuple[date, ...]:
        return tuple(day for day, hours in self.data.special if hours)

    def _forward(self, moment: int, left: int) -> int | None:
        for day in self._days(self._windows.day_of(moment), 1):
            for start, end in self._windows.of(day):
                start = max(start, moment)
                if end - start >= left:
                    return start + left
                left -= max(0, end - start)
        return None

    def _back(self, moment: int, left: int) -> int | None:
        for day in self._days(self._windows.day_of(moment), -1):
            for start, end in reversed(self._windows.of(day)):
                end = min(end, moment)
                if end - start >= left:
                    return end - left
                left -= max(0, end - start)
        return None

    def _days(self, start: date, step: int) -> Iterator[date]:
        """Days from `start` on (or back) that may hold an opening; at most MAX_DAYS."""
        first, last = FIRST_DAY, LAST_DAY
        if not self._weekly:
            if not self._special_openings:
                return
            first, last = self._special_openings[0], self._special_openings[-1] + 2 * ONE_DAY
        day = max(start, first) if step > 0 else min(start, last)
        for _ in range(MAX_DAYS + 1):
            if not first <= day <= last:
                return
            yield day
            day += step * ONE_DAY

    def _date(self, when: date | datetime) -> date:
        day = self.local_day(aware(when)) if isinstance(when, datetime) else when
        if not FIRST_DAY < day < LAST_DAY:
            raise self._too_far(f"The date {day}")
        return day

    def _no_answer(self, what: str) -> CalendarError:
        return self._too_far(what) if self._weekly else self._never(f"has {what}")

    def _never(self, what: str) -> CalendarError:
        return CalendarError(f"This calendar never {what}: see its weekly hours, holidays and special days.")

    def _too_far(self, what: str) -> CalendarError:
        return CalendarError(f"{what} is beyond the {MAX_DAYS // 365} years a calendar answers for.")

"""From wall clock to instants: the open time of each local day, in microseconds since 1970 UTC. Pure.

A day's open time is cut at its own midnights, so that days add up, and what began the day before and runs
past midnight is found in the day in which it falls. A wall time that is read twice (autumn) is its first
reading; one that is skipped (spring) is taken with the offset before the change: 02:30 is then 03:30 on the
new clock. Both as RFC 5545, section 3.3.5.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sportello.records.procedures.calendar_data import CalendarError, Interval

ONE_DAY: Final = timedelta(days=1)
#: Dates that can be computed with in every time zone without leaving Python's range.
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(9900, 1, 1)
#: Microseconds since 1970 in UTC: [from, to).
Window = tuple[int, int]

_CACHED_DAYS: Final = 4_096
_DAY_MINUTES: Final = 24 * 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class DayWindows:
    """The open windows of each local day in `zone`; `intervals_of` gives the openings that start on a day."""

    def __init__(self, zone: ZoneInfo, intervals_of: Callable[[date], tuple[Interval, ...]]) -> None:
        self._zone = zone
        self._intervals_of = intervals_of
        self._known: dict[date, tuple[Window, ...]] = {}

    def of(self, day: date) -> tuple[Window, ...]:
        """Open time within `day`, sorted, disjoint, not touching; remembered for a few thousand days."""
        windows = self._known.get(day)
        if windows is None:
            if len(self._known) >= _CACHED_DAYS:
                self._known.clear()
            windows = self._known[day] = self._computed(day)
        return windows

    def at(self, moment: int) -> Window | None:
        """The window that holds `moment`, None while closed."""
        windows = self.of(self.day_of(moment))
        place = bisect_right(windows, moment, key=lambda window: window[0]) - 1
        return windows[place] if place >= 0 and moment < windows[place][1] else None

    def midnight(self, day: date) -> int:
        """The moment at which `day` begins."""
        return self.wall(day, 0)

    def day_of(self, moment: int) -> date:
        """The local day whose midnights enclose `moment`.

        The date on the wall, but for zones that change clocks at midnight: there an hour of it is shown
        twice.
        """
        day = instant_of(moment).astimezone(self._zone).date()
        if moment < self.midnight(day):
            return day - ONE_DAY
        return day + ONE_DAY if moment >= self.midnight(day + ONE_DAY) else day

    def wall(self, day: date, minutes: int) -> int:
        """The moment at which the wall clock shows `minutes` (up to 48 hours) after the midnight of `day`."""
        days, rest = divmod(minutes, _DAY_MINUTES)
        shown = day + timedelta(days=days)
        at = datetime(shown.year, shown.month, shown.day, rest // 60, rest % 60, tzinfo=self._zone)
        return round(at.timestamp()) * 1_000_000

    def _computed(self, day: date) -> tuple[Window, ...]:
        first, last = self.midnight(day), self.midnight(day + ONE_DAY)
        found = []
        for owner in (day - ONE_DAY, day):
            for start, end in self._intervals_of(owner):
                window = max(first, self.wall(owner, start)), min(last, self.wall(owner, end))
                if window[0] < window[1]:
                    found.append(window)
        joined: list[Window] = []
        for start, end in sorted(found):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return tuple(joined)


def aware(instant: datetime) -> datetime:
    """`instant` itself. Raises CalendarError when it has no time zone."""
    if instant.utcoffset() is None:
        raise CalendarError("An instant needs its time zone: add an offset such as +01:00.")
    return instant


def moment_of(instant: datetime) -> int:
    """`instant` in microseconds since 1970 UTC. Raises CalendarError: no time zone, outside the years."""
    moment = (aware(instant) - _EPOCH) // _MICROSECOND
    if not FIRST_DAY < instant.date() < LAST_DAY:
        raise CalendarError(f"{instant.isoformat()} is outside the years a calendar can answer for.")
    return moment


def instant_of(moment: int) -> datetime:
    """The instant in UTC, from microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=moment)

"""Quiet hours, pure: when something that would leave now may leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Whole days of quiet one after another, at most a week: then every hour is quiet, and something must leave.
_MOST = 9


def after(instant: datetime, zone: ZoneInfo, begins: time | None, ends: time | None, days: Collection[int]) -> datetime:
    """The first instant at or after `instant` that is not quiet on the wall clock of `zone`.

    Quiet lasts from `begins` on each of `days` (Monday 0) to the next `ends`; where both are the same, a whole day.
    Who is quiet at all hours of all days is told a week later: silence for ever is chosen by the channel, not here.
    """
    if begins is None or ends is None or not days:
        return instant
    for _turn in range(_MOST):
        until = _quiet_until(instant, zone, begins, ends, days)
        if until is None:
            return instant
        instant = until
    return instant


def _quiet_until(
    instant: datetime, zone: ZoneInfo, begins: time, ends: time, days: Collection[int]
) -> datetime | None:
    """The end of the quiet that `instant` lies in; None outside."""
    today = instant.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        if day.weekday() not in days:
            continue
        last = day if ends > begins else day + timedelta(days=1)
        first, end = (datetime.combine(one, at, zone) for one, at in ((day, begins), (last, ends)))
        # compared as instants: on two walls of one zone the night of a changed clock would be an hour off
        if first.timestamp() <= instant.timestamp() < end.timestamp():
            return end.astimezone(instant.tzinfo)
    return None

"""A second calculator, written otherwise on purpose: it walks. Days one by one with a pencil in hand, open hours
minute by minute over the wall clock. It shares no code with the product: holidays are written out by their own rules.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIXED = {(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}


def easter(year: int) -> date:
    """Gauss's rule as corrected for the Gregorian calendar, worked by hand on paper tables."""
    a, b, c = year % 19, year % 4, year % 7
    century = year // 100
    p = (13 + 8 * century) // 25
    m = (15 - p + century - century // 4) % 30
    n = (4 + century - century // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        return date(year, 4, 19)
    if d == 28 and e == 6 and a > 10:
        return date(year, 4, 18)
    return date(year, 3, 22) + timedelta(days=d + e)


def holiday(day: date) -> bool:
    """A weekday holiday of the Italian State (4 October again from 2026), not counting plain Sundays."""
    if (day.month, day.day) in FIXED or (day.year >= 2026 and (day.month, day.day) == (10, 4)):
        return True
    return day == easter(day.year) + DAY


def closed_by_law(day: date, saturday: bool) -> bool:
    return holiday(day) or day.isoweekday() == 7 or (saturday and day.isoweekday() == 6)


def walk(start: date, length: int, unit: str, roll: str, stops: list[tuple[date, date]] = ()) -> tuple[date, date]:
    """(last day before rolling, last day): one day after the other, crossing off the days that count.

    A stop (from, to) is a stretch of days after `from`, up to and with `to`, that are not crossed off.
    """
    if unit == "months":
        end = monthly(start, length)
        length, unit = (end - start).days, "calendar_days"
    day, left = start, length
    while left:
        day += DAY
        if any(stop < day <= restart for stop, restart in stops):
            continue
        if unit == "working_days" and closed_by_law(day, saturday=True):
            continue
        left -= 1
    last = day
    while (roll == "festivo" and closed_by_law(day, False)) or (
        roll == "festivo_and_saturday" and closed_by_law(day, True)
    ):
        day += DAY
    return last, day


def monthly(start: date, months: int) -> date:
    """Leafs through the months of a wall calendar."""
    year, month = start.year, start.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = start.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


class Wall:
    """Opening hours as a list of minutes. `data` is the command's calendar."""

    def __init__(self, data: dict) -> None:
        self.zone = ZoneInfo(data["timezone"])
        self.hours = data.get("hours", {})
        self.shut = set(data.get("holidays", []))
        self.special = data.get("special", {})
        self.italian = data.get("country") == "IT"
        self.always = data.get("always", False)

    def listed(self, day: date) -> list[list[str]]:
        if self.always:
            return [["00:00", "24:00"]]
        if day.isoformat() in self.special:
            return self.special[day.isoformat()]
        if day.isoformat() in self.shut or (self.italian and holiday(day)):
            return []
        return self.hours.get(NAMES[day.weekday()], [])

    def open_at(self, instant: datetime) -> bool:
        """Looks at the clock on the wall, and at the sign on the door of today and of yesterday."""
        here = instant.astimezone(self.zone)
        for back in (0, 1):
            day = here.date() - back * DAY
            for since, until in self.listed(day):
                opens = self.at(day, since)
                closes = self.at(day, until)
                if closes <= opens:
                    closes = self.at(day + DAY, until)
                if opens <= instant < closes:
                    return True
        return False

    def at(self, day: date, clock: str) -> datetime:
        hours, minutes = map(int, clock.split(":"))
        day += (hours // 24) * DAY
        local = datetime(day.year, day.month, day.day, hours % 24, minutes, tzinfo=self.zone)
        return local.astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> int:
        """Seconds: one minute after the other."""
        start, end, count = start.astimezone(UTC), end.astimezone(UTC), 0
        while start < end:
            count += self.open_at(start)
            start += MINUTE
        return count * 60

    def add(self, start: datetime, minutes: int) -> datetime:
        at = start.astimezone(UTC)
        while minutes > 0:
            minutes -= self.open_at(at)
            at += MINUTE
        while minutes < 0:
            at -= MINUTE
            minutes += self.open_at(at)
        return at

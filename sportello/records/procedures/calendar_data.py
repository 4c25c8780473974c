"""A calendar as data: reading it, and saying in sentences what is wrong with it. Pure: no Django, no clock.

The shape (the same in packs, pages and on the command line):

    {"timezone": "Europe/Rome",
     "hours": {"mon": [["08:30", "13:00"], ["14:30", "17:00"]], …},   # weekdays left out are closed
     "holidays": ["2026-12-25", …],                # closed; they move the end of a term
     "special": {"2026-12-24": [["09:00", "12:00"]]},   # that day's hours instead of the week's; [] is closed
     "always": false,                              # true: open round the clock, the keys above are not asked
     "country": "IT",                              # optional: national holidays are computed for every year
     "local_days": ["12-07"],                      # optional: closed every year (patron saint); moves no term
     "suspensions": [{"from": "2020-02-23", "to": "2020-04-15", "cause": "DL 18/2020 art. 103",
                      "domains": ["pa"]}]}         # optional: days no term of these domains counts (all, if none)

Times are local wall clock. An end of "24:00" is midnight; an end at or before the start, or beyond 24:00
("26:00" is two in the morning), runs into the next day; the opening belongs to the day on which it starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Countries whose holidays we compute.
COUNTRIES: Final = ("IT",)
#: Minutes from the midnight of the day the opening belongs to; the end may lie in the next day (up to 2880).
Interval = tuple[int, int]

MAX_INTERVALS: Final = 24
MAX_DATES: Final = 10_000
_DAY: Final = 24 * 60
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_KEYS: Final = ("timezone", "hours", "holidays", "special", "always", "country", "local_days", "suspensions")
_SUSPENSION_KEYS: Final = {"from", "to", "cause", "domains"}


class CalendarError(ValueError):
    """What was asked has no answer here: the calendar never opens, or never closes, or it is too far off."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the data: a stable code, where ("hours.mon[0]"), the value, an English sentence."""

    code: str
    where: str
    value: str
    sentence: str


class CalendarDataError(CalendarError):
    """The data describe no calendar; `problems` lists all that is wrong, `str()` joins the sentences."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class GlobalSuspension:
    """Days, both included, that a law took out of every term of some domains (all, when none is named)."""

    first: date
    last: date
    cause: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalendarData:
    """Checked data: hours by weekday (Monday first), sorted; who counts joins intervals that overlap."""

    timezone: str
    hours: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[date]
    special: tuple[tuple[date, tuple[Interval, ...]], ...]
    always: bool
    country: str
    local_days: frozenset[tuple[int, int]]
    suspensions: tuple[GlobalSuspension, ...] = ()


def parse(data: object) -> CalendarData:
    """Checks `data` (shape above) and returns it typed. Raises CalendarDataError with every problem found."""
    reader = _Reader()
    parsed = reader.read(data)
    if reader.problems:
        raise CalendarDataError(reader.problems)
    return parsed


def to_data(data: CalendarData) -> dict[str, Any]:
    """The JSON shape of `data`; parsing it again gives equal data."""
    written: dict[str, Any] = {
        "timezone": data.timezone,
        "hours": {name: _written(hours) for name, hours in zip(WEEKDAYS, data.hours, strict=True) if hours},
        "holidays": [day.isoformat() for day in sorted(data.holidays)],
        "special": {day.isoformat(): _written(hours) for day, hours in data.special},
        "always": data.always,
        "country": data.country,
        "local_days": [f"{month:02}-{day:02}" for month, day in sorted(data.local_days)],
    }
    if data.suspensions:
        written["suspensions"] = [
            {"from": each.first.isoformat(), "to": each.last.isoformat(), "cause": each.cause,
             **({"domains": list(each.domains)} if each.domains else {})}
            for each in data.suspensions
        ]
    return written


def _written(hours: Sequence[Interval]) -> list[list[str]]:
    return [[f"{minutes // 60:02}:{minutes % 60:02}" for minutes in interval] for interval in hours]


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone called `name`, None when the machine knows no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; an absolute path or a folder raise the others
        return None


class _Reader:
    """Reads the parts one by one and gathers the problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, data: object) -> CalendarData:
        if not isinstance(data, Mapping):
            self._wrong("not_an_object", "", data, "A calendar is an object with time zone and hours.")
            data = {"timezone": "UTC"}
        for key in data:
            if key not in _KEYS:
                self._wrong("unknown_key", str(key), key,
                            f"“{key}” is not a part of a calendar ({', '.join(_KEYS)}).")
        return CalendarData(
            timezone=self._timezone(data.get("timezone")),
            hours=self._hours(data.get("hours")),
            holidays=self._dates(data.get("holidays")),
            special=self._special(data.get("special")),
            always=self._always(data.get("always")),
            country=self._country(data.get("country")),
            local_days=self._local_days(data.get("local_days")),
            suspensions=self._suspensions(data.get("suspensions")),
        )

    def _wrong(self, code: str, where: str, value: object, sentence: str) -> None:
        self.problems.append(Problem(code, where, str(value)[:200], sentence))

    def _timezone(self, value: object) -> str:
        if not value:
            self._wrong("no_timezone", "timezone", value,
                        "The time zone is missing: write it as “Europe/Rome”.")
        elif not isinstance(value, str) or zone_of(value) is None:
            self._wrong("unknown_timezone", "timezone", value,
                        f"The time zone “{value}” is not known: write it as “Europe/Rome”.")
        else:
            return value
        return "UTC"

    def _hours(self, value: object) -> tuple[tuple[Interval, ...], ...]:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            self._wrong("bad_hours", "hours", value,
                        f"The hours are an object by weekday: {', '.join(WEEKDAYS)}.")
            value = {}
        for key in value:
            if key not in WEEKDAYS:
                self._wrong("unknown_weekday", f"hours.{key}", key,
                            f"“{key}” is not a weekday: use {', '.join(WEEKDAYS)}.")
        return tuple(self._intervals(f"hours.{day}", value.get(day)) for day in WEEKDAYS)

    def _intervals(self, where: str, value: object) -> tuple[Interval, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or len(value) > MAX_INTERVALS:
            self._wrong("bad_intervals", where, value,
                        f"{where}: the hours of a day are a list of at most {MAX_INTERVALS} openings, "
                        "each from a time to a time.")
            return ()
        read = (self._interval(f"{where}[{place}]", pair) for place, pair in enumerate(value))
        return tuple(sorted(interval for interval in read if interval is not None))

    def _interval(self, where: str, value: object) -> Interval | None:
        if not isinstance(value, list | tuple) or len(value) != 2:
            self._wrong("bad_interval", where, value,
                        f"{where}: an opening is a pair of times, [“08:30”, “13:00”].")
            return None
        start, end = self._minutes(where, value[0]), self._minutes(where, value[1])
        if start is None or end is None:
            return None
        if start >= _DAY:
            self._wrong("bad_start", where, value[0],
                        f"{where}: an opening starts between 00:00 and 23:59, not at “{value[0]}”; "
                        "write it on the next day.")
            return None
        return (start, end) if end > start else (start, end + _DAY)

    def _minutes(self, where: str, value: object) -> int | None:
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else None
        if minutes is None or minutes > 2 * _DAY:
            self._wrong("bad_time", where, value,
                        f"{where}: “{value}” is not a time: write hours and minutes as “08:30”, "
                        "up to “48:00” for what ends in the next day.")
            return None
        return minutes

    def _dates(self, value: object) -> frozenset[date]:
        if value is None:
            return frozenset()
        if not isinstance(value, list | tuple) or len(value) > MAX_DATES:
            self._wrong("bad_holidays", "holidays", value,
                        f"The holidays are a list of at most {MAX_DATES} dates.")
            return frozenset()
        read = (self._date(f"holidays[{place}]", text) for place, text in enumerate(value))
        return frozenset(day for day in read if day is not None)

    def _special(self, value: object) -> tuple[tuple[date, tuple[Interval, ...]], ...]:
        if value is None:
            return ()
        if not isinstance(value, Mapping) or len(value) > MAX_DATES:
            self._wrong("bad_special", "special", value,
                        f"The special days are an object of at most {MAX_DATES} dates, each with its hours.")
            return ()
        days: dict[date, tuple[Interval, ...]] = {}
        for text, intervals in value.items():
            day, hours = self._date(f"special.{text}", text), self._intervals(f"special.{text}", intervals)
            if day is not None:
                days[day] = hours
        return tuple(sorted(days.items()))

    def _date(self, where: str, value: object) -> date | None:
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):  # Python reads week dates too
                return date.fromisoformat(value)
        except ValueError:
            pass  # said below, with the place
        self._wrong("bad_date", where, value,
                    f"{where}: “{value}” is not a date: write year-month-day, “2026-12-25”.")
        return None

    def _always(self, value: object) -> bool:
        if value is not None and not isinstance(value, bool):
            self._wrong("bad_always", "always", value, "“always” is true or false.")
        return value is True

    def _country(self, value: object) -> str:
        if value in (None, ""):
            return ""
        if value not in COUNTRIES:
            self._wrong("unknown_country", "country", value,
                        f"The holidays of “{value}” are not computed: leave “country” out, list the dates.")
            return ""
        return str(value)

    def _local_days(self, value: object) -> frozenset[tuple[int, int]]:
        if value is None:
            return frozenset()
        if not isinstance(value, list | tuple) or len(value) > 366:
            self._wrong("bad_local_days", "local_days", value,
                        "The local closing days are a list of days such as “12-07”.")
            return frozenset()
        read = (self._month_day(f"local_days[{place}]", text) for place, text in enumerate(value))
        return frozenset(day for day in read if day is not None)

    def _month_day(self, where: str, value: object) -> tuple[int, int] | None:
        found = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
        try:
            if found:
                day = date(2024, int(found[1]), int(found[2]))  # a leap year: 29 February is a day too
                return day.month, day.day
        except ValueError:
            pass  # said below, with the place
        self._wrong("bad_local_day", where, value,
                    f"{where}: “{value}” is not a day of the year: write month-day, “12-07”.")
        return None

    def _suspensions(self, value: object) -> tuple[GlobalSuspension, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or len(value) > 100:
            self._wrong("bad_suspensions", "suspensions", value,
                        "The suspensions by law are a list of at most 100, each with from, to and cause.")
            return ()
        read = (self._suspension(f"suspensions[{place}]", each) for place, each in enumerate(value))
        return tuple(each for each in read if each is not None)

    def _suspension(self, where: str, value: object) -> GlobalSuspension | None:
        if not isinstance(value, Mapping) or not set(value) <= _SUSPENSION_KEYS:
            self._wrong("bad_suspension", where, value, f"{where}: give from, to, cause and, if need be, domains.")
            return None
        first, last = self._date(f"{where}.from", value.get("from")), self._date(f"{where}.to", value.get("to"))
        domains = value.get("domains") or ()
        if not isinstance(domains, list | tuple) or not all(isinstance(each, str) for each in domains):
            self._wrong("bad_suspension", where, domains, f"{where}: domains is a list of codes such as “pa”.")
            return None
        if first is None or last is None or last < first:
            if first and last:
                self._wrong("bad_suspension", where, value, f"{where}: it ends before it begins.")
            return None
        return GlobalSuspension(first, last, str(value.get("cause") or "")[:300], tuple(domains))

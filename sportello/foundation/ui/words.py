"""Words for instants, durations, sizes and names, in the language and time zone that are active.

"Now" is always given: it is the organisation's clock, never the server's (practice runs on a clock of its own).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

Style = Literal["plain", "due", "day"]
_HOUR = timedelta(hours=1)
#: Languages that write names of days and months with a capital.
_CAPITALS = ("en", "de")
#: A page says some hundred instants, mostly the same ones as the page before. Remembered is what depends on its
#: arguments alone (the wall clock's reading, a number of minutes, the language): it cannot grow old.
_REMEMBERED = 8192


class Said(NamedTuple):
    """An instant in words."""

    text: str
    #: The whole date, for hover and print.
    full: str
    #: Machine form, ISO 8601 with offset.
    iso: str
    #: Whether the words grow old within the hour ("5 minutes ago").
    relative: bool = False
    #: Whether something due by it is late.
    late: bool = False


#: The time zone and the language that are active: to ask for them costs as much as to say an instant.
Here = tuple[tzinfo, str]


def here() -> Here:
    return get_current_timezone(), get_language() or ""


def say_instant(at: datetime, now: datetime, style: Style = "plain", where: Here | None = None) -> Said:
    """`at` as people say it; `where`: what `here` gives, from who says many.

    `plain`: "2 hours ago", "yesterday, 12:30"; `due`: "by tomorrow, 12:30", "late by 2 hours"; `day`: the same
    without the hour, for what has no hour (terms in days).
    """
    zone, language = where or here()
    # remembered by the instant alone: an hour that comes twice is two readings of one wall clock, equal to each other
    at, full, iso = _read(at if at.tzinfo is UTC else at.astimezone(UTC), zone, language)
    now = now.astimezone(zone)
    near = abs(at - now) < 12 * _HOUR and style != "day"
    if style == "due":
        if at < now:
            return Said(_late(_minutes(now - at), language), full, iso, relative=near, late=True)
        if at - now < _HOUR:
            return Said(_("within %(time)s") % {"time": duration(at - now)}, full, iso, relative=True)
        return Said(_by(_moment(at, now, language, with_hour=True), language), full, iso)
    if near and at <= now and (at.date() == now.date() or now - at < 3 * _HOUR):
        return Said(_ago(_minutes(now - at), language), full, iso, relative=True)
    if near and at > now and at - now < _HOUR:
        return Said(_("in %(time)s") % {"time": duration(at - now)}, full, iso, relative=True)
    return Said(_moment(at, now, language, with_hour=style != "day"), full, iso)


def settled(at: datetime, now: datetime, style: Style, where: Here) -> tuple[Any, ...] | None:
    """Half a day away or more an instant is said by the calendar: all that its words depend on, the same until
    midnight. None for what grows old by the minute."""
    if at.tzinfo is not UTC or abs(at - now) < 12 * _HOUR or (style == "due" and at < now):
        return None
    return at, style, _day(now, where[0]), where


@lru_cache(64)
def _day(now: datetime, zone: tzinfo) -> date:
    return now.astimezone(zone).date()


@lru_cache(_REMEMBERED)
def _read(at: datetime, zone: tzinfo, language: str) -> tuple[datetime, str, str]:
    """`at` on the wall clock, its whole date, and its machine form."""
    here = at.astimezone(zone)
    return here, _dated(here.replace(tzinfo=None), "full", language), here.isoformat(timespec="seconds")


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


# What is remembered takes the active language as an argument only to be remembered by it.


@lru_cache(_REMEMBERED)
def _ago(minutes: int, language: str) -> str:
    if minutes < 1:
        return _("just now")
    return _("%(time)s ago") % {"time": _length(minutes, language)}


@lru_cache(_REMEMBERED)
def _late(minutes: int, language: str) -> str:
    return _("late by %(time)s") % {"time": _length(minutes, language)}


@lru_cache(_REMEMBERED)
def _by(moment: str, language: str) -> str:
    return _("by %(moment)s") % {"moment": moment}


def _moment(at: datetime, now: datetime, language: str, *, with_hour: bool) -> str:
    """The nearest calendar words: today, tomorrow, a week day, a date."""
    days = (at.date() - now.date()).days
    if -7 < days < 7:
        form = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days, "week day")
    else:
        form = "this year" if at.year == now.year else "date"
    hour = " and hour" if with_hour and form != "date" else ""
    return _dated(at.replace(tzinfo=None), form + hour, language)


@lru_cache(_REMEMBERED)
def _dated(at: datetime, form: str, language: str) -> str:
    """A reading of the wall clock, without zone, in one of the forms of `_moment`, or in full."""
    if form.endswith(" and hour"):
        return f"{_dated(at, form.removesuffix(' and hour'), language)}, {date_format(at, 'H:i')}"
    if form in ("yesterday", "today", "tomorrow"):
        return {"yesterday": _("yesterday"), "today": _("today"), "tomorrow": _("tomorrow")}[form]
    forms = {"week day": "l", "this year": _("j M"), "date": _("j M Y"), "full": _("l j F Y, H:i")}
    return _named(at, forms[form], language)


def _named(at: datetime, form: str, language: str) -> str:
    """Names of days and months as the language writes them inside a sentence (Django has them with capitals)."""
    text = date_format(at, form)
    return text if language.startswith(_CAPITALS) else text.lower()


def duration(length: timedelta) -> str:
    """Rounded down to the largest unit that says enough: "25 minutes", "3 hours", "12 days"."""
    return _length(_minutes(length), get_language() or "")


@lru_cache(_REMEMBERED)
def _length(minutes: int, language: str) -> str:
    if minutes < 60:
        shown = max(minutes, 1)
        return ngettext("%(n)d minute", "%(n)d minutes", shown) % {"n": shown}
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def file_size(size: int) -> str:
    """`size` bytes in kB or MB (powers of ten, as people's devices show)."""
    if size < 1000:
        return ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    return f"{number_format(size / 1_000_000, 1)} MB"


def initials(name: str) -> str:
    """Two letters for a person or team: first and last word; `?` for nobody."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def capped(count: int, most: int = 99) -> str:
    """`count`, or `99+`: counts above are not worth a look nor a query."""
    return f"{most}+" if count > most else str(count)

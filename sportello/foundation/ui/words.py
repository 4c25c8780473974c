"""Words for instants, durations, sizes and names, in the language and time zone that are active.

"Now" is always given: it is the organisation's clock, never the server's (practice runs on a clock of its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

Style = Literal["plain", "due", "day"]
_HOUR = timedelta(hours=1)
#: Languages that write names of days and months with a capital.
_CAPITALS = ("en", "de")


@dataclass(frozen=True)
class Said:
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


def say_instant(at: datetime, now: datetime, style: Style = "plain") -> Said:
    """`at` as people say it.

    `plain`: "2 hours ago", "yesterday, 12:30"; `due`: "by tomorrow, 12:30", "late by 2 hours"; `day`: the same
    without the hour, for what has no hour (terms in days).
    """
    at, now = localtime(at), localtime(now)
    full = _named(at, _("l j F Y, H:i"))
    iso = at.isoformat(timespec="seconds")
    near = abs(at - now) < 12 * _HOUR and style != "day"
    if style == "due":
        if at < now:
            return Said(_("late by %(time)s") % {"time": duration(now - at)}, full, iso, relative=near, late=True)
        if at - now < _HOUR:
            return Said(_("within %(time)s") % {"time": duration(at - now)}, full, iso, relative=True)
        return Said(_("by %(moment)s") % {"moment": _moment(at, now, with_hour=True)}, full, iso)
    if near and at <= now and (at.date() == now.date() or now - at < 3 * _HOUR):
        return Said(_ago(now - at), full, iso, relative=True)
    if near and at > now and at - now < _HOUR:
        return Said(_("in %(time)s") % {"time": duration(at - now)}, full, iso, relative=True)
    return Said(_moment(at, now, with_hour=style != "day"), full, iso)


def _ago(past: timedelta) -> str:
    if past < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": duration(past)}


def _moment(at: datetime, now: datetime, *, with_hour: bool) -> str:
    """The nearest calendar words: today, tomorrow, a week day, a date."""
    days = (at.date() - now.date()).days
    named = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in named:
        day = named[days]
    elif -7 < days < 7:
        day = _named(at, "l")
    elif at.year == now.year:
        day = _named(at, _("j M"))
    else:
        return _named(at, _("j M Y"))
    return f"{day}, {date_format(at, 'H:i')}" if with_hour else day


def _named(at: datetime, form: str) -> str:
    """Names of days and months as the language writes them inside a sentence (Django has them with capitals)."""
    text = date_format(at, form)
    return text if (get_language() or "").startswith(_CAPITALS) else text.lower()


def duration(length: timedelta) -> str:
    """Rounded down to the largest unit that says enough: "25 minutes", "3 hours", "12 days"."""
    minutes = int(length.total_seconds() // 60)
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

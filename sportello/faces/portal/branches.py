"""Where people find us: the branches with their hours, open now or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Branch
from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.procedures.opening_words import week_of

_CAPITAL_WEEKDAYS = ("en", "de")


@dataclass(frozen=True)
class Place:
    branch: Branch
    name: str
    hint: str
    #: ("Monday to Friday", "08:30–13:00"); no hours: closed.
    week: list[tuple[str, str]]
    is_open: bool
    #: While closed: when it opens next, in words; empty where it never does.
    opens: str


def places_of(organisation: Organisation, language: str) -> list[Place]:
    """The branches in use, in their order; two queries."""
    branches = list(Branch.objects.filter(organisation=organisation, ended_at__isnull=True))
    if not branches:
        return []
    calendars = OfficeCalendar.objects.filter(organisation=organisation, branch__isnull=False)
    hours = {one.branch_id: one for one in calendars}
    now = clock.now(organisation)
    return [_place(branch, hours.get(branch.pk), now, language) for branch in branches]


def _place(branch: Branch, office: OfficeCalendar | None, now: datetime, language: str) -> Place:
    name, hint = branch.name_in(language), branch.hint_in(language)
    if office is None:
        return Place(branch, name, hint, [], False, "")
    calendar = office.calendar
    week = [(_days(first, last, language), hours) for first, last, hours in week_of(calendar)]
    is_open = calendar.is_open(now)
    return Place(branch, name, hint, week, is_open, "" if is_open else _opens(calendar, now, language))


def _opens(calendar: Calendar, now: datetime, language: str) -> str:
    try:
        instant = calendar.next_open(now).astimezone(calendar.zone)
    except CalendarError:
        return ""
    day = date_format(instant, "l j F")
    when = {"day": day if language in _CAPITAL_WEEKDAYS else day.lower(), "hour": f"{instant:%H:%M}"}
    return _("Opens %(day)s at %(hour)s") % when


def _days(first: int, last: int, language: str) -> str:
    """"Monday", "Monday to Friday": as a line of its own, with a capital letter."""
    names = {"first": _weekday(first, language), "last": _weekday(last, language)}
    if first == last:
        words = names["first"]
    elif last == first + 1:
        words = _("%(first)s and %(last)s") % names
    else:
        words = _("%(first)s to %(last)s") % names
    return words[:1].upper() + words[1:]


def _weekday(number: int, language: str) -> str:
    """Django's names begin with a capital in every language; only some languages write them so in a sentence."""
    name = str(WEEKDAYS[number])
    return name if language in _CAPITAL_WEEKDAYS else name.lower()

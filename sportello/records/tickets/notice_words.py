"""Filling notices: dates in the customer's language, the three lines of "what happens now"."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.queries import NoticeText

from .models import Ticket

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


def speaking(ticket: Ticket) -> translation.override:
    """`with speaking(ticket):` words are the customer's, whoever is at work."""
    return translation.override(ticket.language)


def day_words(organisation: Organisation, instant: datetime) -> str:
    """`venerdì 4 dicembre 2026`, in the active language, on the organisation's wall clock."""
    return _day_words(clock.local(organisation, instant).date(), translation.get_language() or "")


@lru_cache(maxsize=512)
def _day_words(day: date, language: str) -> str:
    words = formats.date_format(day, _("l, j F Y"))
    # Django writes Italian days and months with capitals, as for a heading; inside a sentence they have none
    return words.lower() if language.startswith("it") else words


def moment_words(organisation: Organisation, instant: datetime) -> str:
    local = clock.local(organisation, instant)
    return _("%(day)s at %(time)s") % {"day": day_words(organisation, instant), "time": local.strftime("%H:%M")}


def promise_sentence(ticket: Ticket) -> str:
    """By when the customer is answered or told more, as one sentence; empty when closed."""
    if ticket.next_promise_at is None:
        return ""
    return _("You will hear from us by %(day)s.") % {"day": day_words(ticket.organisation, ticket.next_promise_at)}


def next_lines(ticket: Ticket) -> list[str]:
    """What happens now, as three dated lines: read by a person, answered within, and what if not."""
    day = day_words(ticket.organisation, ticket.next_promise_at) if ticket.next_promise_at else ""
    return [
        _("Today: your request is with %(team)s.") % {"team": ticket.team.name_in(translation.get_language() or "it")},
        _("By %(day)s: you will hear from us.") % {"day": day},
        _("If more time is needed, we tell you why before that day, with a new date."),
    ]


def follow_link(ticket: Ticket) -> str:
    """The follow-up page's address with the number; the code is typed, never in an address."""
    return f"{settings.PUBLIC_URL}/o/{ticket.organisation.slug}/follow/?number={ticket.number}"


def fill(text: NoticeText, values: dict[str, str]) -> tuple[str, str]:
    """Subject and body with their variables; a line all of whose variables are empty is left out, and so is the
    empty line that would double. Unknown variables stay as written, visible."""
    lines: list[str] = []
    for line in text.body.split("\n"):
        names = _VARIABLE.findall(line)
        if names and all(values.get(name) == "" for name in names):
            continue
        lines.append(_put(line, values))
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return _put(text.subject, values), body


def _put(line: str, values: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), line)

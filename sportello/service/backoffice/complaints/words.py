"""Codes of this room in words: lines of a compensation, in the active language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.foundation.core.money import euros
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.procedures import explaining

from ..models import Complaint
from .compensation import Computed, Line, compute
from .escalation import main_term, rules_for, today

_MONEY = frozenset({"amount", "sum", "price", "cap", "floor"})
_DAYS = frozenset({"due", "answered", "received"})


def compensation_lines(lines: Iterable[Line | list[Any]], names: Mapping[str, str]) -> list[str]:
    """`names`: the steps' own, by code."""
    return [_said(code, _worded(facts, names)) for code, facts in lines]


def step_names(complaint: Complaint) -> dict[str, str]:
    tongue = get_language() or "it"
    return {step.code: in_language(step.names, tongue) or step.code for step in rules_for(complaint).compensation}


def computed_for(complaint: Complaint, price: int | None = None) -> Computed:
    """What the rule owes on this complaint: to the day of the answer, or today while there is none."""
    organisation = complaint.organisation
    term = main_term(complaint)
    due = clock.local(organisation, term.due_at if term else complaint.due_at).date()
    received = clock.local(organisation, complaint.received_at).date()
    answered = clock.local(organisation, complaint.answered_at).date() if complaint.answered_at else today(complaint)
    return compute(rules_for(complaint).compensation, received, due, answered, price=price)


def _worded(facts: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    tongue = get_language() or "it"
    said: dict[str, str] = {}
    for name, value in facts.items():
        if name in _MONEY:
            said[name] = euros(int(value))
        elif name in _DAYS:
            said[name] = explaining.date_in_words(date.fromisoformat(str(value)), tongue)
        elif name in ("code", "by"):
            said[name] = names.get(str(value), str(value))
        else:
            said[name] = str(value)
    return said


def _said(code: str, facts: dict[str, str]) -> str:
    sentences = {
        "in_time": _("Due by %(due)s, answered on %(answered)s: in time."),
        "late": _("Due by %(due)s, answered on %(answered)s: %(days)s days late."),
        "since_received": _("From receipt on %(received)s to %(answered)s: %(days)s days."),
        "not_reached": _("“%(code)s” holds from day %(from)s of lateness: not reached, or over."),
        "replaced": _("“%(by)s” takes the place of “%(code)s”."),
        "once": _("“%(code)s”: %(amount)s, once."),
        "per_day": _("“%(code)s”: %(amount)s for each of %(days)s days = %(sum)s."),
        "percent": _("“%(code)s”: %(percent)s per cent of %(price)s = %(sum)s."),
        "needs_price": _("“%(code)s”: %(percent)s per cent of the price. Write the price to compute it."),
        "capped": _("“%(code)s”: never more than %(cap)s."),
        "under_floor": _("“%(code)s”: %(sum)s is less than %(floor)s, nothing is paid."),
        "total": _("Owed: %(sum)s."),
        "nothing": _("Nothing is owed."),
    }
    return sentences[code] % facts if code in sentences else code

"""What happened to a term, as a line of the timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from sportello.records.tickets.models import Extension, ServiceLevel, Suspension, Term

CODES = frozenset({"suspended", "term_resumed", "extended", "term_missed", "level_breached"})


def sentence(code: str, facts: dict[str, Any], day: Callable[[str], str]) -> str:
    """`day` draws an instant of the facts in words."""
    if code == "suspended":
        return _("term interrupted") if facts.get("effect") == "interrupts" else _("term suspended")
    if code == "term_resumed":
        how = str(dict(Suspension.Ended.choices).get(facts.get("how", ""), "")).lower()
        return _("the term goes on: %(how)s") % {"how": how} if how else _("the term goes on")
    if code == "extended":
        return str(dict(Extension.Sort.choices).get(facts.get("sort", ""), _("term moved"))).lower()
    names = ServiceLevel.Metric if code == "level_breached" else Term.Kind
    what = str(dict(names.choices).get(facts.get("metric") or facts.get("term") or "", ""))
    return _("“%(what)s” was due on %(day)s and is not there") % {"what": what, "day": day(str(facts.get("due", "")))}

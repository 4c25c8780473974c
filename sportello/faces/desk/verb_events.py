"""The verbs that put aside, join, take apart and tag, as lines of the timeline and as reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from sportello.records.tickets.models import Link, Snooze

CODES = frozenset(
    {
        "snoozed", "snoozed_for_reply", "woken", "tagged", "untagged", "linked", "unlinked", "merged", "merged_here",
        "parted", "parted_here", "split", "entries_left", "entries_came", "freed_away",
    }
)  # fmt: skip


def sentence(code: str, facts: dict[str, Any], day: Callable[[str], str]) -> str:
    """A line without its author: "put aside until Monday", "merged into 2026-0000012"."""
    number = {"number": facts.get("number", "")}
    if code in ("linked", "unlinked"):
        kind = str(dict(Link.Kind.choices).get(str(facts.get("kind")), "")).lower()
        words = {**number, "kind": kind}
        return _("linked with %(number)s (%(kind)s)") % words if code == "linked" else (
            _("link with %(number)s taken away (%(kind)s)") % words
        )
    if code == "woken":
        return _("back in the lists: %(how)s") % {"how": dict(Snooze.Woken.choices).get(str(facts.get("how")), "")}
    return {
        "snoozed": _("put aside until %(day)s") % {"day": day(facts.get("until", ""))},
        "snoozed_for_reply": _("put aside until the customer writes, at the latest until %(day)s")
        % {"day": day(facts.get("until", ""))},
        "tagged": _("tagged"),
        "untagged": _("tags taken off"),
        "merged": _("merged into %(number)s, where it goes on") % number,
        "merged_here": _("%(number)s was merged into this ticket") % number,
        "parted": _("apart from %(number)s again") % number,
        "parted_here": _("%(number)s goes on by itself again") % number,
        "split": _("a part of it goes on as %(number)s") % number,
        "entries_left": _("entries went to %(number)s, where they belong") % number,
        "entries_came": _("entries came from %(number)s, where they were by mistake") % number,
        "freed_away": _("given back to the team: its owner is away"),
    }[code]


def reason(about: str, code: str) -> str | None:
    """Why Sportello did it by itself; None for what is told elsewhere."""
    return {
        ("snooze", "bounded_by_term"): _("It sleeps until the customer writes, at the latest before its term ends."),
        ("snooze", "woken_time"): _("It woke because its time had come."),
        ("snooze", "woken_reply"): _("It woke because the customer wrote."),
        ("snooze", "woken_promise"): _("It woke because something was promised for an earlier day."),
        ("snooze", "woken_handed_on"): _("It woke because somebody else has it now."),
        ("assigned", "owner_away"): _("Its owner is away and it waits for us: it went back to the team."),
        ("assigned", "away_alone"): _("Its owner is away, but nobody else may see it: it stayed."),
        ("term", "earlier_by_merge"): _("Of two tickets merged, the term that ends first counts."),
        ("route", "split"): _("It was split from a ticket of this team, or a colleague chose the team."),
    }.get((about, code))

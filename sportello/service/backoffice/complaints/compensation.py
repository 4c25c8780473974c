"""What is owed because the answer is late: computed from the steps of the rule, explained line by line. Pure.

Of steps counted alike (once or a day, an amount or a share of the price, from the same day) only the farthest one
reached holds: "30 €, doubled after 30 days" is 60 €, not 90.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sportello.records.procedures.definition import Compensation

Line = tuple[str, dict[str, Any]]
#: Codes of lines, with their facts; `words.py` says them.
LINES: Final = {
    "in_time": ("due", "answered"),
    "late": ("due", "answered", "days"),
    "since_received": ("received", "answered", "days"),
    "not_reached": ("code", "from", "days"),
    "replaced": ("code", "by"),
    "once": ("code", "amount"),
    "per_day": ("code", "amount", "days", "sum"),
    "percent": ("code", "percent", "price", "sum"),
    "needs_price": ("code", "percent"),
    "capped": ("code", "cap"),
    "under_floor": ("code", "floor", "sum"),
    "total": ("sum",),
    "nothing": (),
}


@dataclass(frozen=True)
class Computed:
    """`amount` in cents. `needs_price`: a step is a share of a price nobody told."""

    amount: int
    lines: tuple[Line, ...]
    needs_price: bool = False


def compute(
    steps: Sequence[Compensation], received: date, due: date, answered: date, *, price: int | None = None
) -> Computed:
    """`answered` is the day of the answer, or today while there is none; `price` in cents."""
    late = (answered - due).days
    lines: list[Line] = []
    if late <= 0:
        lines.append(("in_time", {"due": due.isoformat(), "answered": answered.isoformat()}))
    else:
        lines.append(("late", {"due": due.isoformat(), "answered": answered.isoformat(), "days": late}))
    since = (answered - received).days
    if any(step.counted_from == "received" for step in steps):
        lines.append(("since_received", {
            "received": received.isoformat(), "answered": answered.isoformat(), "days": since}))
    total, unknown = 0, False
    for step in _reached(steps, late, since, lines):
        days = late if step.counted_from == "due" else since
        owed = _of_step(step, days, price, lines)
        if owed is None:
            unknown = True
        else:
            total += owed
    lines.append(("total", {"sum": total}) if total else ("nothing", {}))
    return Computed(total, tuple(lines), unknown)


def _reached(steps: Iterable[Compensation], late: int, since: int, lines: list[Line]) -> list[Compensation]:
    """The steps that hold, one of each group counted alike."""
    holds: dict[tuple[str, str, bool], Compensation] = {}
    for step in sorted(steps, key=lambda one: one.late_from):
        days = late if step.counted_from == "due" else since
        if days < step.late_from or (step.late_to and days > step.late_to):
            lines.append(("not_reached", {"code": step.code, "from": step.late_from, "days": max(days, 0)}))
            continue
        group = step.per, step.counted_from, bool(step.percent)
        if group in holds:
            lines.append(("replaced", {"code": holds[group].code, "by": step.code}))
        holds[group] = step
    return list(holds.values())


def _of_step(step: Compensation, days: int, price: int | None, lines: list[Line]) -> int | None:
    if step.percent:
        if price is None:
            lines.append(("needs_price", {"code": step.code, "percent": step.percent}))
            return None
        owed = price * step.percent // 100
        lines.append(("percent", {"code": step.code, "percent": step.percent, "price": price, "sum": owed}))
    elif step.per == "day":
        counted = days - step.late_from + 1
        owed = step.amount * counted
        lines.append(("per_day", {"code": step.code, "amount": step.amount, "days": counted, "sum": owed}))
    else:
        owed = step.amount
        lines.append(("once", {"code": step.code, "amount": owed}))
    if step.cap and owed > step.cap:
        owed = step.cap
        lines.append(("capped", {"code": step.code, "cap": step.cap}))
    if step.floor and owed < step.floor:
        lines.append(("under_floor", {"code": step.code, "floor": step.floor, "sum": owed}))
        return 0
    return owed

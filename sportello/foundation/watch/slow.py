"""What was slow, what browsers refused and what we refused: the worst of each day, a few lines each.

Kept as files beside the figures (`keeping.py`), not in a table: when statements are slow the database is the last that
should be asked to write it down, and the list must be readable when it is away. Lines hold names of views, statements
without values, names of directives: nothing of anybody.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from . import keeping, meters

#: Seconds from which a page, a statement is slow.
PAGE: Final = 0.2
STATEMENT: Final = 0.1
KINDS: Final = ("page", "statement", "policy", "refused")
#: Lines of a kind a program keeps of one day, and instants behind a line.
_MOST: Final = 60
_LATELY: Final = 60
_DAYS: Final = 7
_DAY: Final = 86_400


@dataclass
class Seen:
    """One line. Seconds; `last` is the epoch's; `lately` what it took the last times, quick ones of a page too."""

    count: int = 0
    total: float = 0.0
    worst: float = 0.0
    last: float = 0.0
    lately: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Nineteen of the last twenty were not slower; 0 when nothing is known."""
        ordered = sorted(self.lately)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] if ordered else 0.0

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0


#: Kind, name → its line; of one day.
Day = dict[tuple[str, str], Seen]


@dataclass
class _Lists:
    days: dict[int, Day] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_LISTS = _Lists()


def today() -> int:
    """Days since 1970, in UTC."""
    return int(time.time() // _DAY)


def page(view: str, took: float) -> None:
    """Every answered request passes here; only a view that was slow today has a line."""
    if took >= PAGE:
        saw("page", view, took)
        return
    day = _LISTS.days.get(today())
    if day and (line := day.get(("page", view))) is not None:
        with _LISTS.lock:
            _add_lately(line, took)


def saw(kind: str, name: str, took: float = 0.0) -> None:
    """One more of a kind (`KINDS`)."""
    if kind in ("page", "statement"):
        meters.add(meters.SLOW, kind)
    number = today()
    with _LISTS.lock:
        day = _LISTS.days.setdefault(number, {})
        line = day.get((kind, name))
        if line is None:
            _make_room(day, kind)
            line = day[kind, name] = Seen()
        line.count += 1
        line.total += took
        line.worst, line.last = max(line.worst, took), time.time()
        _add_lately(line, took)
        for old in [one for one in _LISTS.days if one < number - 1]:
            del _LISTS.days[old]
    keeping.changed()


def _add_lately(line: Seen, took: float) -> None:
    line.lately.append(round(took, 4))
    if len(line.lately) > _LATELY:
        del line.lately[0]


def _make_room(day: Day, kind: str) -> None:
    """The line that cost least goes, so that what costs most is never lost."""
    alike = [key for key in day if key[0] == kind]
    if len(alike) >= _MOST:
        del day[min(alike, key=lambda key: (day[key].total, day[key].count))]


def of_day(number: int | None = None) -> dict[str, list[tuple[str, Seen]]]:
    """Kind → lines of all programs, the costliest first. Today's unless another day is asked for."""
    found = _parsed(merged([mine(), *keeping.others("slow")])).get(today() if number is None else number, {})
    lists: dict[str, list[tuple[str, Seen]]] = {kind: [] for kind in KINDS}
    for (kind, name), line in sorted(found.items(), key=lambda one: (-one[1].total, -one[1].count)):
        lists.setdefault(kind, []).append((name, line))
    return lists


def forget() -> None:
    """Begin again, in a process just forked and between tests."""
    _LISTS.days, _LISTS.lock = {}, threading.Lock()


# As files ------------------------------


def mine() -> list[list[Any]]:
    """[day, kind, name, count, total, worst, last, [lately]] a line."""
    with _LISTS.lock:
        return _rows(_LISTS.days)


def merged(parts: list[list[list[Any]]]) -> list[list[Any]]:
    """Several programs' lines as one's; days long past are dropped."""
    days: dict[int, Day] = {}
    oldest = today() - _DAYS
    for number, kind, name, count, total, worst, last, lately in (row for rows in parts for row in rows):
        if number <= oldest:
            continue
        line = days.setdefault(number, {}).setdefault((kind, name), Seen())
        line.count += count
        line.total += total
        line.worst, line.last = max(line.worst, worst), max(line.last, last)
        line.lately = (line.lately + list(lately))[-4 * _LATELY :]
    for day in days.values():
        for kind in KINDS:
            alike = sorted((key for key in day if key[0] == kind), key=lambda key: (day[key].total, day[key].count))
            for key in alike[: -2 * _MOST]:
                del day[key]
    return _rows(days)


def _rows(days: dict[int, Day]) -> list[list[Any]]:
    return [
        [number, kind, name, one.count, round(one.total, 3), round(one.worst, 3), round(one.last, 1), list(one.lately)]
        for number, day in days.items()
        for (kind, name), one in day.items()
    ]


def _parsed(rows: list[list[Any]]) -> dict[int, Day]:
    days: dict[int, Day] = {}
    for number, kind, name, *numbers in rows:
        days.setdefault(number, {})[kind, name] = Seen(*numbers)
    return days


os.register_at_fork(after_in_child=forget)
keeping.register("slow", mine, merged)

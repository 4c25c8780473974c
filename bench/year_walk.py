"""What one ticket of the year had to be given, worked out by hand: it shares no code with the product.

Days are crossed off one by one (`tests/terms/walker.py`), the office opens at half past eight on days that are neither
Saturdays, Sundays nor holidays, and a worker that comes by gives what has fallen due since it last came, unless the
term it was about has moved or the ticket was closed meanwhile.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from tests.terms.walker import DAY, ROME, closed_by_law, walk

TERM, LONGER = 30, 60
#: How long a suspension lasts at the most, and how long who was told of a refusal has to answer.
MISSING_FACTS, REFUSAL = 30, 10
OPENS = time(8, 30)


def end_of(day: date) -> datetime:
    """The last second of a day on the wall."""
    return datetime.combine(day, time(23, 59, 59), ROME)


def opening(day: date) -> datetime:
    """When the office opens, that day or the next it does."""
    while closed_by_law(day, saturday=True):
        day += DAY
    return datetime.combine(day, OPENS, ROME)


def back(day: date, working: int) -> date:
    while working:
        day -= DAY
        working -= not closed_by_law(day, saturday=True)
    return day


class Life:
    def __init__(self, opened: datetime) -> None:
        self.opened = opened
        self.stops: list[tuple[date, date]] = []
        self.length = TERM
        self.until: datetime | None = None
        self.causes: set[str] = set()
        self.closed = False
        #: (to whom, the instant it was for); `missed`: the end itself.
        self.given: list[tuple[str, datetime]] = []
        self.notices: Counter[str] = Counter(receipt=1)
        self.pending: list[tuple[str, datetime, datetime]] = []
        #: What was given already, with the end it was about: not again for the same end.
        self.once: set[tuple[str, datetime]] = set()
        self.due = end_of(self.opened.astimezone(ROME).date())
        self._count(opened)

    def allows(self, act: str, at: datetime) -> bool:
        """Whether an operator may do it then."""
        if self.closed:
            return False
        if act in ("answer", "close"):
            return True
        if act == "resume":
            return self.until is not None
        if at > self.due:
            return False
        return self.length == TERM if act == "extend" else self.until is None and act not in self.causes

    def happened(self, act: str, at: datetime) -> None:
        today = at.astimezone(ROME).date()
        if act in ("suspend", "warn"):
            last = today + timedelta(days=MISSING_FACTS if act == "suspend" else REFUSAL)
            while act == "warn" and closed_by_law(last, saturday=False):
                last += DAY  # theirs: it ends on a day that is no holiday
            self.until = end_of(last)
            self.stops.append((today, last))
            self.causes |= {"suspend"} if act == "suspend" else set()
            self.notices["suspended" if act == "suspend" else "refusal_warning"] += 1
            self._count(at)
        elif act == "resume":
            self._goes_on(today, at)
        elif act == "extend":
            self.length = LONGER
            self.notices["interim"] += 1
            self._count(at)
        elif act == "close":
            self.closed, self.until, self.pending = True, None, []
            self.notices["closed"] += 1

    def tick(self, at: datetime) -> None:
        """A worker comes by: what fell due is given, and a suspension whose end has passed is over."""
        if not self.pending and self.until is None:
            return
        due = [one for one in self.pending if one[1] + timedelta(seconds=one[0] == "missed") <= at]
        self.pending = [one for one in self.pending if one not in due]
        for whom, when, end in due:
            self.given.append((whom, when))
            self.once.add((whom, end))
        if self.until is not None and self.until <= at:
            self._goes_on(self.until.astimezone(ROME).date(), at)

    def _goes_on(self, day: date, at: datetime) -> None:
        self.stops[-1] = (self.stops[-1][0], day)
        self.until = None
        self.notices["term_resumed"] += 1
        self._count(at)

    def _count(self, at: datetime) -> None:
        """The end as it is now, and what is still to be said of it."""
        start = self.opened.astimezone(ROME).date()
        safe, last = walk(start, self.length, "calendar_days", "festivo", self.stops)
        self.due = end_of(last)
        wanted = [
            ("owner", opening(back(safe, 5)), self.due),
            ("team", opening(back(safe, 2)), self.due),
            ("supervisor", opening(last + DAY), self.due),
        ]
        self.pending = [one for one in wanted if one[1] > at] + [("missed", self.due, self.due)]
        self.pending = [one for one in self.pending if (one[0], one[2]) not in self.once]

"""A year on a moved clock: tickets opened, stopped, extended, answered and closed by the verbs of the product.

The tick comes by each day but every tenth; at the end every notice and warning is counted against what the tickets
themselves say had to be given.

    python -m bench.year --tickets 20000

An installation of its own, removed at the end. Exit code 1 when anything was given twice, or not at all.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

DAYS = 365
FIRST = date(2026, 1, 1)
#: Shares of what becomes of a ticket, in percent.
SUSPENDED, WARNED_OF_REFUSAL, EXTENDED, NEVER_CLOSED = 15, 10, 10, 5


@dataclass
class Figures:
    tickets: int = 0
    ticked: int = 0
    seconds: float = 0.0
    tick_seconds: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        took = f"{self.seconds:.0f} s, of which the tick {self.tick_seconds:.0f} s"
        rows = [f"{self.tickets} tickets, {DAYS} days: {took}"]
        rows += [f"  {name}: {count}" for name, count in sorted(self.given.items())]
        return "\n".join([*rows, f"given twice or not at all: {len(self.wrong)}", *self.wrong[:20]])


class Year:
    """A year. `open_one` opens a ticket under rules that have both suspensions and an interim reply."""

    def __init__(self, organisation: Any, member: Any, open_one: Callable[[], Any], seed: int = 1) -> None:
        self.organisation, self.member, self.open_one = organisation, member, open_one
        self.chance = random.Random(seed)
        self.to_come: list[tuple[int, int, str, Any]] = []
        self.count = 0
        self.figures = Figures()

    def run(self, tickets: int, say: Callable[[str], None] = lambda words: None) -> Figures:
        from sportello.foundation.tenancy import clock
        from sportello.records.tickets import tick

        began = time.monotonic()
        for day in range(DAYS):
            morning = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=8)
            clock.move_to(self.organisation, morning)
            for _ in range(tickets * (day + 1) // DAYS - tickets * day // DAYS):
                self._open(day)
            while self.to_come and self.to_come[0][0] <= day:
                _day, _order, act, ticket = heapq.heappop(self.to_come)
                self._act(act, ticket)
            if day % 10 != 9:  # every tenth day no worker is there
                start = time.monotonic()
                while did := tick.work():
                    self.figures.ticked += did
                self.figures.tick_seconds += time.monotonic() - start
            if day % 30 == 29:
                say(f"day {day + 1}: {self.figures.tickets} tickets, {time.monotonic() - began:.0f} s")
        clock.move_to(self.organisation, morning + timedelta(days=1))
        while did := tick.work():
            self.figures.ticked += did
        self.figures.seconds = time.monotonic() - began
        self._check()
        return self.figures

    def _open(self, day: int) -> None:
        ticket, chance = self.open_one(), self.chance
        self.figures.tickets += 1
        lot = chance.randrange(100)
        if lot < SUSPENDED:
            self._later(day + chance.randint(1, 20), "suspend", ticket)
        elif lot < SUSPENDED + WARNED_OF_REFUSAL:
            self._later(day + chance.randint(1, 25), "warn", ticket)  # nobody answers: it ends by itself
        elif lot < SUSPENDED + WARNED_OF_REFUSAL + EXTENDED:
            self._later(day + chance.randint(5, 28), "extend", ticket)
        if chance.randrange(100) < 70:
            self._later(day + chance.randint(0, 6), "answer", ticket)
        if chance.randrange(100) >= NEVER_CLOSED:
            self._later(day + int(chance.gammavariate(2.0, 12.0)), "close", ticket)

    def _later(self, day: int, act: str, ticket: Any) -> None:
        self.count += 1
        heapq.heappush(self.to_come, (day, self.count, act, ticket))

    def _act(self, act: str, ticket: Any) -> None:
        from sportello.foundation.core.errors import Refusal
        from sportello.records.tickets.actions import ending, messages, terms

        by = self.member
        try:
            if act == "suspend":
                terms.suspend(ticket, "missing_facts", by=by, reason="Manca un dato.", document="prot. 1")
                day = (self._today() - FIRST).days + self.chance.randint(1, 25)
                self._later(day, "resume", ticket)
            elif act == "resume":
                terms.resume(ticket, by=by)
            elif act == "warn":
                terms.suspend(ticket, "refusal_warning", by=by, reason="Manca il requisito.")
            elif act == "extend":
                terms.extend(ticket, by=by, reason="Serve un parere.", sort="interim")
            elif act == "answer":
                ticket.refresh_from_db()
                messages.answer(ticket, by, "Ecco.", base_position=ticket.last_public_position)
            else:
                ending.close(ticket, by=by, outcome="solved", reason="Fatto.")
        except Refusal:
            self.figures.given["acts refused (closed, too late)"] += 1

    def _today(self) -> date:
        from sportello.foundation.tenancy import clock

        return clock.now(self.organisation).date()

    def _check(self) -> None:
        from sportello.foundation.journal.models import Event
        from sportello.foundation.tenancy import clock
        from sportello.records.tickets.models import Closure, Extension, Moment, Notice, Suspension, Term, Ticket

        given, wrong, mine = self.figures.given, self.figures.wrong, {"organisation": self.organisation}
        now = clock.now(self.organisation)
        done = Moment.objects.filter(**mine, done_at__isnull=False)
        for verb, sorts in (
            ("ticket.warned", {"sort": "warning"}),
            ("ticket.term_missed", {"sort": "due", "term__isnull": False}),
            ("ticket.level_breached", {"sort": "due", "level__isnull": False}),
        ):
            told = Event.objects.filter(organisation_id=self.organisation.pk, verb=verb).count()
            given[verb] = done.filter(**sorts).count()
            if told != given[verb]:
                wrong.append(f"{verb}: {given[verb]} moments done, {told} events")
        for moment, expected in (
            ("receipt", Ticket.objects.filter(**mine).count()),
            ("closed", Closure.objects.filter(**mine).count()),
            ("suspended", Suspension.objects.filter(**mine, cause="missing_facts").count()),
            ("refusal_warning", Suspension.objects.filter(**mine, cause="refusal_warning").count()),
            ("term_resumed", Suspension.objects.filter(**mine, ended_how__in=("met", "lapsed")).count()),
            ("interim", Extension.objects.filter(**mine).count()),
        ):
            given[f"notice {moment}"] = Notice.objects.filter(**mine, moment=moment, state="given").count()
            if given[f"notice {moment}"] != expected:
                wrong.append(f"notice {moment}: {given[f'notice {moment}']} given, {expected} owed")
        if Moment.objects.filter(**mine, next_moment_at__lte=now).exists():
            wrong.append("something due was left")
        if Suspension.objects.filter(**mine, ended_at=None, until_at__lt=now - timedelta(days=1)).exists():
            wrong.append("a suspension outlived its end")
        self._check_terms(Term, Moment, now)

    def _check_terms(self, terms: Any, moments: Any, now: datetime) -> None:
        """Each main term as it ended up: its end, if it passed while the term ran, was recorded once and at that
        instant; so was each warning (those that fall when no worker was there may have been overtaken)."""
        rows = terms.objects.filter(organisation=self.organisation, kind="conclusion")
        done = Counter(
            moments.objects.filter(
                organisation=self.organisation, term__kind="conclusion", sort="due", done_at__isnull=False
            ).values_list("term_id", "due_at")
        )
        for term in rows.iterator(2_000):
            end = term.met_at or term.ended_at or now
            times = done.get((term.pk, term.due_at), 0)
            slack = timedelta(days=3)  # ten-day pauses of the worker: what was met meanwhile is not missed any more
            if times > 1 or (end > term.due_at + slack and times == 0) or (end <= term.due_at and times):
                self.figures.wrong.append(f"term {term.pk}: due {term.due_at}, ended {end}, recorded {times} times")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    from .place import installation

    with installation():
        from tests.cast import assemble
        from tests.unit.tickets.terms_scene import RULES, Scene

        scene = Scene(assemble())
        scene.under(RULES)
        year = Year(scene.cast.borgo, scene.cast.member("Anna"), scene.ticket, args.seed)
        figures = year.run(args.tickets, lambda words: print(words, file=sys.stderr, flush=True))
        print(figures)
        print(f"load average of five minutes: {os.getloadavg()[1]:.1f}")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

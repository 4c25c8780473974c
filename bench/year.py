"""A year on a moved clock: tickets opened, stopped, extended, answered and closed by the verbs of the product.

The tick comes by each day but every tenth. What each ticket lived through is noted here, act by act; at the end every
warning, every end passed and every notice is compared, ticket by ticket, with what `year_walk.py` says had to be given:
a calculation that shares no code with the product.

    python -m bench.year --tickets 20000

An installation of its own, removed at the end. Two processes share the year, each with an organisation. Exit code 1
when anything was given twice, or not at all.
"""

from __future__ import annotations

import argparse
import heapq
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .year_walk import Life

DAYS = 365
FIRST = date(2026, 1, 1)
#: Shares of what becomes of a ticket, in percent.
SUSPENDED, WARNED_OF_REFUSAL, EXTENDED, NEVER_CLOSED = 15, 10, 10, 5
CUSTOMERS = 200


@dataclass
class Figures:
    tickets: int = 0
    ticked: int = 0
    seconds: float = 0.0
    tick_seconds: float = 0.0
    processor: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        took = f"{self.seconds:.0f} s, of which the tick {self.tick_seconds:.0f} s"
        took += f"; {self.processor:.0f} s of processor time without the database's"
        rows = [f"{self.tickets} tickets, {DAYS} days: {took}"]
        rows += [f"  {name}: {count}" for name, count in sorted(self.given.items())]
        return "\n".join([*rows, f"given twice or not at all: {len(self.wrong)}", *self.wrong[:20]])

    def add(self, other: Figures) -> None:
        self.tickets, self.ticked = self.tickets + other.tickets, self.ticked + other.ticked
        self.seconds = max(self.seconds, other.seconds)
        self.tick_seconds += other.tick_seconds
        self.processor += other.processor
        self.given += other.given
        self.wrong += other.wrong


class Year:
    """A year. `open_some` opens so many tickets under rules that have both suspensions and an interim reply."""

    def __init__(
        self, organisation: Any, member: Any, open_some: Callable[[int], Sequence[Any]], seed: int = 1
    ) -> None:
        self.organisation, self.member, self.open_some = organisation, member, open_some
        self.chance = random.Random(seed)
        self.to_come: list[tuple[int, int, str, int]] = []
        self.count = 0
        self.figures = Figures()
        self.lives: dict[int, Life] = {}

    def run(self, tickets: int, say: Callable[[str], None] = lambda words: None) -> Figures:
        from sportello.foundation.tenancy import clock

        began, worked = time.monotonic(), time.process_time()
        for day in range(DAYS):
            morning = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=8)
            clock.move_to(self.organisation, morning)
            self._open(day, tickets * (day + 1) // DAYS - tickets * day // DAYS)
            while self.to_come and self.to_come[0][0] <= day:
                _day, _order, act, ticket_id = heapq.heappop(self.to_come)
                self._act(act, ticket_id)
            if day % 10 != 9:  # every tenth day no worker is there
                self._tick()
            if day % 30 == 29:
                say(f"day {day + 1}: {self.figures.tickets} tickets, {time.monotonic() - began:.0f} s")
        clock.move_to(self.organisation, morning + timedelta(days=1))
        self._tick()
        self.figures.seconds = time.monotonic() - began
        self.figures.processor = time.process_time() - worked
        self._check()
        return self.figures

    def _tick(self) -> None:
        """Only this organisation's: another process has its own days."""
        from sportello.records.tickets import tick

        start, at = time.monotonic(), self._now()
        for life in self.lives.values():
            life.tick(at)
        while did := tick.work(self.organisation.pk):
            self.figures.ticked += did
        self.figures.tick_seconds += time.monotonic() - start

    def _open(self, day: int, count: int) -> None:
        if not count:
            return
        for ticket in self.open_some(count):
            self.figures.tickets += 1
            self.lives[ticket.pk] = Life(ticket.opened_at)
            self._plan(day, ticket.pk)

    def _plan(self, day: int, ticket_id: int) -> None:
        chance = self.chance
        lot = chance.randrange(100)
        if lot < SUSPENDED:
            self._later(day + chance.randint(1, 20), "suspend", ticket_id)
        elif lot < SUSPENDED + WARNED_OF_REFUSAL:
            self._later(day + chance.randint(1, 25), "warn", ticket_id)  # nobody answers: it ends by itself
        elif lot < SUSPENDED + WARNED_OF_REFUSAL + EXTENDED:
            self._later(day + chance.randint(5, 28), "extend", ticket_id)
        if chance.randrange(100) < 70:
            self._later(day + chance.randint(0, 6), "answer", ticket_id)
        if chance.randrange(100) >= NEVER_CLOSED:
            self._later(day + int(chance.gammavariate(2.0, 12.0)), "close", ticket_id)

    def _later(self, day: int, act: str, ticket_id: int) -> None:
        self.count += 1
        heapq.heappush(self.to_come, (day, self.count, act, ticket_id))

    def _act(self, act: str, ticket_id: int) -> None:
        """Do it, and note it; refused is what the note says had to be refused."""
        from sportello.foundation.core.errors import Refusal

        at, life = self._now(), self.lives[ticket_id]
        allowed = life.allows(act, at)
        try:
            self._do(act, ticket_id, at)
        except Refusal as refusal:
            self.figures.given["acts refused (closed, too late)"] += 1
            if allowed:
                self.figures.wrong.append(f"ticket {ticket_id}: {act} refused at {at}: {refusal}")
            return
        if not allowed:
            self.figures.wrong.append(f"ticket {ticket_id}: {act} allowed at {at}")
        life.happened(act, at)
        if act == "suspend":
            self._later((at.date() - FIRST).days + self.chance.randint(1, 25), "resume", ticket_id)

    def _do(self, act: str, ticket_id: int, at: datetime) -> None:
        from sportello.records.tickets.actions import ending, messages, terms
        from sportello.records.tickets.models import Ticket

        by, ticket = self.member, Ticket.objects.select_related("organisation", "procedure").get(pk=ticket_id)
        if act == "suspend":
            terms.suspend(ticket, "missing_facts", by=by, reason="Manca un dato.", document="prot. 1", at=at)
        elif act == "resume":
            terms.resume(ticket, by=by, at=at)
        elif act == "warn":
            terms.suspend(ticket, "refusal_warning", by=by, reason="Manca il requisito.", at=at)
        elif act == "extend":
            terms.extend(ticket, by=by, reason="Serve un parere.", sort="interim", at=at)
        elif act == "answer":
            messages.answer(ticket, by, "Ecco.", base_position=ticket.last_public_position, at=at)
        else:
            ending.close(ticket, by=by, outcome="solved", reason="Fatto.", at=at)

    def _now(self) -> datetime:
        from sportello.foundation.tenancy import clock

        return clock.now(self.organisation)

    def _check(self) -> None:
        """Every ticket's warnings, ends and notices as they stand in journal, ledger and letters."""
        from sportello.foundation.journal.models import Event
        from sportello.records.tickets.models import Message, Moment, Notice

        mine = {"organisation": self.organisation}
        told: dict[int, Counter[tuple[str, datetime]]] = {}
        for subject, verb, payload in Event.objects.filter(
            organisation_id=self.organisation.pk, verb__in=("ticket.warned", "ticket.term_missed")
        ).values_list("subject_id", "verb", "payload").iterator():
            what = payload["whom"] if verb == "ticket.warned" else "missed"
            told.setdefault(subject, Counter())[what, datetime.fromisoformat(payload["happened"])] += 1
        given = _counted(Notice.objects.filter(**mine, state="given").values_list("ticket_id", "moment"))
        letters = _counted(
            Message.objects.filter(**mine).exclude(notice_moment="").values_list("entry__ticket_id", "notice_moment")
        )
        done = _counted(Moment.objects.filter(**mine, done_at__isnull=False).exclude(sort="lapse")
                        .values_list("ticket_id", "sort"))  # fmt: skip
        for ticket_id, life in self.lives.items():
            had_to = Counter(life.given)
            self._same(f"ticket {ticket_id}, warnings", told.get(ticket_id, Counter()), had_to)
            self._same(f"ticket {ticket_id}, notices", given.get(ticket_id, Counter()), life.notices)
            self._same(f"ticket {ticket_id}, letters", letters.get(ticket_id, Counter()), life.notices)
            kept = sum(done.get(ticket_id, Counter()).values())
            if kept != had_to.total():
                self.figures.wrong.append(f"ticket {ticket_id}: {kept} moments kept, {had_to.total()} happened")
            for (what, _at), count in had_to.items():
                self.figures.given["end missed" if what == "missed" else f"warning to {what}"] += count
            for moment, count in life.notices.items():
                self.figures.given[f"notice {moment}"] += count
        if Moment.objects.filter(**mine, next_moment_at__lte=self._now()).exists():
            self.figures.wrong.append("something due was left")

    def _same(self, about: str, found: Counter[Any], had_to: Counter[Any]) -> None:
        if found != had_to:
            self.figures.wrong.append(f"{about}: too many {dict(found - had_to)}, too few {dict(had_to - found)}")


def _counted(pairs: Any) -> dict[int, Counter[str]]:
    counted: dict[int, Counter[str]] = {}
    for ticket_id, what in pairs.iterator():
        counted.setdefault(ticket_id, Counter())[what] += 1
    return counted


def opener(
    organisation: Any, kinds: Sequence[Any], team: Any, customers: int = CUSTOMERS
) -> Callable[[int], list[Any]]:
    """Opens tickets by mail, in turn of these kinds and of so many customers, those of a day in one transaction as
    intake does."""
    from django.db import transaction

    from sportello.foundation.core.together import together
    from sportello.foundation.journal import actor
    from sportello.records.customers.actions.registering import find_or_add
    from sportello.records.tickets.actions.opening import Opening, open_ticket
    from sportello.records.tickets.prepared import Prepared
    from sportello.records.tickets.words import Words

    people = []
    for number in range(customers):
        address = f"persona{number}@example.org"
        people.append((address, find_or_add(
            organisation, name=f"Persona {number}", identities=[("email", address)], language="it", actor=actor.MACHINE
        )))  # fmt: skip
    opened = [0]

    def some(count: int) -> list[Any]:
        prepared, made = Prepared(organisation), []
        with transaction.atomic(), together("year", count), prepared.openings(count):
            for _ in range(count):
                address, customer = people[opened[0] % customers]
                kind = kinds[opened[0] % len(kinds)]
                opened[0] += 1
                words = Words(text="Buongiorno, aspetto una risposta.", sender_address=address, language="it")
                opening = Opening(
                    kind=kind, team=team, channel="email", subject="Mensa", language="it", customer=customer,
                    words=words, address=address, prepared=prepared, arrives=True,
                )  # fmt: skip
                made.append(open_ticket(organisation, opening, actor.customer(customer.pk)).ticket)
        return made

    return some


def _share(slug: str, tickets: int, seed: int) -> Figures:
    """A process's part of the year: one organisation."""
    from django.db import connections

    connections.close_all()
    from sportello.foundation.tenancy.models import Organisation
    from sportello.records.accounts.models import Membership
    from sportello.records.procedures.models import Kind
    from sportello.service.routing.actions import team_for

    organisation = Organisation.objects.get(slug=slug)
    kinds = list(Kind.objects.filter(organisation=organisation).exclude(family="complaint").order_by("id"))[:1] * 4
    kinds += list(Kind.objects.filter(organisation=organisation, family="complaint"))[:1]
    member = Membership.objects.select_related("user").filter(organisation=organisation, role="operator").first()
    some = opener(organisation, kinds, team_for(organisation, kinds[0]).team)
    year = Year(organisation, member, some, seed)
    return year.run(tickets, lambda words: print(f"{slug}: {words}", file=sys.stderr, flush=True))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    from .place import installation

    with installation():
        from tests.cast import assemble
        from tests.unit.tickets.terms_scene import RULES, rules_for_all

        cast = assemble()
        rules_for_all(RULES, cast.borgo, cast.bottega)
        half = args.tickets // 2
        from django.db import connections

        connections.close_all()
        shares = [("borgo", args.tickets - half, args.seed), ("bottega", half, args.seed + 1)]
        figures = Figures()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for part in pool.starmap(_share, shares):
                figures.add(part)
        print(figures)
        print(f"load average of five minutes: {os.getloadavg()[1]:.1f}")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

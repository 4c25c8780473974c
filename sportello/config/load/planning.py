"""What is to be loaded: chunks of tickets in their order of time, each with its instants and its numbers."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

#: Tickets of one transaction: readers of the journal wait for its end, so that it must be short.
CHUNK = 500
_DRAW = (
    "INSERT INTO tickets_ticketcounter (organisation_id, year, last) VALUES (%s, %s, %s)"
    " ON CONFLICT (organisation_id, year) DO UPDATE SET last = tickets_ticketcounter.last + %s RETURNING last"
)


def several() -> int:
    """How many processes: one more than there are cores, as now and then one waits for the log to be written."""
    return min(8, os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Plan:
    """`days` is how long the organisation is to have been at work by then."""

    tickets: int
    messages: float
    seed: int
    processes: int = 2
    days: int = 365
    #: Entries of one long ticket, and tickets of one customer who writes often; 0: none such.
    long: int = 0
    busy: int = 0

    @property
    def chunks(self) -> int:
        return -(-self.tickets // CHUNK)

    def chance(self, chunk: int) -> random.Random:
        return random.Random(f"{self.seed} chunk {chunk}")  # noqa: S311 - texts that repeat, no secret

    def instants(self, chunk: int, now: datetime) -> list[datetime]:
        """When the tickets of a chunk were opened, in their order; chunks follow each other in time."""
        chance = random.Random(f"{self.seed} instants {chunk}")  # noqa: S311 - as above
        count = min(CHUNK, self.tickets - chunk * CHUNK)
        whole = timedelta(days=self.days).total_seconds()
        start = now.replace(microsecond=0) - timedelta(seconds=whole)
        first, last = whole * chunk * CHUNK / self.tickets, whole * (chunk * CHUNK + count) / self.tickets
        return sorted(start + timedelta(seconds=int(first + (last - first) * chance.random())) for _ in range(count))


class Numbers:
    """Ticket numbers of a whole load, drawn at once; what is not used in the end leaves gaps, which are allowed."""

    def __init__(self, organisation: Organisation, plan: Plan, now: datetime) -> None:
        self._zone = clock.zone(organisation)
        by_chunk = [self._years(plan.instants(chunk, now)) for chunk in range(plan.chunks)]
        total: Counter[int] = sum(by_chunk, Counter())
        start: Counter[int] = Counter({year: _draw(organisation, year, count) for year, count in sorted(total.items())})
        self._starts: list[Counter[int]] = []
        for years in by_chunk:
            self._starts.append(Counter(start))
            start.update(years)

    def of(self, chunk: int, instants: list[datetime]) -> Iterator[tuple[datetime, str]]:
        following = Counter(self._starts[chunk])
        for at in instants:
            year = at.astimezone(self._zone).year
            yield at, f"{year}-{following[year]:07d}"
            following[year] += 1

    def _years(self, instants: list[datetime]) -> Counter[int]:
        """How many fall in each year; nearly always all in one."""
        first, last = (at.astimezone(self._zone).year for at in (instants[0], instants[-1]))
        if first == last:
            return Counter({first: len(instants)})
        return Counter(at.astimezone(self._zone).year for at in instants)


def _draw(organisation: Organisation, year: int, count: int) -> int:
    """The first of `count` numbers of a year."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DRAW, [organisation.pk, year, count, count])
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def one_number(organisation: Organisation, at: datetime) -> str:
    year = clock.local(organisation, at).year
    return f"{year}-{_draw(organisation, year, 1):07d}"

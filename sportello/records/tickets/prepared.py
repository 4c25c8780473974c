"""What every opening of one organisation asks again: the version in force, its opening hours as kept, decreed
standstills, the texts of notices. Read once by whoever opens many in a row (mail keeps it while the organisation's
set-up has the same mark); who opens one ticket takes a fresh one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property

from django.db import connection, transaction

from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind, OfficeCalendar, Procedure
from sportello.records.procedures.queries import NoticeText, notice_text, procedure_for

from .models import GlobalSuspension, KeptCalendar

_DRAW = (
    "INSERT INTO tickets_ticketcounter (organisation_id, year, last) VALUES (%s, %s, %s)"
    " ON CONFLICT (organisation_id, year) DO UPDATE SET last = tickets_ticketcounter.last + %s RETURNING last"
)


class Prepared:
    """Rows of one organisation, kept as long as the instance lives: no longer than its set-up stays as it is, and only
    where the transaction that read them was not undone."""

    def __init__(self, organisation: Organisation, taken: dict[int, list[int]] | None = None) -> None:
        """`taken`: numbers `take_ahead` took, by year; kept by who opens many."""
        self._organisation = organisation
        self._procedures: dict[tuple[int, date], Procedure] = {}
        self._calendars: dict[int, KeptCalendar] = {}
        self._texts: dict[tuple[str, str], NoticeText] = {}
        self._numbers: dict[int, list[int]] = {}
        self._ahead = 1
        self._taken = taken if taken is not None else {}
        self._used: Counter[int] = Counter()

    def procedure(self, kind: Kind, day: date) -> Procedure:
        """The version in force on `day`; LookupError when there is none."""
        if (kind.pk, day) not in self._procedures:
            self._procedures[kind.pk, day] = procedure_for(kind, day)
        return self._procedures[kind.pk, day]

    def calendar(self, office: OfficeCalendar) -> KeptCalendar:
        """The row that keeps these opening hours."""
        if office.pk not in self._calendars:
            self._calendars[office.pk] = KeptCalendar.of(office)
        return self._calendars[office.pk]

    def notice(self, moment: str, language: str) -> NoticeText:
        """The text of a notice before its variables are filled."""
        if (moment, language) not in self._texts:
            self._texts[moment, language] = notice_text(self._organisation, moment, language)
        return self._texts[moment, language]

    @contextmanager
    def openings(self, count: int) -> Iterator[None]:
        """So many tickets are opened in this block, in one transaction: their numbers are drawn at once."""
        self._ahead = max(1, count)
        try:
            yield
        finally:  # numbers of a transaction that was undone are given to others
            self._ahead = 1
            self._numbers.clear()

    def number(self, year: int) -> str:
        """`2026-0004213`. The row lock of the counter is held until the transaction ends, unless it was taken ahead."""
        self._used[year] += 1
        if taken := self._taken.get(year):
            return f"{year}-{taken.pop(0):07d}"
        drawn = self._numbers.setdefault(year, [])
        if not drawn:
            with connection.cursor() as cursor:
                cursor.execute(_DRAW, [self._organisation.pk, year, self._ahead, self._ahead])
                (last,) = cursor.fetchone()
            drawn += range(last - self._ahead + 1, last + 1)
        return f"{year}-{drawn.pop(0):07d}"

    def take_ahead(self) -> None:
        """Half as many numbers again as were used since the last time, in a transaction of its own, for who opens
        hundreds in a row: they would hold the counter nearly always, and others wait. As many as were used were too few
        each second time. What is not used is there the next time, and leaves gaps in the end.

        Its commit is not waited for: no ticket with such a number can be on disk before it.
        """
        used, self._used = self._used, Counter()
        for year, count in used.items():
            missing = count + count // 2 + 1 - len(self._taken.setdefault(year, []))
            if missing > 0:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO off")
                    cursor.execute(_DRAW, [self._organisation.pk, year, missing, missing])
                    (last,) = cursor.fetchone()
                self._taken[year] += range(last - missing + 1, last + 1)

    def forget_used(self) -> None:
        """Nobody waits: how many were used says nothing of the next round."""
        self._used.clear()

    @cached_property
    def standstills(self) -> list[GlobalSuspension]:
        """Every decreed standstill that was not withdrawn; an organisation has a handful in a lifetime."""
        return list(GlobalSuspension.objects.filter(organisation=self._organisation, withdrawn_at__isnull=True))

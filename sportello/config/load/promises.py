"""Terms and their moments, counted by the product and remembered by the day they begin on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from sportello.foundation.tenancy import clock
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import count_term
from sportello.records.tickets import moments, terms
from sportello.records.tickets.models import Term, Ticket

from .lines import NULL, escaped
from .office import Office, Way

_EVER = datetime(1, 1, 2, tzinfo=UTC)
#: The step of a term in hours that tells its beginning, as `escaped(json.dumps(...))` would write it.
_BEGUN = '[["from_instant", {{"instant": "{}"}}], {}'
_HOURS = "open_hours"


@dataclass(frozen=True)
class Awaited:
    """A moment to come. `next` is when the tick looks at it."""

    next: datetime
    at: datetime
    due: datetime
    sort: str
    code: str
    whom: str
    term: str


@dataclass(frozen=True)
class Promise:
    """A term as a row wants it; `steps` ready for COPY."""

    kind: str
    due: datetime
    safe: datetime
    value: int
    unit: str
    roll: str
    calendar_id: int
    steps: str
    source: str
    #: Before it nothing is awaited; then what `awaited` says.
    first: datetime
    awaited: Callable[[], tuple[Awaited, ...]]


@dataclass(frozen=True)
class Hours:
    """A first answer's hours counted from an instant while the office is closed: the same from all instants after it
    until it opens. `steps` are those after the beginning, ready for COPY."""

    since: datetime
    opens: datetime
    due: datetime
    safe: datetime
    steps: str
    first: datetime


class Promises:
    """Of one organisation. A term in days ends with its day whatever the hour it began at."""

    def __init__(self, office: Office) -> None:
        self._office, self._prepared = office, office.prepared
        self._conclusions: dict[tuple[int, date], Promise] = {}
        self._zone = clock.zone(office.organisation)
        #: By hours and calendar, the last of each: tickets come in the order of their instants.
        self._closed: dict[tuple[float, int], Hours] = {}
        #: By procedure: the row that keeps its opening hours, and these; a row would read them from its text each time.
        self._calendars: dict[int, tuple[int, Calendar]] = {}

    def of(self, way: Way, at: datetime) -> list[Promise]:
        """What is promised to who asks `at`, the conclusion first."""
        day = at.astimezone(self._zone).date()
        conclusion = self._conclusions.get((way.kind.id, day))
        if conclusion is None:
            conclusion = self._counted(way, at)
            if conclusion.unit != _HOURS:
                self._conclusions[way.kind.id, day] = conclusion
        answer = self._first_answer(way, at)
        return [conclusion] if answer is None or answer.due >= conclusion.due else [conclusion, answer]

    def _counted(self, way: Way, at: datetime) -> Promise:
        organisation = self._office.organisation
        ticket = Ticket(organisation=organisation, kind=way.kind)
        term = terms.promised_by(ticket, way.procedure, at, self._prepared)[0]
        return self._promise(term, self._calendar(way)[1])

    def _first_answer(self, way: Way, at: datetime) -> Promise | None:
        """Its moments are looked up when they are needed: nearly every ticket is answered before the first of them."""
        hours = way.procedure.first_answer_hours
        if not hours:
            return None
        calendar_id, calendar = self._calendar(way)
        kind = Term.Kind.FIRST_ANSWER
        counted = self._closed.get((hours, calendar_id))
        if counted is None or not counted.since <= at < counted.opens:
            counted = _hours(at, hours, calendar)
            self._closed[hours, calendar_id] = counted
        due, safe = counted.due, counted.safe
        return Promise(
            kind.value, due, safe, hours, _HOURS, "none", calendar_id,
            _BEGUN.format(at.astimezone(UTC).isoformat(), counted.steps), "", counted.first,
            lambda: _awaited(Term(kind=kind, due_at=due, safe_due_at=safe), calendar),
        )  # fmt: skip

    def _calendar(self, way: Way) -> tuple[int, Calendar]:
        found = self._calendars.get(way.procedure.id)
        if found is None:
            row = self._prepared.calendar(way.procedure.calendar)
            found = self._calendars[way.procedure.id] = row.pk, row.calendar
        return found

    def _promise(self, term: Term, calendar: Calendar) -> Promise:
        awaited = _awaited(term, calendar)
        return Promise(
            str(term.kind), term.due_at, term.safe_at, term.value or 0, term.unit, term.roll, term.calendar_id or 0,
            escaped(json.dumps(term.steps)), escaped(term.source), awaited[0].next, lambda: awaited,
        )  # fmt: skip


def _hours(at: datetime, hours: float, calendar: Calendar) -> Hours:
    counted = count_term(at, hours, _HOURS, calendar, "none")
    before = [one for one in moments.TERM_WARNINGS[Term.Kind.FIRST_ANSWER] if one.when == "before"]
    first = min((moments.warn_at(one, calendar, counted.safe_due) for one in before), default=counted.due)
    further = [[code, facts] for code, facts in counted.lines if code != "from_instant"]
    opens = at if calendar.is_open(at) else calendar.next_open(at)
    return Hours(at, opens, counted.due, counted.safe_due, escaped(json.dumps(further))[1:], first)


def _awaited(term: Term, calendar: Calendar) -> tuple[Awaited, ...]:
    """As `terms.begin` plans them, from ever on; who lives by them leaves out what lies before its beginning."""
    planned = moments.of_term(term, calendar, _EVER)
    found = (
        Awaited(one.next_moment_at or one.at, one.at, one.due_at, one.sort, one.code, one.whom, str(term.kind))
        for one in planned
    )
    return tuple(sorted(found, key=lambda one: one.next))


@lru_cache(maxsize=4_000)
def shown(instant: datetime | None) -> str:
    """An instant as COPY takes it. What ends with a day or was just asked for is not written anew."""
    return NULL if instant is None else instant.isoformat()

"""How much there is to do, by team, and what a week brought: totals of teams, never of a person.

Figures about one colleague's work are that colleague's (L. 300/1970, art. 4): nothing here groups by owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils import timezone

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.models import Kind

from ..models import Closure, Term, Ticket
from .work_lists import day_ends


@dataclass(frozen=True)
class TeamLoad:
    """What a team has open at this instant."""

    team_id: int
    names: dict[str, str]
    open: int
    unassigned: int
    waiting: int
    due_today: int
    overdue: int
    #: The oldest word of a customer without an answer; None when none waits.
    oldest: datetime | None


def loads(organisation: Organisation) -> list[TeamLoad]:
    """Every team in use, the fullest first; two queries, the second over open tickets only."""
    now, tomorrow = clock.now(organisation), day_ends(organisation)
    rows = {
        row["team_id"]: row
        for row in Ticket.objects.filter(organisation=organisation)
        .open()
        .values("team_id")
        .annotate(
            open=Count("pk"),
            unassigned=Count("pk", filter=Q(owner__isnull=True)),
            waiting=Count("pk", filter=Q(unanswered_since__isnull=False)),
            due_today=Count("pk", filter=Q(next_promise_at__gte=now, next_promise_at__lt=tomorrow)),
            overdue=Count("pk", filter=Q(next_promise_at__lt=now)),
            oldest=Min("unanswered_since"),
        )
        .order_by()
    }
    teams = Team.objects.filter(organisation=organisation)
    found = [_load(team, rows.get(team.pk)) for team in teams if team.is_active or team.pk in rows]
    return sorted(found, key=lambda load: (-load.overdue, -load.waiting, -load.open, load.team_id))


def _load(team: Team, row: Mapping[str, Any] | None) -> TeamLoad:
    if row is None:
        return TeamLoad(team.pk, team.names, 0, 0, 0, 0, 0, None)
    return TeamLoad(team.pk, team.names, row["open"], row["unassigned"], row["waiting"], row["due_today"],
                    row["overdue"], row["oldest"])  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of a week: how many, and last week's as comparison. `code` where no row names it."""

    code: str
    names: dict[str, str]
    count: int
    before: int


@dataclass(frozen=True)
class Answered:
    """First answers to what a team got in the week. `median` and `slowest_tenth` in seconds of opening hours."""

    names: dict[str, str]
    asked: int
    answered: int
    within: int
    median: float | None
    slowest_tenth: float | None

    @property
    def share(self) -> int | None:
        """Of what was answered, how much within its target, in whole percent."""
        return round(100 * self.within / self.answered) if self.answered else None


@dataclass(frozen=True)
class Week:
    """Monday to Sunday on the organisation's wall calendar."""

    first: date
    opened: int
    opened_before: int
    closed: int
    closed_before: int
    kinds: list[Line] = field(default_factory=list)
    channels: list[Line] = field(default_factory=list)
    teams: list[Line] = field(default_factory=list)
    outcomes: list[Line] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def week_of(organisation: Organisation, day: date) -> Week:
    """The week that holds `day`; each figure counts the instants of its own events. Six queries over two weeks."""
    first = day - timedelta(days=day.weekday())
    span, before = _span(organisation, first), _span(organisation, first - timedelta(days=7))
    kinds = {row.pk: row.names for row in Kind.objects.filter(organisation=organisation)}
    teams = {row.pk: row.names for row in Team.objects.filter(organisation=organisation)}
    opened = _opened(organisation, span, before)
    outcomes = _outcomes(organisation, span, before)
    return Week(
        first,
        sum(row["now"] for row in opened),
        sum(row["before"] for row in opened),
        sum(line.count for line in outcomes),
        sum(line.before for line in outcomes),
        _grouped(opened, "kind_id", kinds),
        _grouped(opened, "channel", {}),
        _grouped(opened, "team_id", teams),
        outcomes,
        _answers(organisation, span, teams),
    )


Span = tuple[datetime, datetime]


def _span(organisation: Organisation, first: date) -> Span:
    zone = clock.zone(organisation)
    start, end = (timezone.make_aware(datetime.combine(day, time.min), zone) for day in (first, first + timedelta(7)))
    return start, end


def _opened(organisation: Organisation, span: Span, before: Span) -> list[Mapping[str, Any]]:
    """By kind, channel and team together: at most some hundreds of rows, added up three ways."""
    tickets = Ticket.objects.filter(organisation=organisation, opened_at__gte=before[0], opened_at__lt=span[1])
    rows: Iterable[Any] = (
        tickets.values("kind_id", "channel", "team_id")
        .annotate(
            now=Count("pk", filter=Q(opened_at__gte=span[0])), before=Count("pk", filter=Q(opened_at__lt=span[0]))
        )
        .order_by()
    )
    return list(rows)


def _grouped(rows: Sequence[Mapping[str, Any]], column: str, names: dict[Any, dict[str, str]]) -> list[Line]:
    sums: dict[Any, list[int]] = {}
    for row in rows:
        both = sums.setdefault(row[column], [0, 0])
        both[0] += row["now"]
        both[1] += row["before"]
    lines = [Line(str(code), names.get(code, {}), count, earlier) for code, (count, earlier) in sums.items()]
    return sorted(lines, key=lambda line: (-line.count, -line.before, line.code))


def _outcomes(organisation: Organisation, span: Span, before: Span) -> list[Line]:
    closures = Closure.objects.filter(organisation=organisation, closed_at__gte=before[0], closed_at__lt=span[1])
    rows: Iterable[Any] = (
        closures.values("outcome")
        .annotate(
            now=Count("pk", filter=Q(closed_at__gte=span[0])), before=Count("pk", filter=Q(closed_at__lt=span[0]))
        )
        .order_by()
    )
    return _grouped(list(rows), "outcome", {})


def _answers(organisation: Organisation, span: Span, teams: dict[int, dict[str, str]]) -> list[Answered]:
    """Of what came in the week. Open time is counted by the hours each term was counted by: in Python, some thousand
    rows a week."""
    terms = (
        Term.objects.filter(ticket__organisation=organisation, ticket__opened_at__gte=span[0],
                            ticket__opened_at__lt=span[1], kind=Term.Kind.FIRST_ANSWER)
        .select_related("calendar")
        .annotate(team_id=F("ticket__team_id"))
    )  # fmt: skip
    by_team: dict[int, list[Term]] = {}
    for term in terms:
        by_team.setdefault(term.team_id, []).append(term)
    found = [_answered(teams.get(team, {}), waiting) for team, waiting in by_team.items()]
    return sorted(found, key=lambda one: -one.asked)


def _answered(names: dict[str, str], terms: list[Term]) -> Answered:
    met = [(term, term.met_at) for term in terms if term.met_at is not None]
    took = sorted(_open_seconds(term, instant) for term, instant in met)
    within = sum(not term.is_late for term, _instant in met)
    slow = took[min(len(took) - 1, -(-len(took) * 9 // 10) - 1)] if took else None
    return Answered(names, len(terms), len(met), within, median(took) if took else None, slow)


def _open_seconds(term: Term, until: datetime) -> float:
    if term.calendar is None:  # written before calendars were kept
        return (until - term.starts_at).total_seconds()
    calendar: Calendar = term.calendar.calendar
    return max(0.0, calendar.between(term.starts_at, until))

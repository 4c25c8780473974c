"""From a definition and what happened to dates: when each thing is due, and why. Pure.

What happens is told by `Happening`s, in any order:
- `suspend` with its cause (a code of the definition's suspensions) stops the term; `answer` is what it waited for
  (observations, an opposition, documents); `restart` ends it by hand. Without either it goes on when the cause's
  window or limit ends, and with neither of those the term stands still;
- `interim` is the interim reply, which gives the term its longer length from the same start;
- any event of `definition.EVENTS` gives the day from which a term or a remedy is counted.

Suspensions that a law dictated for everyone stand in the calendar and are taken for terms of its domains. House
rules (confidence H) are never stopped by them. Raises ReckoningError with a sentence for what the rule forbids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sportello.records.procedures.calendar import Calendar, CalendarError
from sportello.records.procedures.counting import Counted, Facts, Line, Pause, count_term
from sportello.records.procedures.definition import EVENTS, Definition, Remedy, ServiceLevel, Span, Suspension, TermRule

#: What a Happening may be besides the events of a definition.
ACTS: Final = ("suspend", "restart", "answer", "interim")
#: Codes of lines this module adds to those of `counting.LINES`, with their facts.
LINES: Final = {
    "interim": ("given", "value", "unit"),
    "interrupted": ("cause", "stop", "restart"),
    "answered": ("cause", "day", "restart"),
    "window_closed": ("cause", "day"),
    "too_late": ("cause", "day"),
    "capped": ("cause", "limit", "day"),
    "standing": ("cause", "day"),
    "withheld": ("cause", "day"),
    "may_wait": ("cause",),
    "safe": ("day",),
}


class ReckoningError(ValueError):
    """What was asked, the procedure does not allow; `str()` says why."""


@dataclass(frozen=True)
class Happening:
    event: str
    at: datetime
    cause: str = ""


@dataclass(frozen=True)
class Due:
    """One date of a procedure. `counted` is None while the term stands still or its event has not come."""

    rule: TermRule
    counted: Counted | None
    lines: tuple[Line, ...]
    start: datetime | None

    @property
    def shown_day(self) -> date | None:
        """The day to show first: ours the safe one, the customer's and a third party's the one it moved to."""
        if self.counted is None:
            return None
        return self.counted.safe_day if self.rule.on == "us" else self.counted.due_day


@dataclass(frozen=True)
class RemedyDates:
    """When a remedy opens and closes; None: not yet known, or without limit."""

    remedy: Remedy
    opens: date | None
    closes: date | None


@dataclass(frozen=True)
class Stops:
    """The stops of a term: counted ones, the start after an interruption, and one that nothing has ended."""

    pauses: tuple[Pause, ...] = ()
    start: datetime | None = None
    standing: tuple[str, datetime] | None = None
    #: Causes that withhold, each with the day its answer came (None: not yet).
    withheld: tuple[tuple[str, date | None], ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Reckoning:
    main: Due
    others: tuple[Due, ...] = ()
    remedies: tuple[RemedyDates, ...] = ()
    levels: tuple[Due, ...] = field(default=())


def reckon(
    definition: Definition, calendar: Calendar, received: datetime, happenings: Iterable[Happening] = ()
) -> Reckoning:
    """Every date that follows from `received` and what happened since."""
    happened = sorted(happenings, key=lambda each: each.at)
    instants = {each.event: each.at for each in happened if each.event in EVENTS}
    instants.setdefault("received", received)
    start = instants.setdefault(definition.start_event, received)
    main = main_term(definition, calendar, start, happened)
    if main.counted is not None:
        instants.setdefault("due", main.counted.due)
    others = tuple(_plain(rule, calendar, instants, definition) for rule in definition.deadlines)
    levels = tuple(
        _level(each, calendar, received) for each in definition.service_levels
        if each.code in ("first_answer", "total", "work")
    )
    remedies = tuple(remedy_dates(each, calendar, instants) for each in definition.remedies)
    return Reckoning(main, others, remedies, levels)


def main_term(
    definition: Definition, calendar: Calendar, start: datetime, happened: Sequence[Happening] = ()
) -> Due:
    """The definition's main term from `start`, with every stop and the interim reply that came in time."""
    _known(definition, happened)
    stops = stops_of(definition, calendar, start, happened)
    rule = definition.term
    told: list[Line] = list(stops.lines)
    begins = stops.start or start
    pauses = (*stops.pauses, *global_pauses(definition, calendar))
    interims = [each for each in happened if each.event == "interim"]
    if interims:
        rule, line = _extended(definition, calendar, begins, pauses, interims)
        told.append(line)
    if stops.standing is not None:
        cause, since = stops.standing
        told.append(("standing", {"cause": cause, "day": calendar.local_day(since).isoformat()}))
        return Due(rule, None, tuple(told), begins)
    return _withheld(_due(rule, calendar, begins, pauses, told), stops, calendar)


def global_pauses(definition: Definition, calendar: Calendar) -> tuple[Pause, ...]:
    """The stops a law dictated to every term of the definition's domain, both days of it not counted."""
    if definition.confidence == "H":
        return ()
    return tuple(
        Pause(_last_moment(each.first - timedelta(days=1), calendar), _last_moment(each.last, calendar), each.cause)
        for each in calendar.data.suspensions
        if not each.domains or definition.domain in each.domains
    )


def stops_of(
    definition: Definition, calendar: Calendar, start: datetime, happened: Sequence[Happening]
) -> Stops:
    """The stops that `suspend`, `answer` and `restart` make under the definition's rules."""
    pauses: list[Pause] = []
    lines: list[Line] = []
    begins: datetime | None = None
    used: set[str] = set()
    standing: tuple[str, datetime] | None = None
    withheld: list[tuple[str, date | None]] = []
    for place, each in enumerate(happened):
        if each.event != "suspend":
            continue
        rule = _allowed(definition, calendar, each, used, start, standing, pauses)
        used.add(rule.code)
        if rule.effect == "withholds":
            came = _what_came(rule, calendar, None, happened[place + 1:], [])
            withheld.append((rule.code, calendar.local_day(came) if came else None))
            continue
        ends = _end_of(rule, calendar, each.at, happened[place + 1:], lines)
        if ends is None:
            standing = rule.code, each.at
        elif rule.effect == "interrupts":
            begins, pauses = ends, []
            lines.append(("interrupted", {
                "cause": rule.code, "stop": _iso(each.at, calendar), "restart": _iso(ends, calendar),
            }))
        else:
            pauses.append(Pause(each.at, ends, rule.code))
    return Stops(tuple(pauses), begins, standing, tuple(withheld), tuple(lines))


def remedy_dates(remedy: Remedy, calendar: Calendar, instants: dict[str, datetime]) -> RemedyDates:
    """From when and until when `remedy` is open, as far as what happened tells."""
    opens = span_end(remedy.opens, calendar, instants)
    if remedy.on_poor_answer and "answered" in instants:
        answered = calendar.local_day(instants["answered"])
        opens = min(opens, answered) if opens else answered
    return RemedyDates(remedy, opens, span_end(remedy.closes, calendar, instants))


def span_end(span: Span | None, calendar: Calendar, instants: dict[str, datetime]) -> date | None:
    """The day a span leads to; None when its event has not come."""
    if span is None or span.after not in instants:
        return None
    return count_term(instants[span.after], span.value, span.unit, calendar, span.roll).due_day


def _plain(rule: TermRule, calendar: Calendar, instants: dict[str, datetime], definition: Definition) -> Due:
    start = instants.get(rule.after or definition.start_event)
    if start is None:
        return Due(rule, None, (), None)
    return _due(rule, calendar, start, (), [])


def _level(level: ServiceLevel, calendar: Calendar, received: datetime) -> Due:
    """A target of the house; one that its opening hours never reach has no date, and stops nothing else."""
    rule = TermRule(
        code=level.code, value=level.value, unit=level.unit, roll="none", office_days=True, source=level.source,
        confidence=level.confidence, question=level.question, after="received",
    )
    try:
        return _due(rule, calendar, received, (), [])
    except ReckoningError:
        return Due(rule, None, (), received)


def _due(
    rule: TermRule, calendar: Calendar, start: datetime, pauses: Sequence[Pause], told: Sequence[Line]
) -> Due:
    try:
        counted = count_term(
            start, rule.value, rule.unit, calendar, rule.roll, pauses=pauses, office_days=rule.office_days
        )
    except CalendarError as error:
        raise ReckoningError(str(error)) from None
    lines = [*told, *counted.lines]
    if rule.on == "us" and counted.safe_day != counted.due_day:
        lines.append(("safe", {"day": counted.safe_day.isoformat()}))
    return Due(rule, counted, tuple(lines), start)


def _withheld(due: Due, stops: Stops, calendar: Calendar) -> Due:
    """The same, or the later day on which what it may wait for came."""
    counted, lines = due.counted, list(due.lines)
    for cause, day in stops.withheld:
        if day is None:
            lines.append(("may_wait", {"cause": cause}))
        elif counted is not None and day > counted.safe_day:
            last = calendar.end_of(day) - timedelta(seconds=1)
            counted = Counted(max(counted.due, last), last, max(counted.due_day, day), day, last, counted.lines)
            lines.append(("withheld", {"cause": cause, "day": day.isoformat()}))
    return replace(due, counted=counted, lines=tuple(lines))


def _known(definition: Definition, happened: Sequence[Happening]) -> None:
    for each in happened:
        if each.event not in ACTS and each.event not in EVENTS:
            raise ReckoningError(f"“{each.event}” is not an event: use {', '.join((*ACTS, *EVENTS))}.")
        if each.event in ("suspend", "answer", "restart") and each.cause:
            _suspension(definition, each.cause)


def _suspension(definition: Definition, cause: str) -> Suspension:
    causes = [each.code for each in definition.suspensions]
    if not causes:
        raise ReckoningError(f"The procedure “{definition.code}” allows no suspension.")
    found = definition.suspension(cause) if cause else None
    if found is None and not cause and len(causes) == 1:
        found = definition.suspensions[0]
    if found is None:
        raise ReckoningError(
            f"“{cause}” is no cause of suspension of the procedure “{definition.code}”: use {', '.join(causes)}."
        )
    return found


def _allowed(
    definition: Definition, calendar: Calendar, each: Happening, used: set[str], start: datetime,
    standing: tuple[str, datetime] | None, pauses: Sequence[Pause],
) -> Suspension:
    rule = _suspension(definition, each.cause)
    if standing is not None or any(each.at < pause.restart for pause in pauses):
        raise ReckoningError(f"The term already stands still: “{rule.code}” cannot stop it again.")
    if rule.once and rule.code in used:
        raise ReckoningError(f"“{rule.code}” may stop the term once only.")
    if rule.within and (calendar.local_day(each.at) - calendar.local_day(start)).days > rule.within:
        raise ReckoningError(f"“{rule.code}” may stop the term within {rule.within} days of its start only.")
    return rule


def _end_of(
    rule: Suspension, calendar: Calendar, stop: datetime, later: Sequence[Happening], lines: list[Line]
) -> datetime | None:
    """The instant at which the term goes on; None when nothing has ended the stop."""
    stopped = calendar.local_day(stop)
    window = stopped + timedelta(days=rule.window) if rule.window else None
    limit = stopped + timedelta(days=rule.max) if rule.max else None
    ends = _what_came(rule, calendar, window, later, lines)
    if ends is None and window is not None:
        ends = _last_moment(window, calendar)
        lines.append(("window_closed", {"cause": rule.code, "day": window.isoformat()}))
    if limit is not None and (ends is None or calendar.local_day(ends) > limit):
        ends = _last_moment(limit, calendar)
        lines.append(("capped", {"cause": rule.code, "limit": rule.max, "day": limit.isoformat()}))
    return ends


def _what_came(
    rule: Suspension, calendar: Calendar, window: date | None, later: Sequence[Happening], lines: list[Line]
) -> datetime | None:
    for each in later:
        if each.event == "suspend":
            return None  # the next stop: what comes after belongs to it
        if each.event not in ("answer", "restart") or each.cause not in ("", rule.code):
            continue
        day = calendar.local_day(each.at)
        if each.event == "restart":
            return each.at
        if window is not None and day > window:
            lines.append(("too_late", {"cause": rule.code, "day": day.isoformat()}))
            return None
        ends = _last_moment(day + timedelta(days=rule.after_answer), calendar) if rule.after_answer else each.at
        lines.append(("answered", {"cause": rule.code, "day": day.isoformat(), "restart": _iso(ends, calendar)}))
        return ends
    return None


def _extended(
    definition: Definition, calendar: Calendar, start: datetime, pauses: Sequence[Pause],
    interims: Sequence[Happening],
) -> tuple[TermRule, Line]:
    rule, interim = definition.term, definition.interim
    if interim is None:
        raise ReckoningError(f"The procedure “{definition.code}” allows no interim reply.")
    if len(interims) > interim.times:
        raise ReckoningError(f"An interim reply may be given {interim.times} time(s) here.")
    given = interims[0]
    due = _due(rule, calendar, start, pauses, ()).counted
    if due is not None and given.at > due.due:
        raise ReckoningError("The interim reply came after the term had ended: it moves nothing.")
    value, unit = (interim.value, interim.unit) if interim.value else (rule.value, rule.unit)
    roll = interim.roll if interim.value else rule.roll
    longer = replace(
        rule, value=value, unit=unit, roll=roll, source=interim.source, confidence=interim.confidence,
        question=interim.question,
    )
    facts: Facts = {"given": _iso(given.at, calendar), "value": value, "unit": unit}
    return longer, ("interim", facts)


def _last_moment(day: date, calendar: Calendar) -> datetime:
    """The last second of a day, for what stands for the whole day: the term goes on with the next."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=calendar.zone)


def _iso(instant: datetime, calendar: Calendar) -> str:
    return calendar.local_day(instant).isoformat()

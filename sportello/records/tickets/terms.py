"""Terms that run: begun from the procedure, stopped, moved, met by what happens, and the next promise they leave.

A term is counted by `procedures.counting` alone. What it is made of (start, value, opening hours as they were, and the
rows of suspensions and extensions) is kept, so that it can be counted again when one of these comes; nothing else,
no later procedure and no later opening hours, rewrites a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import Q

from sportello.foundation.core.planned import planned_cursor
from sportello.foundation.core.questions import Question
from sportello.foundation.core.together import add
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.counting import Counted, Pause, count_term
from sportello.records.procedures.models import OfficeCalendar, Procedure

from . import moments
from .models import Extension, KeptCalendar, Suspension, Term, Ticket
from .prepared import Prepared
from .rules import rules_of

__all__ = ["Calendar", "begin", "recount"]

_STEPS_KEPT = 40
#: Terms that are promises to the customer; theirs to us is none.
OURS = (Term.Kind.FIRST_ANSWER, Term.Kind.CONCLUSION, Term.Kind.PROMISE)


def _kept(counted: Counted) -> list[list[object]]:
    """The explanation as stored; a term of years lists its skipped days only so far."""
    steps: list[list[object]] = [[code, dict(facts)] for code, facts in counted.lines]
    return steps[:_STEPS_KEPT]


def begin(
    ticket: Ticket, procedure: Procedure, at: datetime, *, prepared: Prepared | None = None
) -> list[Term]:
    """Begin the procedure's terms at `at`: the conclusion and, where promised, the first answer."""
    prepared = prepared or Prepared(ticket.organisation)
    terms = promised_by(ticket, procedure, at, prepared)
    kept = prepared.calendar(procedure.calendar)
    for term in terms:
        add(term)
    moments.plan(moment for term in terms for moment in moments.of_term(term, kept.calendar, at))
    return terms


def promised_by(ticket: Ticket, procedure: Procedure, at: datetime, prepared: Prepared) -> list[Term]:
    """What `begin` begins, counted and not written; the conclusion is the first."""
    kept = prepared.calendar(procedure.calendar)
    conclusion = _conclusion(ticket, procedure, at, kept, prepared)
    terms = [conclusion]
    if procedure.first_answer_hours:
        answer = _new(ticket, Term.Kind.FIRST_ANSWER, at, procedure.first_answer_hours, "open_hours", "none", kept)
        if answer.due_at < conclusion.due_at:
            terms.append(answer)
    return terms


def begin_conclusion(
    ticket: Ticket, procedure: Procedure, at: datetime, *, warned_from: datetime | None = None
) -> Term:
    """The main term alone: anew after an interruption, or brought in from elsewhere while it runs: then what it would
    have said before `warned_from` is not said any more."""
    prepared = Prepared(ticket.organisation)
    kept = prepared.calendar(procedure.calendar)
    term = _conclusion(ticket, procedure, at, kept, prepared)
    term.save()
    planned = moments.of_term(term, kept.calendar, warned_from or at)
    moments.plan(one for one in planned if warned_from is None or one.at > warned_from)
    return term


def _conclusion(
    ticket: Ticket, procedure: Procedure, at: datetime, kept: KeptCalendar, prepared: Prepared
) -> Term:
    term = _new(
        ticket,
        Term.Kind.CONCLUSION,
        at,
        procedure.term_value,
        procedure.term_unit,
        procedure.term_roll,
        kept,
        pauses=_global_pauses(ticket, kept.calendar, at, prepared),
        office_days=rules_of(procedure).term.office_days,
    )
    term.source = procedure.source
    return term


def _new(
    ticket: Ticket,
    kind: str,
    at: datetime,
    value: int,
    unit: str,
    roll: str,
    kept: KeptCalendar,
    *,
    pauses: Sequence[Pause] = (),
    office_days: bool = False,
) -> Term:
    term = Term(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=kind,
        starts_at=at,
        value=value,
        unit=unit,
        roll=roll,
        calendar=kept,
    )
    _put(term, _counted(term, pauses, (), office_days=office_days))
    return term


def _put(term: Term, counted: Counted) -> None:
    term.due_at, term.safe_due_at, term.steps = counted.due, counted.safe_due, _kept(counted)


def recount(ticket: Ticket, term: Term, at: datetime) -> Term:
    """Count a running main term again from its rows; warnings are planned for the new end from `at` on."""
    if term.calendar is None or term.value is None:  # from before terms kept what they are made of
        term.calendar = KeptCalendar.of(ticket.procedure.calendar)
        term.value, term.unit = ticket.procedure.term_value, ticket.procedure.term_unit
        term.roll = ticket.procedure.term_roll
    calendar = term.calendar.calendar
    decreed = _global_pauses(ticket, calendar, term.starts_at, Prepared(ticket.organisation))
    pauses = [*pauses_of(ticket, term), *decreed]
    extensions = list(Extension.objects.filter(term=term, value__isnull=False).order_by("made_at", "id"))
    by_office = rules_of(ticket.procedure).term.office_days
    _put(term, _counted(term, pauses, extensions, since=_begins_again(ticket, term), office_days=by_office))
    term.save()
    moments.forget(ticket, terms=[term])
    moments.plan(moments.of_term(term, calendar, at))
    return term


def _begins_again(ticket: Ticket, term: Term) -> datetime | None:
    """An interruption that runs: until it ends, the term is told as it will be if it lasts as long as it may."""
    running = Suspension.objects.filter(
        ticket=ticket, term=term, effect=Suspension.Effect.INTERRUPT, ended_at__isnull=True
    ).first()
    return running.until_at if running else None


def _counted(
    term: Term,
    pauses: Sequence[Pause],
    extensions: Iterable[Extension],
    *,
    since: datetime | None = None,
    office_days: bool = False,
) -> Counted:
    """The base; a longer whole or more of the same unit takes its place; another unit is counted from its end."""
    if term.calendar is None or term.value is None:
        raise ValueError("a term is counted from what it is made of")
    calendar, value, unit = term.calendar.calendar, term.value, term.unit
    further: list[tuple[int, str]] = []
    for one in extensions:
        if one.value is None:
            continue
        if one.is_whole:
            value, unit, further = one.value, one.unit, []
        elif one.unit == unit and not further:
            value += one.value
        else:
            further.append((one.value, one.unit))
    counted = count_term(
        since or term.starts_at, value, unit, calendar, term.roll or "none", pauses=pauses, office_days=office_days
    )
    for more, its_unit in further:
        counted = _chained(counted, count_term(
            counted.safe_due, more, its_unit, calendar, term.roll or "none", pauses=pauses
        ))
    return counted


def _chained(first: Counted, then: Counted) -> Counted:
    lines = (*(line for line in first.lines if line[0] != "ends"), *then.lines)
    return Counted(then.due, then.safe_due, then.due_day, then.safe_day, then.work_by, lines)


def planned_restart(suspension: Suspension) -> datetime:
    """When the clock goes on: known once it has ended, until then as late as it may be."""
    return suspension.restart_at or suspension.until_at


def pauses_of(ticket: Ticket, term: Term) -> list[Pause]:
    return [
        Pause(one.began_at, max(planned_restart(one), one.began_at), one.cause)
        for one in Suspension.objects.filter(ticket=ticket, term=term, effect=Suspension.Effect.SUSPEND)
    ]


def _global_pauses(ticket: Ticket, calendar: Calendar, since: datetime, prepared: Prepared) -> list[Pause]:
    """Decreed standstills: neither their first nor their last day is counted."""
    day = calendar.local_day(since)
    return [
        Pause(_noon(one.from_day - timedelta(days=1), calendar), _noon(one.to_day, calendar), one.slug)
        for one in prepared.standstills
        if one.to_day >= day and (not one.kinds or ticket.kind.slug in one.kinds)
    ]


def _noon(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(12), calendar.zone)


def running_conclusion(ticket: Ticket) -> Term | None:
    """The main term that runs now."""
    return (
        Term.objects.filter(ticket=ticket, kind=Term.Kind.CONCLUSION, met_at__isnull=True, ended_at__isnull=True)
        .select_related("calendar")
        .order_by("-starts_at", "-id")
        .first()
    )


def running_suspension(ticket: Ticket) -> Suspension | None:
    return _RUNNING.first(ticket_id=ticket.pk)


_RUNNING: Question[Suspension] = Question(
    lambda ticket_id: Suspension.objects.filter(ticket_id=ticket_id, ended_at__isnull=True)
    .select_related("term").order_by("pk")[:1],
    planned=True,
)  # fmt: skip


def calendar_of(ticket: Ticket, term: Term) -> Calendar:
    """The opening hours `term` is counted in."""
    kept: KeptCalendar | OfficeCalendar = term.calendar or ticket.procedure.calendar
    return kept.calendar


def last_second(day: date, calendar: Calendar) -> datetime:
    """What lasts until a day lasts until its end."""
    return calendar.end_of(day) - timedelta(seconds=1)


def end_of_day(ticket: Ticket, term: Term, start: datetime, days: int) -> datetime:
    """The end of the day `days` after that of `start`."""
    calendar = calendar_of(ticket, term)
    return last_second(calendar.local_day(start) + timedelta(days=days), calendar)


def customers(ticket: Ticket, at: datetime, until: datetime, source: str) -> Term:
    """A term of the customer: told as rolled, promised by nobody to anybody."""
    return Term.objects.create(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=Term.Kind.CUSTOMER,
        starts_at=at,
        due_at=until,
        source=source[:300],
    )


def office(ticket: Ticket, at: datetime, days: int, kept: KeptCalendar) -> Term:
    """The term of an office that was asked, inside ours: a promise to us, to no customer; in days on which it opens."""
    term = _new(ticket, Term.Kind.OFFICE, at, days, "working_days", "none", kept, office_days=True)
    term.save()
    moments.plan(moments.of_term(term, kept.calendar, at))
    return term


def meet_office(ticket: Ticket, term: Term, at: datetime) -> None:
    """The office answered."""
    Term.objects.filter(pk=term.pk, met_at__isnull=True, ended_at__isnull=True).update(met_at=at)
    moments.forget(ticket, terms=[term])


def run_again(ticket: Ticket, term: Term, at: datetime) -> None:
    """What came was no answer: the term runs on to the end it had; what is past already is not warned of again."""
    Term.objects.filter(pk=term.pk).update(met_at=None, ended_at=None)
    term.met_at = term.ended_at = None
    kept = term.calendar or KeptCalendar.of(ticket.procedure.calendar)
    moments.plan(one for one in moments.of_term(term, kept.calendar, at) if one.at > at)


def end(ticket: Ticket, term: Term, at: datetime) -> None:
    """Something newer takes its place."""
    Term.objects.filter(pk=term.pk).update(ended_at=at)
    moments.forget(ticket, terms=[term])


def can_be_suspended(ticket: Ticket) -> bool:
    return bool(rules_of(ticket.procedure).suspensions)


def meet(ticket: Ticket, kinds: tuple[str, ...], at: datetime) -> datetime | None:
    """What was promised has happened: with its own instant, not that of the check. The `next_promise` of what is
    left."""
    return _settle(_MET, ticket, kinds, at)


def end_promises(ticket: Ticket, at: datetime) -> None:
    """A newer promise takes the place of those made by hand."""
    _settle(_ENDED, ticket, (Term.Kind.PROMISE,), at)


def end_customer_terms(ticket: Ticket, at: datetime) -> None:
    """What was asked of the customer has come, or is no longer awaited."""
    _settle(_ENDED, ticket, (Term.Kind.CUSTOMER,), at)


#: The running terms of a ticket end, and with them what is still to come of theirs; what is done stays as evidence.
_SETTLED = """
WITH settled AS (
    UPDATE tickets_term SET {column} = %s
    WHERE ticket_id = %s AND kind = ANY(%s) AND met_at IS NULL AND ended_at IS NULL RETURNING id
), forgotten AS (
    DELETE FROM tickets_moment
    WHERE ticket_id = %s AND next_moment_at IS NOT NULL AND term_id IN (SELECT id FROM settled)
)
SELECT min(due_at) FROM tickets_term
WHERE ticket_id = %s AND kind = ANY(%s) AND met_at IS NULL AND ended_at IS NULL AND id NOT IN (SELECT id FROM settled)
"""
_MET, _ENDED = _SETTLED.format(column="met_at"), _SETTLED.format(column="ended_at")


def _settle(statement: str, ticket: Ticket, kinds: Iterable[str], at: datetime) -> datetime | None:
    """What is promised next by the terms that are left."""
    values: list[Any] = [at, ticket.pk, [str(kind) for kind in kinds], ticket.pk]
    values += [ticket.pk, [str(kind) for kind in OURS]]
    with planned_cursor() as cursor:
        cursor.execute(statement, values)
        (left,) = cursor.fetchone()
    return cast("datetime | None", left)


def promised(ticket: Ticket, until: datetime, at: datetime, by_id: int) -> Term:
    """A date promised by hand, with its warnings in the procedure's opening hours."""
    term = Term.objects.create(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=Term.Kind.PROMISE,
        starts_at=at,
        due_at=until,
        steps=[["promised", {"by_id": by_id}]],
    )
    moments.plan(moments.of_term(term, ticket.procedure.calendar.calendar, at))
    return term


def next_promise(ticket: Ticket) -> datetime | None:
    """The earliest instant still promised; None when nothing runs."""
    running = Term.objects.filter(ticket=ticket, kind__in=OURS, met_at__isnull=True, ended_at__isnull=True)
    return running.order_by("due_at").values_list("due_at", flat=True).first()


def running_between(organisation_id: int, first: datetime, last: datetime) -> Q:
    """Main terms that run while a global suspension lasts."""
    return Q(
        organisation_id=organisation_id,
        kind=Term.Kind.CONCLUSION,
        met_at__isnull=True,
        ended_at__isnull=True,
        due_at__gte=first,
        starts_at__lte=last,
    )

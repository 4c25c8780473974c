"""Terms that run: begun from the procedure, met by what happens, and the next promise they leave."""

from __future__ import annotations

from datetime import datetime

from sportello.records.procedures.counting import Counted, count_term
from sportello.records.procedures.models import Procedure

from .models import Term, Ticket

_STEPS_KEPT = 40


def _kept(counted: Counted) -> list[list[object]]:
    """The explanation as stored; a term of years lists its skipped days only so far."""
    steps: list[list[object]] = [[code, dict(facts)] for code, facts in counted.lines]
    return steps[:_STEPS_KEPT]


def begin(ticket: Ticket, procedure: Procedure, at: datetime) -> list[Term]:
    """Begin the procedure's terms at `at`: the conclusion and, where promised, the first answer."""
    calendar = procedure.calendar.calendar
    conclusion = count_term(at, procedure.term_value, procedure.term_unit, calendar, procedure.term_roll)
    terms = [_term(ticket, Term.Kind.CONCLUSION, at, conclusion, procedure.source)]
    if procedure.first_answer_hours:
        answer = count_term(at, procedure.first_answer_hours, "open_hours", calendar, "none")
        if answer.due < conclusion.due:
            terms.append(_term(ticket, Term.Kind.FIRST_ANSWER, at, answer, ""))
    return Term.objects.bulk_create(terms)


def _term(ticket: Ticket, kind: str, at: datetime, counted: Counted, source: str) -> Term:
    return Term(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind=kind,
        starts_at=at,
        due_at=counted.due,
        steps=_kept(counted),
        source=source,
    )


def meet(ticket: Ticket, kinds: tuple[str, ...], at: datetime) -> int:
    """What was promised has happened: with its own instant, not that of the check."""
    return Term.objects.filter(ticket=ticket, kind__in=kinds, met_at__isnull=True, ended_at__isnull=True).update(
        met_at=at
    )


def end_promises(ticket: Ticket, at: datetime) -> None:
    """A newer promise takes the place of those made by hand."""
    Term.objects.filter(ticket=ticket, kind=Term.Kind.PROMISE, met_at__isnull=True, ended_at__isnull=True).update(
        ended_at=at
    )


def next_promise(ticket: Ticket) -> datetime | None:
    """The earliest instant still promised; None when nothing runs."""
    running = Term.objects.filter(ticket=ticket, met_at__isnull=True, ended_at__isnull=True)
    return running.order_by("due_at").values_list("due_at", flat=True).first()

"""Where it stands: one object, drawn alike on desk, portal, mail and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import in_language

from . import notice_words, terms
from .models import Aside, Closure, Suspension, Ticket, TicketEvent
from .rules import rules_of


@dataclass(frozen=True)
class Stage:
    """`state` is done, now or next; `at` when it was, or by when it is promised."""

    code: str
    label: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Standing:
    sentence: str
    stages: tuple[Stage, ...]
    next_promise_at: datetime | None
    promise_sentence: str
    team: str
    #: What we need from the customer; empty when the ball is ours.
    to_do_by_customer: str
    is_closed: bool
    outcome: str = ""
    reason: str = ""


def standing(ticket: Ticket, language: str = "") -> Standing:
    """Where `ticket` stands, in `language` (the active one if none is given). Costs at most five queries."""
    with translation.override(language or translation.get_language() or ticket.language):
        closure = _CLOSURE.first(ticket_id=ticket.pk) if ticket.is_closed else None
        team = ticket.team.name_in(translation.get_language() or "it")
        question = _question(ticket) if ticket.status == Ticket.Status.WAITING else ""
        stopped = None
        if not ticket.is_closed and terms.can_be_suspended(ticket):
            stopped = terms.running_suspension(ticket)
            question = question or _awaited(ticket, stopped)
        asides: list[Aside] = []
        if ticket.open_asides and not ticket.is_closed:
            asides = _ASIDES.rows(ticket_id=ticket.pk)
        return Standing(
            sentence=" ".join(
                [_sentence(ticket, team, closure) if stopped is None else _stopped(ticket, stopped)]
                + [_asked(ticket, aside) for aside in asides]
            ),
            stages=_stages(ticket, closure, stopped, asides),
            next_promise_at=ticket.next_promise_at,
            promise_sentence=notice_words.promise_sentence(ticket),
            team=team,
            to_do_by_customer=question,
            is_closed=ticket.is_closed,
            outcome=_outcome(closure) if closure else "",
            reason=closure.reason if closure else "",
        )


_CLOSURE: Question[Closure] = Question(
    lambda ticket_id: Closure.objects.filter(ticket_id=ticket_id, reopened_at__isnull=True).order_by("pk")[:1],
    planned=True,
)
_ASIDES: Question[Aside] = Question(
    lambda ticket_id: Aside.objects.filter(ticket_id=ticket_id, ended_at__isnull=True).order_by("expected_at", "id"),
    planned=True,
)
#: Why it began to wait, the last time.
_ASKED: Question[TicketEvent] = Question(
    lambda ticket_id: TicketEvent.objects.filter(entry__ticket_id=ticket_id, code="waiting")
    .order_by("-entry__position").values_list("reason")[:1],
    planned=True,
)  # fmt: skip


def _sentence(ticket: Ticket, team: str, closure: Closure | None) -> str:
    if closure is not None:
        return _("Concluded: %(outcome)s.") % {"outcome": _outcome(closure).lower()}
    if ticket.is_closed:
        return _("Concluded.")
    if ticket.status == Ticket.Status.WAITING:
        return _("%(team)s is waiting for your answer.") % {"team": team}
    if ticket.status == Ticket.Status.NEW:
        return _("Received. %(team)s will read it.") % {"team": team}
    return _("%(team)s is working on it.") % {"team": team}


def _outcome(closure: Closure) -> str:
    """As `get_outcome_display`, which makes a dictionary of all choices each time."""
    return str(_OUTCOMES.get(closure.outcome, closure.outcome))


_OUTCOMES: dict[str, Any] = dict(Closure.Outcome.choices)


def _stopped(ticket: Ticket, suspension: Suspension) -> str:
    """Why the clock stands still, and until when at the latest."""
    rule = rules_of(ticket.procedure).suspension(suspension.cause)
    name = in_language(rule.names, translation.get_language() or "it") if rule else ""
    return _("The term is suspended until %(day)s at the latest: %(cause)s.") % {
        "day": notice_words.day_words(ticket.organisation, suspension.until_at),
        "cause": (name or suspension.cause).lower(),
    }


def _asked(ticket: Ticket, aside: Aside) -> str:
    """Which office examines it, and by when its answer is expected."""
    return _("We asked %(office)s: its answer is expected by %(day)s.") % {
        "office": aside.name, "day": notice_words.day_words(ticket.organisation, aside.expected_at)
    }


def _awaited(ticket: Ticket, suspension: Suspension | None) -> str:
    """What a suspension asks of the customer, with their own last day; nothing where others are awaited."""
    if suspension is None:
        return ""
    rule = rules_of(ticket.procedure).suspension(suspension.cause)
    if rule is None or rule.waits_for != "customer":
        return ""
    if suspension.window_until_at is None:
        return suspension.reason
    day = notice_words.day_words(ticket.organisation, suspension.window_until_at)
    return _("%(reason)s You can answer until %(day)s.") % {"reason": suspension.reason, "day": day}


def _question(ticket: Ticket) -> str:
    """The reason given when it began to wait, else a general sentence."""
    asked = _ASKED.tuples(ticket_id=ticket.pk)
    return (asked[0][0] if asked else "") or _("We asked you something: please answer our last message.")


def _stages(
    ticket: Ticket, closure: Closure | None, stopped: Suspension | None = None, asides: Sequence[Aside] = ()
) -> tuple[Stage, ...]:
    is_new = ticket.status == Ticket.Status.NEW
    at_work = ticket.status in (Ticket.Status.IN_PROGRESS, Ticket.Status.WAITING)
    waiting = ticket.status == Ticket.Status.WAITING or stopped is not None
    stages = [
        Stage("received", _("Received"), "now" if is_new and stopped is None else "done", ticket.opened_at),
        Stage("in_progress", _("In progress"), _state(at_work and not waiting, ticket.is_closed or waiting), None),
    ]
    if stopped is not None:
        stages.append(Stage("suspended", _("Term suspended"), "now", stopped.until_at))
    elif waiting:
        stages.append(Stage("waiting_customer", _("Waiting for your answer"), "now", None))
    for aside in asides:
        stages.append(Stage("office", _("With %(office)s") % {"office": aside.name}, "now", aside.expected_at))
    ended = closure.closed_at if closure else ticket.closed_at
    stages.append(
        Stage(
            "closed",
            _("Concluded"),
            "done" if ticket.is_closed else "next",
            ended if ticket.is_closed else ticket.next_promise_at,
        )
    )
    return tuple(stages)


def _state(now: bool, done: bool) -> str:
    return "now" if now else "done" if done else "next"

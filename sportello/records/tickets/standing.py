"""Where it stands: one object, drawn alike on desk, portal, mail and paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from . import notice_words
from .models import Closure, Ticket, TicketEvent


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
    """Where `ticket` stands, in `language` (the active one if none is given). Costs at most three queries."""
    with translation.override(language or translation.get_language() or ticket.language):
        closure = Closure.objects.filter(ticket=ticket, reopened_at__isnull=True).first() if ticket.is_closed else None
        team = ticket.team.name_in(translation.get_language() or "it")
        question = _question(ticket) if ticket.status == Ticket.Status.WAITING else ""
        return Standing(
            sentence=_sentence(ticket, team, closure),
            stages=_stages(ticket, closure),
            next_promise_at=ticket.next_promise_at,
            promise_sentence=notice_words.promise_sentence(ticket),
            team=team,
            to_do_by_customer=question,
            is_closed=ticket.is_closed,
            outcome=str(closure.get_outcome_display()) if closure else "",
            reason=closure.reason if closure else "",
        )


def _sentence(ticket: Ticket, team: str, closure: Closure | None) -> str:
    if closure is not None:
        return _("Concluded: %(outcome)s.") % {"outcome": str(closure.get_outcome_display()).lower()}
    if ticket.is_closed:
        return _("Concluded.")
    if ticket.status == Ticket.Status.WAITING:
        return _("%(team)s is waiting for your answer.") % {"team": team}
    if ticket.status == Ticket.Status.NEW:
        return _("Received. %(team)s will read it.") % {"team": team}
    return _("%(team)s is working on it.") % {"team": team}


def _question(ticket: Ticket) -> str:
    """The reason given when it began to wait, else a general sentence."""
    event = (
        TicketEvent.objects.filter(entry__ticket=ticket, code="waiting")
        .order_by("-entry__position")
        .values("reason")
        .first()
    )
    return (event["reason"] if event else "") or _("We asked you something: please answer our last message.")


def _stages(ticket: Ticket, closure: Closure | None) -> tuple[Stage, ...]:
    at_work = ticket.status in (Ticket.Status.IN_PROGRESS, Ticket.Status.WAITING)
    waiting = ticket.status == Ticket.Status.WAITING
    stages = [
        Stage("received", _("Received"), "now" if ticket.status == Ticket.Status.NEW else "done", ticket.opened_at),
        Stage("in_progress", _("In progress"), _state(at_work and not waiting, ticket.is_closed or waiting), None),
    ]
    if waiting:
        stages.append(Stage("waiting_customer", _("Waiting for your answer"), "now", None))
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

"""Service levels (T18): each target a row, begun and met by what happens, at its own instant."""

from __future__ import annotations

from typing import Any

import pytest

from sportello.foundation.journal import actor
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Moment, ServiceLevel, ServicePause, Ticket
from sportello.records.tickets.words import Words
from tests.cast import Cast

from .terms_scene import Scene, minute, rule, tick_all

LEVELS = [
    {"code": "first_answer", "value": 4, "warn": 1},
    {"code": "next_answer", "value": 8, "warn": 2},
    {"code": "periodic_update", "value": 40},
    {"code": "customer_wait", "value": 60},
    {"code": "work", "value": 30},
    {"code": "total", "value": 100},
]


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast)


def opened(scene: Scene, written: str, levels: list[dict[str, Any]] | None = None) -> Ticket:
    return scene.opened(written, rule(service_levels=levels or LEVELS))


def level(ticket: Ticket, metric: str) -> ServiceLevel:
    return ServiceLevel.objects.filter(ticket=ticket, metric=metric).order_by("-started_at", "-id")[0]


def hours(seconds: int | None) -> float:
    return round((seconds or 0) / 3600, 1)


def wrote(ticket: Ticket, scene: Scene, written: str) -> None:
    scene.now(written)
    messages.receive(ticket, Words(text="Allora?"), channel="email", customer=ticket.customer, actor=actor.MACHINE)


def answer(ticket: Ticket, scene: Scene, written: str, then: str = "keep") -> None:
    scene.now(written)
    ticket.refresh_from_db()
    messages.answer(ticket, scene.cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position, then=then)


def test_opening_hours_are_counted_through_lunch_and_the_week_end(scene: Scene) -> None:
    """Friday 16:00, four open hours: one left on Friday, three on Monday from 8:30."""
    ticket = opened(scene, "2026-09-04 16:00")
    assert minute(level(ticket, "first_answer").due_at) == "2026-09-07 11:30"


def test_the_night_the_clocks_change_moves_no_opening(scene: Scene) -> None:
    """25 October 2026: Friday 16:00 to Monday by the clock on the wall, with an hour more between."""
    ticket = opened(scene, "2026-10-23 16:00")
    assert minute(level(ticket, "first_answer").due_at) == "2026-10-26 11:30"


def test_the_next_answer_counts_from_the_oldest_message(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:00")
    answer(ticket, scene, "2026-09-07 10:00")
    wrote(ticket, scene, "2026-09-08 09:00")
    wrote(ticket, scene, "2026-09-08 16:00")
    row = level(ticket, "next_answer")
    assert (minute(row.started_at), minute(row.due_at)) == ("2026-09-08 09:00", "2026-09-09 10:00")
    answer(ticket, scene, "2026-09-09 09:30")
    row.refresh_from_db()
    assert (minute(row.met_at), row.breached_at) == ("2026-09-09 09:30", None)
    assert ServiceLevel.objects.filter(ticket=ticket, metric="next_answer").count() == 1


def test_met_late_is_breached_at_its_due_instant_though_no_tick_ran(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:15")
    answer(ticket, scene, "2026-09-08 09:00")
    row = level(ticket, "first_answer")
    assert (minute(row.met_at), minute(row.breached_at)) == ("2026-09-08 09:00", "2026-09-07 14:45")
    scene.now("2026-09-20 10:00")
    tick_all()
    assert not Moment.objects.filter(level=row, done_at__isnull=False).exists(), "answered: nobody is warned any more"


def test_an_update_overdue_says_nothing_of_the_first_answer(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:00")
    answer(ticket, scene, "2026-09-07 10:00")
    scene.now("2026-09-20 10:00")
    tick_all()
    assert level(ticket, "periodic_update").breached_at is not None
    assert level(ticket, "first_answer").breached_at is None


def test_pauses_by_reason_gross_and_net(scene: Scene) -> None:
    """Work stands still while we wait; the total runs. 7 open hours a day."""
    ticket = opened(scene, "2026-09-07 08:30")
    answer(ticket, scene, "2026-09-07 10:30", then="wait")
    assert level(ticket, "work").due_at is None
    assert level(ticket, "total").due_at is not None
    wrote(ticket, scene, "2026-09-09 08:30")
    pause = ServicePause.objects.get(ticket=ticket, cause="waiting")
    assert pause.ended_by_customer
    scene.now("2026-09-09 12:30")
    ending.close(ticket, by=scene.cast.member("Anna"), outcome="solved", reason="Fatto.")
    work, total = level(ticket, "work"), level(ticket, "total")
    assert (hours(work.gross_seconds), hours(work.net_seconds)) == (18, 6)
    assert (hours(total.gross_seconds), hours(total.net_seconds)) == (18, 18)


def test_a_reply_that_came_while_paused_ends_the_pause(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:00")
    answer(ticket, scene, "2026-09-07 10:00")
    acts.pause(ticket, by=scene.cast.member("Anna"), reason="Parere legale", document="prot. 4")
    wrote(ticket, scene, "2026-09-08 09:00")
    pause = ServicePause.objects.get(ticket=ticket, cause="paused")
    assert (pause.ended_by_customer, pause.reason, pause.document) == (True, "Parere legale", "prot. 4")
    assert minute(level(ticket, "next_answer").due_at) == "2026-09-09 10:00"


def test_nothing_warns_while_it_stands_still(scene: Scene) -> None:
    """Night reminders, pending reminders: a paused target has no moment at all."""
    ticket = opened(scene, "2026-09-07 09:00")
    acts.pause(ticket, by=scene.cast.member("Anna"), reason="Parere legale")
    row = level(ticket, "first_answer")
    assert not Moment.objects.filter(level=row, done_at=None).exists()
    scene.now("2026-09-21 10:15")
    acts.unpause(ticket, by=scene.cast.member("Anna"))
    row.refresh_from_db()
    assert minute(row.due_at) == "2026-09-21 15:45"
    warned = Moment.objects.filter(level=row, sort="warning").order_by("at")
    assert [minute(one.at) for one in warned] == ["2026-09-21 14:45", "2026-09-21 15:45"]


def test_a_new_policy_rewrites_nothing(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:00")
    scene.under(rule(service_levels=[{"code": "first_answer", "value": 1}]))
    acts.pause(ticket, by=scene.cast.member("Anna"), reason="Parere legale")
    scene.now("2026-09-07 11:00")
    acts.unpause(ticket, by=scene.cast.member("Anna"))
    row = level(ticket, "first_answer")
    assert (row.target_value, minute(row.due_at)) == (4, "2026-09-07 16:30")


def test_a_reopened_ticket_is_measured_apart(scene: Scene) -> None:
    ticket, anna = opened(scene, "2026-09-07 09:00"), scene.cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    scene.now("2026-09-08 09:00")
    ending.reopen(ticket, reason="Non va.")
    rows = ServiceLevel.objects.filter(ticket=ticket, metric="total").order_by("started_at")
    assert [row.met_at is not None for row in rows] == [True, False]
    assert minute(level(ticket, "next_answer").started_at) == "2026-09-08 09:00"
    assert ServiceLevel.objects.filter(ticket=ticket, metric="first_answer").count() == 1


def test_waiting_is_told_and_resumed(scene: Scene) -> None:
    ticket, anna = opened(scene, "2026-09-07 09:00"), scene.cast.member("Anna")
    handling.wait_for_customer(ticket, by=anna, reason="La ricevuta")
    assert level(ticket, "customer_wait").due_at is None
    scene.now("2026-09-08 09:00")
    handling.resume(ticket, by=anna)
    assert level(ticket, "customer_wait").due_at is not None


def test_an_urgent_ticket_has_its_own_target(scene: Scene) -> None:
    ticket = opened(scene, "2026-09-07 09:00", [*LEVELS, {"code": "next_answer", "value": 1, "priority": "urgent"}])
    answer(ticket, scene, "2026-09-07 10:00")
    handling.change_priority(ticket, 4, by=scene.cast.member("Anna"))
    wrote(ticket, scene, "2026-09-08 09:00")
    assert minute(level(ticket, "next_answer").due_at) == "2026-09-08 10:00"

"""Warnings of terms are read by whom they were given to: who has the ticket, the team, the supervisor; nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sportello.records.tickets.actions import ending, handling
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries.warnings import Warned, warnings_for
from tests.cast import Cast

from .terms_scene import Scene, tick_all


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Of the taxes team, taken by Anna of the front office; every warning of its term was given, its end has passed."""
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    handling.take(ticket, cast.member("Anna"))
    scene.now("2026-10-05 10:00")
    tick_all()
    return ticket


def read_by(cast: Cast, name: str) -> list[Warned]:
    return warnings_for(cast.person(name))


def test_each_reads_their_own(cast: Cast, ticket: Ticket) -> None:
    assert {one.whom for one in read_by(cast, "Anna")} == {"owner"}
    assert {one.whom for one in read_by(cast, "Carla")} == {"supervisor"}, "she leads the house, not the taxes team"
    assert {one.whom for one in read_by(cast, "Bruno")} == {"team", "supervisor"}, "of his team's ticket"
    assert not read_by(cast, "Hugo") and not read_by(cast, "Irene") and not read_by(cast, "Elena")


def test_late_ones_say_so_and_those_done_too(cast: Cast, ticket: Ticket) -> None:
    (late,) = read_by(cast, "Carla")
    assert late.is_late and late.is_open and late.due_at < late.said_at
    assert all(one.said_at < one.due_at for one in read_by(cast, "Anna"))
    ending.close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    assert not read_by(cast, "Carla"), "a ticket that ended warns nobody"


def test_who_may_not_see_the_ticket_reads_no_warning_of_it(cast: Cast, ticket: Ticket) -> None:
    handling.change_sensitivity(ticket, "named", named=[cast.member("Anna")], by=cast.member("Anna"))
    assert not read_by(cast, "Carla") and not read_by(cast, "Bruno") and read_by(cast, "Anna")


def test_it_costs_a_handful_of_queries(
    cast: Cast, ticket: Ticket, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    person = cast.person("Carla")
    with django_assert_max_num_queries(5):
        assert [(one.ticket.organisation.name, one.ticket.team.slug) for one in warnings_for(person)]

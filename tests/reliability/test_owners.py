"""T22: one owner each, whoever is quick; and nothing automatic goes over what was done by hand."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.absences import mark_absent
from sportello.records.tickets import absences
from sportello.records.tickets.actions import handling
from sportello.records.tickets.models import Ticket
from tests.cast import Cast, assemble
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Anna", "Bruno", "Carla", "Hugo")


def together(*works: Callable[[], None]) -> None:
    def run(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)


def test_t22_many_hands_take_and_each_ticket_has_one_owner() -> None:
    cast: Cast = assemble()
    tickets = [cast.ticket(f"Pratica {n}") for n in range(12)]
    got: dict[str, set[int]] = {name: set() for name in NAMES}

    def takes(name: str) -> Callable[[], None]:
        def work() -> None:
            for ticket in random.Random(name).sample(tickets, len(tickets)):
                try:
                    handling.take(Ticket.objects.get(pk=ticket.pk), cast.member(name), expected_owner_id=None)
                    got[name].add(ticket.pk)
                except Refusal:
                    pass
        return work

    together(*(takes(name) for name in NAMES))
    owners = dict(Ticket.objects.values_list("pk", "owner_id"))
    assert all(owners.values())
    for name in NAMES:
        mine = {pk for pk, owner in owners.items() if owner == cast.member(name).pk}
        assert mine == got[name], "who was told it is theirs has it, and nobody else"


def test_t22_what_carla_gives_by_hand_stays_while_an_absence_begins() -> None:
    cast: Cast = assemble()
    tickets = [cast.ticket(f"Pratica {n}") for n in range(10)]
    for ticket in tickets:
        handling.take(ticket, cast.member("Anna"))
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    absence = mark_absent(cast.member("Anna"), today + timedelta(days=1), today + timedelta(days=9), by=cast.member("Carla"))
    clock.move_to(cast.borgo, absence.starts_at + timedelta(hours=8))
    given: set[int] = set()

    def gives() -> None:
        for ticket in reversed(tickets):
            try:
                handling.assign(Ticket.objects.get(pk=ticket.pk), cast.member("Bruno"), by=cast.member("Carla"),
                                expected_owner_id=cast.member("Anna").pk)
                given.add(ticket.pk)
            except Refusal:
                pass

    together(gives, lambda: [absences.begin(absence), None][1], lambda: [absences.begin(absence), None][1])
    owners = dict(Ticket.objects.values_list("pk", "owner_id"))
    assert {pk for pk, owner in owners.items() if owner == cast.member("Bruno").pk} == given
    assert set(owners.values()) <= {None, cast.member("Bruno").pk}, "nothing is left with who is away"

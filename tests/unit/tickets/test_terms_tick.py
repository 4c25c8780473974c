"""The tick: what is due happens once, at its own time, whoever looks and however often a worker is killed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from sportello.foundation.tenancy import clock
from sportello.records.tickets import tick
from sportello.records.tickets.actions import ending
from sportello.records.tickets.models import Moment, Ticket
from tests.cast import Cast, assemble
from tests.waiting import LIMIT

from .terms_scene import Scene, tick_all


class Killed(BaseException):
    """The process is gone: no handler of ours may catch it."""


def done(ticket: Ticket) -> int:
    return Moment.objects.filter(ticket=ticket, done_at__isnull=False).count()


def test_a_worker_killed_in_the_middle_neither_skips_nor_repeats(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    others = [scene.ticket() for _ in range(2)]
    scene.now("2026-10-02 10:00")
    real, calls = tick._HAPPENINGS["due"], [0]

    def dies(change: Any, moment: Moment) -> None:
        calls[0] += 1
        real(change, moment)
        if calls[0] == 2:
            raise Killed  # after writing, before the commit

    monkeypatch.setitem(tick._HAPPENINGS, "due", dies)
    with pytest.raises(Killed):
        tick.work()
    so_far = [done(one) for one in (ticket, *others)]
    assert so_far == [0, 0, 0], "those of one transaction wholly or not at all"
    assert tick_all() == 3
    assert [done(one) for one in (ticket, *others)] == [4, 4, 4]
    assert tick_all() == 0


def test_one_that_fails_holds_up_nobody_and_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(cast)
    bad, good = scene.opened("2026-09-01 10:00"), scene.ticket()
    scene.now("2026-10-02 10:00")
    real = tick._HAPPENINGS["due"]

    def fails(change: Any, moment: Moment) -> None:
        if moment.ticket_id == bad.pk:
            raise RuntimeError("a bug")
        real(change, moment)

    monkeypatch.setitem(tick._HAPPENINGS, "due", fails)
    assert tick_all() == 1
    assert (done(bad), done(good)) == (0, 4)
    monkeypatch.setitem(tick._HAPPENINGS, "due", real)
    scene.now("2026-10-02 10:06")
    assert tick_all() == 1
    assert done(bad) == 4
    assert set(Moment.objects.filter(ticket=bad).values_list("tries", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_give_each_warning_once() -> None:
    scene = Scene(assemble())
    tickets = [scene.opened("2026-09-01 10:00"), *(scene.ticket() for _ in range(11))]
    scene.now("2026-10-02 10:00")
    failures: list[BaseException] = []

    def worker() -> None:
        try:
            for _ in range(40):
                tick.work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not failures
    assert [done(ticket) for ticket in tickets] == [4] * len(tickets)
    assert not Moment.objects.filter(next_moment_at__lte=clock.now(scene.cast.borgo)).exists()


def test_a_ticket_somebody_holds_waits_for_the_next_round(cast: Cast) -> None:
    """SKIP LOCKED is asked of the row itself; here, that a closed one is let go meanwhile."""
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    scene.now("2026-10-02 10:00")
    due = tick.due_tickets()
    assert due == [ticket.pk], "once, though three of its moments are due"
    ending.close(ticket, by=cast.member("Anna"), outcome="withdrawn", reason="Rinuncia.")
    assert tick.happen_on(ticket.pk) is False
    assert done(ticket) == 0


_FILL = """
INSERT INTO tickets_moment (organisation_id, ticket_id, sort, code, whom, at, due_at, next_moment_at, tries)
SELECT %(organisation)s, %(ticket)s, 'warning', 'open:' || n, 'team', %(later)s::timestamptz + n * interval '1 minute',
       %(later)s, %(later)s::timestamptz + n * interval '1 minute', 0
FROM generate_series(1, %(open)s) n
"""


@pytest.mark.parametrize("waiting", [100_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_it_costs_what_is_due_and_not_what_is_open(cast: Cast, waiting: int) -> None:
    """So many open tickets with something to come: the look reads the few that are due by the index, and nothing of the
    rest. The plan at a million stands in docs/life-of-a-term.md."""
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    now = scene.now("2026-10-02 10:00")
    with transaction.atomic(), connection.cursor() as cursor:
        values = {
            "organisation": cast.borgo.pk, "ticket": ticket.pk, "later": now + timedelta(days=1), "open": waiting,
        }
        cursor.execute(_FILL, values)
        cursor.execute("ANALYZE tickets_moment")
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + tick.DUE_SQL,
            {"now": clock.server_now(), "most": 200, "only": None},
        )
        plan = cursor.fetchone()[0][0]["Plan"]
    nodes = list(_nodes(plan))
    scans = [node for node in nodes if node.get("Relation Name") == "tickets_moment"]
    assert scans and all(node["Node Type"].startswith("Index") for node in scans), [n["Node Type"] for n in nodes]
    assert {node.get("Index Name") for node in scans} == {"moment_next"}
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in scans)
    assert read <= 4, f"{read} rows read for what is due on one ticket"
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 60


def _nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)

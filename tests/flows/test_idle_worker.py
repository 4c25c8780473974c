"""What a worker without work asks, day and night: counted, so that no loop learns to ask fifty times for nothing."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.config.cli import reach
from sportello.config.schedule import LOOPS
from tests.cast import Cast

#: Asks with connections of its own, each half minute.
ELSEWHERE = {"jobs left behind"}
#: Statements of one loop that finds nothing, and of all of them in a second. The alarms look at everything, each half minute.
EACH, A_SECOND = 6, 30.0
MORE = {"alarms": 24}


def test_a_worker_without_work_asks_little(cast: Cast) -> None:
    asked = {}
    for loop in LOOPS:
        if loop.name in ELSEWHERE:
            continue
        work = reach(loop.work)
        for _ in range(3):  # what the cast's own setting up left to do
            work()
        with CaptureQueriesContext(connection) as said:
            work()
        # beginning and ending are cheap, and are not what a loop asks
        words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET ")
        asked[loop.name] = (sum(not one["sql"].startswith(words) for one in said), loop.every)
    assert {name: many for name, (many, _) in asked.items() if many > MORE.get(name, EACH)} == {}
    assert sum(many / every for many, every in asked.values()) <= A_SECOND

"""The worker's rounds: productive ones go on, failing ones wait longer, none disturbs another."""

import asyncio
import threading
import time

import pytest
from django.db import OperationalError

from sportello.config import rounds, schedule
from sportello.config.rounds import Round
from sportello.config.schedule import Loop
from tests.waiting import LIMIT, wait_until

LOOP = Loop("intake", 2.0, "somewhere:work")


def round_of(*outcomes: int | Exception) -> Round:
    """A round whose work does these things, one after the other."""
    left = list(outcomes)

    def work() -> int:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return Round(LOOP, threading.Event(), work)


def test_while_there_is_work_it_goes_on_at_once_then_rests() -> None:
    one = round_of(3, 1, 0)
    assert one.once() == LOOP.every
    assert one.done == 4


def test_work_without_end_leaves_room_for_others() -> None:
    one = round_of(*[1] * rounds.ROUNDS_AT_ONCE)
    assert 0 < one.once() < LOOP.every
    assert one.done == rounds.ROUNDS_AT_ONCE


def test_failures_wait_longer_each_time_and_are_forgotten_after_a_success() -> None:
    one = round_of(ValueError("a"), ValueError("b"), *[ValueError("c")] * 8, 0)
    pauses = [one.once() for _ in range(10)]
    assert pauses[:3] == [2.0, 4.0, 8.0]
    assert pauses[-1] == rounds.LONGEST_PAUSE
    assert one.report()["failures"] == 10
    assert one.once() == LOOP.every
    assert one.report()["failures"] == 0


def test_while_the_database_is_away_it_asks_again_soon() -> None:
    one = round_of(*[OperationalError("server closed the connection")] * 8)
    assert [one.once() for _ in range(8)][-1] <= 2.0


def test_told_to_stop_it_finishes_the_piece_and_no_more() -> None:
    stop = threading.Event()
    pieces: list[int] = []

    def work() -> int:
        pieces.append(1)
        stop.set()
        return 1

    Round(LOOP, stop, work).once()
    assert pieces == [1]


def test_one_that_cannot_be_found_does_not_keep_the_others_from_working(
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = Loop("jobs", 1.0, "sportello.config.rounds:retry_stalled_jobs")
    found = rounds.rounds_of([Loop("gone", 1.0, "sportello.nowhere:work"), real], threading.Event())
    assert [one.loop for one in found] == [real]
    assert "sportello.nowhere:work" in caplog.text


def test_every_line_of_the_schedule_can_be_done_and_has_a_name_of_its_own() -> None:
    assert len(rounds.rounds_of(schedule.LOOPS, threading.Event())) == len(schedule.LOOPS)
    assert len({loop.name for loop in schedule.LOOPS}) == len(schedule.LOOPS)


@pytest.mark.django_db(transaction=True)
def test_the_worker_of_the_jobs_is_there_while_there_are_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    ran: list[bool] = []

    async def work(enough, *, wait: bool) -> None:
        ran.append(wait)
        while not enough():
            await asyncio.sleep(0.01)

    monkeypatch.setattr(rounds, "_run_jobs", work)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # what other stories left: no table that Django empties
    jobs = rounds.Jobs(threading.Event())
    assert jobs.look() == 0 and jobs.thread is None
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'a task')")
    jobs.look()
    assert jobs.thread is not None
    jobs.look()
    monkeypatch.setattr(rounds, "JOBS_LINGER", 0.0)
    jobs.thread.join(LIMIT)
    assert ran == [True] and not jobs.thread.is_alive(), "one worker, which goes when nothing is to be done"
    monkeypatch.undo()
    monkeypatch.setattr(rounds, "_run_jobs", work)
    jobs.look()
    wait_until(lambda: len(ran) == 2)
    jobs.stop.set()
    jobs.end(time.monotonic() + LIMIT)
    assert len(ran) == 2, "and comes back"


@pytest.mark.django_db(transaction=True)
def test_a_job_left_by_a_killed_worker_is_done_again() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # those of workers that other stories ended
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " VALUES ('default', 'a task', 'doing', %s) RETURNING id",
            [worker],
        )
        job = cursor.fetchone()[0]
    assert rounds.retry_stalled_jobs() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        assert cursor.fetchone() == ("todo",)
    assert rounds.retry_stalled_jobs() == 0

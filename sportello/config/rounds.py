"""The worker: a few hands for all periodic works (hands.py), and procrastinate's worker while there are jobs.

One that fails says so in the log, waits longer each time, and never ends the others. What each last did is
written to `run/worker.json`, which `sportello status` reads.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import close_old_connections, connection, connections

from sportello.config import home as place
from sportello.config import resting
from sportello.config.cli import reach
from sportello.config.hands import LOOK_EVERY, Hands, Work
from sportello.config.schedule import LOOPS, Loop
from sportello.foundation.core.away import is_away
from sportello.foundation.core.errors import StoreAway
from sportello.foundation.watch import keeping, meters
from sportello.foundation.watch.current import about
from sportello.foundation.watch.lines import kind_of

log = logging.getLogger("sportello.worker")

#: After so many productive rounds without a pause the thread breathes: another may need the processor.
ROUNDS_AT_ONCE = 100
LONGEST_PAUSE = 60.0
#: How long SIGTERM waits for the pieces under way.
PATIENCE = 4.0
HEARTBEAT = 5.0
JOBS = Loop("jobs", 0.5, "procrastinate")
#: Without jobs for so long their worker goes.
JOBS_LINGER = 30.0
_JOBS_THERE = (
    "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    " AND (scheduled_at IS NULL OR scheduled_at <= now()))"
)


@dataclass
class Round(Work):
    """One loop and what became of it."""

    loop: Loop
    stop: threading.Event
    work: Callable[[], int]
    last_at: float = 0.0
    done: int = 0
    failures: int = 0
    error: str = ""

    def once(self) -> float:
        """Work until nothing is left (or long enough); returns the seconds to wait."""
        for _ in range(ROUNDS_AT_ONCE):
            if self.stop.is_set():
                return 0.0
            close_old_connections()
            try:
                with about(loop=self.loop.name):
                    did = self.work() or 0
            except Exception as error:
                return self._failed(error)
            self.last_at, self.failures, self.error = time.time(), 0, ""
            self.done += did
            if did > 0:
                meters.add(meters.LOOP_DONE, self.loop.name, by=did)
            if did <= 0:
                return self.loop.every
        return min(self.loop.every, 0.05)

    def _failed(self, error: Exception) -> float:
        self.failures += 1
        # what it says may quote somebody's words, and this is shown
        self.error = kind_of(error)[:300]
        meters.add(meters.LOOP_FAILURES, self.loop.name)
        doubled = max(self.loop.every, 0.5) * 2.0 ** min(self.failures - 1, 8)
        pause: float = min(doubled, LONGEST_PAUSE)
        if is_away(error):
            connections.close_all()
            # The database restarts in seconds: waiting longer would only keep mail lying.
            pause = min(pause, 2.0)
            what = "the store of files" if isinstance(error, StoreAway) else "the database"
            log.warning(
                "%s: %s is away (%s), again in %.1f s", self.loop.name, what, self.error, pause,
                extra={"loop": self.loop.name},
            )
        else:
            log.error(
                "%s failed %d times, again in %.0f s", self.loop.name, self.failures, pause, exc_info=error,
                extra={"loop": self.loop.name},
            )
        return pause

    def report(self) -> dict[str, object]:
        """For `run/worker.json`."""
        return {
            "last_at": round(self.last_at, 1),
            "every": self.loop.every,
            "done": self.done,
            "failures": self.failures,
            "error": self.error,
        }


def rounds_of(loops: Sequence[Loop], stop: threading.Event) -> list[Round]:
    """The loops whose work this installation has; a missing one is told once, not run."""
    found = []
    for loop in loops:
        try:
            found.append(Round(loop, stop, reach(loop.work)))
        except Exception:
            log.exception("%s cannot be done: %s", loop.name, loop.work)
    return found


def work_until_told(only: str = "") -> int:
    """The worker's life: until SIGTERM or SIGINT. `only`: one of the loops by its name, and no jobs, in a process of
    its own beside the worker, whose heartbeat it leaves alone."""
    stop = threading.Event()
    keeping.called("intake" if only else "worker")

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    rounds = rounds_of([loop for loop in LOOPS if only in ("", loop.name)], stop)
    if not only:
        with suppress(OSError):
            place.metrics_token()  # so that whoever reads the figures finds it
    jobs = None if only else Jobs(stop)
    hands = Hands(rounds + ([Round(JOBS, stop, jobs.look)] if jobs else []), stop)
    hands.begin()
    beat_at = 0.0
    tired = Tired(rounds, jobs)
    while not stop.is_set():
        if not only and time.monotonic() >= beat_at:
            beat_at = time.monotonic() + HEARTBEAT
            _heartbeat(rounds)
            if tired.look():
                break
        stop.wait(LOOK_EVERY)
        hands.look()
    stop.set()
    deadline = time.monotonic() + PATIENCE
    hands.end(deadline)
    if jobs:
        jobs.end(deadline)
    if not only:
        _heartbeat(rounds)
    return 0


def work_a_round() -> int:
    """What is due, once, in a process that the supervisor has woken (`supervisor/sleep.py`); whoever finds something to
    do stays on as the worker. What was done lately is not done again."""
    keeping.called("worker")
    stop = threading.Event()
    rounds = rounds_of(LOOPS, stop)
    lately = _done_lately()
    for one in rounds:
        one.last_at = lately.get(one.loop.name, 0.0)
        since = time.time() - one.last_at  # as it was written: rounded, perhaps up
        if one.loop.every > 0 and -1.0 < since < one.loop.every:
            continue
        one.once()
        if one.done or one.failures:
            return work_until_told()
    jobs = Jobs(stop)
    if jobs.are_due():
        return work_until_told()
    connections.close_all()
    _heartbeat(rounds)
    return 0


def _done_lately() -> dict[str, float]:
    """When each loop last ended a round well, by whichever process."""
    try:
        loops = json.loads((settings.HOME / "run" / "worker.json").read_text())["loops"]
        return {name: float(said["last_at"]) for name, said in loops.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def work_once() -> int:
    """Every loop until it has nothing left, then the waiting jobs. 1 when one failed."""
    stop = threading.Event()
    rounds = rounds_of(LOOPS, stop)
    for one in rounds:
        one.once()
    asyncio.run(_run_jobs(stop.is_set, wait=False))
    return 1 if any(one.failures for one in rounds) else 0


class Tired:
    """A worker that has had nothing to do for a while goes to sleep where the supervisor sees when there is something
    again. Elsewhere one that has grown makes room for a fresh one: what much work leaves behind is in pieces between
    what stays, and goes only with the process."""

    def __init__(self, rounds: Sequence[Round], jobs: Jobs | None) -> None:
        self.rounds, self.jobs = rounds, jobs
        self.done = 0
        self.worked_at = time.monotonic()

    def look(self) -> bool:
        """Asked with each heartbeat."""
        done = sum(one.done for one in self.rounds)
        if done != self.done or (self.jobs is not None and self.jobs.are_there()):
            self.done, self.worked_at = done, time.monotonic()
        quiet = time.monotonic() - self.worked_at
        if resting.may_sleep():
            return quiet > resting.QUIET_WORKER
        return quiet > resting.QUIET and resting.may_rest() and resting.grown(resting.GROWN_WORKER)


class Jobs:
    """Procrastinate's worker, there while there are jobs: it holds connections of its own and asks twice a second."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.seen_at = 0.0
        self.thread: threading.Thread | None = None

    def look(self) -> int:
        """Are there jobs to be done or being done? Then there is a worker. Returns nothing done: the worker does."""
        if self.are_due():
            self.seen_at = time.monotonic()
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._work, name="jobs", daemon=True)
                self.thread.start()
        return 0

    def are_due(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(_JOBS_THERE)
            return bool(cursor.fetchone()[0])

    def are_there(self) -> bool:
        """Is there a worker for them?"""
        return self.thread is not None and self.thread.is_alive()

    def end(self, deadline: float) -> None:
        if self.thread is not None:
            self.thread.join(max(0.0, deadline - time.monotonic()))

    def enough(self) -> bool:
        """Told to stop, or nothing to do for a while."""
        return self.stop.is_set() or time.monotonic() - self.seen_at > JOBS_LINGER

    def _work(self) -> None:
        failures = 0
        while not self.enough():
            try:
                asyncio.run(_run_jobs(self.enough, wait=True))
                failures = 0
            except Exception as error:
                failures += 1
                pause = min(0.5 * 2**failures, 5.0)
                log.warning("the jobs stopped (%s), again in %.1f s", kind_of(error), pause)
                self.stop.wait(pause)


async def _run_jobs(enough: Callable[[], bool], *, wait: bool) -> None:
    """Run jobs until it is enough (then for three seconds more), or, not waiting, until none is left.

    A second app shares the tasks but has the worker's own connections: replacing the connector of the first,
    as procrastinate's command does, would take every job deferred in a loop out of its transaction.
    """
    import procrastinate
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=3, timeout=5.0)
    app.perform_import_paths()
    own = procrastinate.App(
        connector=connector, import_paths=app.import_paths, worker_defaults=app.worker_defaults
    )
    own.tasks, own.periodic_registry = app.tasks, app.periodic_registry
    async with own.open_async():
        work = asyncio.create_task(
            own.run_worker_async(
                wait=wait, concurrency=2, install_signal_handlers=False, shutdown_graceful_timeout=3.0
            )
        )
        while not work.done():
            await asyncio.wait([work], timeout=0.2)
            if enough() and not work.done():
                work.cancel()
                await asyncio.wait([work])
        with suppress(asyncio.CancelledError):
            work.result()


def retry_stalled_jobs() -> int:
    """Jobs whose worker was killed stay `doing` for ever: let them be done again. Returns how many.

    A worker that lives tells so every ten seconds; thirty of silence are its end.
    """
    from procrastinate.contrib.django import app

    async def retry() -> int:
        stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30))
        for job in stalled:
            log.warning("job %s was left behind by a worker that is gone: again", job.id, extra={"job": {"id": job.id}})
            await app.job_manager.retry_job(job)
        return len(stalled)

    return int(async_to_sync(retry)())


def _heartbeat(rounds: Sequence[Round]) -> None:
    path = settings.HOME / "run" / "worker.json"
    half = path.with_suffix(".half")
    written = {"at": round(time.time(), 1), "loops": {one.loop.name: one.report() for one in rounds}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(written))
        half.replace(path)
    except OSError as error:  # a full disk must not end the work
        log.warning("the heartbeat could not be written: %s", error)

"""A program that nobody has needed for a minute ends, and is forked again when somebody does; one that has grown makes
room for a fresh one. Only under a supervisor: it holds the open socket meanwhile (`supervisor/staff.py`).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sportello.config.supervisor.parent import SUPERVISED
from sportello.config.supervisor.sleep import SLEEPS

#: Seconds without anybody.
QUIET = 60.0
#: Of a worker that may sleep: it is back at once when there is something.
QUIET_WORKER = 20.0
#: The pages are exchanged later: who clicks every few minutes should find their templates made.
QUIET_PAGES = 600.0
LOOK_EVERY = 5.0
#: MB that only this process has: fresh ones have 5 to 15 (pages) and 25 (worker).
GROWN_PAGES, GROWN_WORKER = 24.0, 40.0


def may_rest() -> bool:
    """Is there somebody who starts us again?"""
    return bool(os.environ.get(SUPERVISED))


def may_sleep() -> bool:
    """Does the supervisor see when somebody writes to the database?"""
    return bool(os.environ.get(SLEEPS))


def when(tired: Callable[[], bool]) -> None:
    """End this process as the supervisor would, once `tired()`; looked at every few seconds."""

    def look() -> None:
        while not tired():
            time.sleep(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    if may_rest():
        threading.Thread(target=look, name="rest", daemon=True).start()


def grown(megabytes: float) -> bool:
    """Has this process more than so much of its own? False where that cannot be seen."""
    try:
        rows = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return False
    own = sum(int(row.split()[1]) for row in rows if row.startswith("Private_"))
    return own > megabytes * 1024


class Use:
    """How long nobody has wanted anything. Counted from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0
        self._at = time.monotonic()

    def begin(self) -> None:
        with self._lock:
            self._under_way += 1

    def end(self) -> None:
        with self._lock:
            self._under_way -= 1
            self._at = time.monotonic()

    def quiet(self) -> float:
        """Seconds since the last ended; 0 while one is under way."""
        with self._lock:
            return 0.0 if self._under_way else time.monotonic() - self._at


def ask_for_the_collector() -> int:
    """A loop of the worker: while there are mailboxes to be read, a file says so to the supervisor. Nothing to be done
    for anybody, so 0."""
    from django.conf import settings

    from sportello.config.supervisor.staff import WANTED
    from sportello.service.channels.collecting.process import wanted

    path = Path(settings.HOME) / "run" / WANTED
    if wanted():
        if not path.exists():
            path.touch()
    else:
        path.unlink(missing_ok=True)
    return 0

"""When the worker is needed: it sleeps, where the database is ours, while nobody writes to it.

Everything that gives the worker something to do is a row, and every row goes through the database's log (`pg_wal/`),
whose files tell when they were last written to: no connection, no statement, no process is needed to see it. Besides,
time passes: twice a minute a round of everything that is due is done by a process that ends when there was nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from sportello.config.supervisor.child import Child

#: In the environment of the programs where the worker may sleep.
SLEEPS = "SPORTELLO_SLEEPS"
#: What the nursery calls a worker that ends when nothing is due.
ROUND = "worker-round"
#: Seconds between two rounds: half of what makes the silence of a worker an alarm.
NAP = 30.0
#: Woken so often within so many seconds the worker stays up: somebody is at work.
OFTEN, AT_WORK = 6, 60.0
#: Each time it was woken within them, so much longer until the next: what tidies the database writes for a while.
BREATH = 0.5
#: How often the log is looked at while the worker sleeps.
LOOK_EVERY = 0.25


class Sleep:
    """Is the worker needed? Asked again and again while there is none, and decides which one is started."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child, self.log = child, log
        self.woken: list[float] = []

    def __call__(self) -> bool:
        if self.child.by is None:  # to come back would take it seconds: it is told not to sleep
            self.child.env = {name: value for name, value in self.child.env.items() if name != SLEEPS}
        if self.child.by is None or not self.child.ended_at:
            self.child.program = ""
            return True
        # what was written while it was still there may have been written after it looked
        seen = max(self.child.started_at, self.child.ended_at - AT_WORK)
        now = time.time()
        self.woken = [at for at in self.woken if 0.0 <= now - at < AT_WORK]
        if now - self.child.ended_at >= BREATH * len(self.woken) and self._written_at() > seen:
            self.child.program = ROUND if len(self.woken) < OFTEN else ""
            self.woken.append(now)
            return True
        if not 0.0 <= now - self.child.ended_at < NAP:
            self.child.program = ROUND
            return True
        return False

    def _written_at(self) -> float:
        """When the log was last written to; now, where that cannot be seen."""
        try:
            with os.scandir(self.log) as found:
                return max((one.stat().st_mtime for one in found if one.is_file()), default=time.time())
        except OSError:
            return time.time()

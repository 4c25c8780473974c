"""One program kept alive: started again when it ends, with a pause that grows while it keeps ending."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sportello.config.supervisor.doors import GIVEN, Door
from sportello.config.supervisor.postgres import tail

FIRST_PAUSE = 0.3
LONGEST_PAUSE = 30.0
NOT_NOW = 0.02
#: Having lived so long it is well again: the next end is a new story.
WELL_AFTER = 20.0
LOG_BYTES = 10 * 1024 * 1024


class Process(Protocol):
    """What we ask of a running program: the part of `subprocess.Popen` we use."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code (minus the signal that killed it), None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, waiting; `subprocess.TimeoutExpired` when it still runs by then."""

    def send_signal(self, sig: int) -> None:
        """To a process that runs; nothing to one that ended."""


class NotNow(Exception):
    """It cannot be started at this moment: again in a moment, and it is not its fault."""


class Never(Exception):
    """It cannot be started in this way at all: in the usual one, then."""


#: Another way to start a program: (program, its log, the number of its open socket or -1) -> the process. `NotNow` when
#: it must wait, `Never` when there is no such way here.
Start = Callable[[str, Path, int], Process]


@dataclass
class Child:
    """`python -m sportello <program>` in a session of its own: Ctrl-C at the terminal reaches only the
    supervisor.
    """

    name: str
    log: Path
    env: Mapping[str, str]
    #: Seconds an orderly end may take.
    patience: float = 6.0
    #: Where several run the same, its command; empty: as its name.
    program: str = ""
    #: How it is started, where not by an interpreter of its own (see nursery.py).
    by: Start | None = None
    #: Where people come in; the program is given it.
    door: Door | None = None
    #: One that ends by itself with 0 has gone to rest, and is started again when this says so; None: it never rests.
    needed: Callable[[], bool] | None = None
    #: True while it runs for nothing: it is asked to end.
    idle: Callable[[], bool] | None = None
    process: Process | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    again_at: float = 0.0
    #: By the clock of the files: when it was last started, and when it last went to rest (0: has not).
    started_at: float = 0.0
    ended_at: float = 0.0
    log_began: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start it; its words go to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.log_began = log.tell()
            try:
                self.process = self._begin(log.fileno())
            except NotNow:
                self.again_at = time.monotonic() + NOT_NOW
                return
        self.started, self.started_at = time.monotonic(), time.time()

    def _begin(self, log: int) -> Process:
        door = -1 if self.door is None else self.door.fileno()
        if self.by is not None:
            try:
                return self.by(self.program or self.name, self.log, door)
            except Never:
                self.by = None
        given = {GIVEN: str(door)} if door >= 0 else {}
        return subprocess.Popen(
            [sys.executable, "-m", "sportello", self.program or self.name],
            env={**self.env, **given},
            pass_fds=[door] if door >= 0 else [],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def look(self) -> str:
        """Start it again if it ended and the pause is over. A sentence when it has just ended, else ''."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.again_at and (self.needed is None or self.needed()):
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            if self.idle is not None and self.idle():
                self.ask_to_end()
            return ""
        self.clear_group()
        if now - self.started > WELL_AFTER:
            self.pause = FIRST_PAUSE
        self.process = None
        if code == 0 and self.needed is not None:
            self.again_at, self.ended_at = now, time.time()
            return ""
        self.again_at, self.ended_at = now + self.pause, 0.0
        said = f"{self.name} ended ({_how(code)}); again in {self.pause:.1f} s"
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        words = tail(self.log, self.log_began, 5) if code > 0 else ""
        return said + ("\n" + "\n".join("    " + line for line in words.split("\n")) if words else "")

    def rests(self) -> bool:
        """Not there because nobody needs it, not because it failed."""
        return self.process is None and self.needed is not None and time.monotonic() >= self.again_at

    def needs_a_knock(self) -> bool:
        """It comes back when somebody stands at its door."""
        return self.door is not None and self.needed == self.door.is_knocked_at

    def ask_to_end(self) -> None:
        """SIGTERM: finish the piece under way and go."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> bool:
        """Wait until `deadline` (monotonic), then kill. True when it went by itself."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
            by_itself = True
        except subprocess.TimeoutExpired:
            by_itself = False
        self.clear_group()
        self.process.wait()
        self.process = None
        return by_itself

    def clear_group(self) -> None:
        """Workers outlive a master that was killed and would keep its port: the whole group goes."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def trim_log(self) -> None:
        """Keep one full log besides the current. The file is written in append mode: it may be cut under its
        writer.
        """
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_BYTES:
                self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
                os.truncate(self.log, 0)


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

"""Which programs there are, where their people come in, and when one that has gone to rest is needed.

A program nobody needs is memory that nobody needs. The stream without browsers, the mail listener without senders, the
collector without mailboxes and all pages' processes but one end after a quiet minute (`config/resting.py`), and are
forked again, in a tenth of a second, when they are needed; the first of the pages and the worker, always there, are
exchanged for fresh ones when quiet after they have grown.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sportello.config.supervisor.child import Child, Start
from sportello.config.supervisor.doors import Door
from sportello.config.supervisor.sleep import SLEEPS, Sleep

#: The programs, in the order they are started; seconds an orderly end may take.
PROGRAMS = {"web": 6.0, "stream": 4.0, "worker": 6.0, "listen": 6.0, "collect": 6.0}
#: Reads mail beside the worker, as often as `SPORTELLO_INTAKE_PROCESSES` says.
INTAKE = ("intake", 6.0)
#: One process of the pages has used so much of a core for a second: one more may come.
BUSY = 0.2
#: One more than the first that has had so little to do for so many seconds goes.
REST = 60.0
#: Written by the worker while there are mailboxes to be read at their providers.
WANTED = "collect.wanted"
#: What the supervisor says of the programs: name → "runs", "rests" or "ended" (it will be started again).
TOLD = "programs.json"


class Doors:
    """The ports of the installation."""

    def __init__(self, bind: str, mail_bind: str, ports: tuple[int, int, int]) -> None:
        pages, stream, mail = ports
        self.web = Door(bind, pages, "SPORTELLO_PORT")
        self.stream = Door(bind, stream, "SPORTELLO_STREAM_PORT")
        self.mail = Door(mail_bind, mail, "SPORTELLO_MAIL_PORT")

    def __iter__(self) -> Iterator[Door]:
        return iter((self.web, self.stream, self.mail))

    def take(self) -> None:
        """All of them; Trouble when one is somebody else's."""
        for door in self:
            door.take()

    def open(self) -> None:
        for door in self:
            door.open()

    def close(self) -> None:
        for door in self:
            door.close()


class Idle:
    """Has a program used next to nothing of the processor for REST seconds?"""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.pid = self.ticks = 0
        self.used_at = 0.0

    def __call__(self) -> bool:
        process, now = self.child.process, time.monotonic()
        if process is None or sys.platform != "linux":
            return False
        ticks = _ticks(process.pid)
        if process.pid != self.pid or ticks > self.ticks + 1:
            self.pid, self.ticks, self.used_at = process.pid, ticks, now
        return now - self.used_at > REST


class Busy:
    """Does a program use more than BUSY of a core? Asked again and again; where that cannot be seen, it does."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.pid = self.ticks = 0
        self.at = 0.0
        self.is_busy = False

    def __call__(self) -> bool:
        if sys.platform != "linux":
            return True
        process, now = self.child.process, time.monotonic()
        if process is None:
            return False
        if process.pid == self.pid and now - self.at < 1.0:
            return self.is_busy
        ticks = _ticks(process.pid)
        since = now - self.at
        self.is_busy = process.pid == self.pid and ticks - self.ticks > BUSY * since * os.sysconf("SC_CLK_TCK")
        self.pid, self.ticks, self.at = process.pid, ticks, now
        return self.is_busy


@dataclass(frozen=True)
class Plan:
    """What the environment asks for: processes of the pages, and such as read mail beside the worker. `log`: the folder
    of the database's log, where it is ours."""

    web: int
    intake: int
    log: Path | None = None


def staff(home: Path, doors: Doors, env: dict[str, str], by: Start | None, plan: Plan) -> list[Child]:
    """The programs, none started yet."""

    def one(name: str, patience: float, door: Door | None = None, program: str = "") -> Child:
        return Child(name, home / "logs" / f"{name}.log", env, patience, program, by, door)

    def always() -> bool:
        return True

    pages = [one("web", PROGRAMS["web"], doors.web)]
    pages[0].needed = always
    for number in range(2, plan.web + 1):
        more = one(f"web-{number}", PROGRAMS["web"], doors.web, "web")
        more.needed, more.idle = Busy(pages[-1]), Idle(more)
        pages.append(more)
    stream, worker = one("stream", PROGRAMS["stream"], doors.stream), one("worker", PROGRAMS["worker"])
    listen, collect = one("listen", PROGRAMS["listen"], doors.mail), one("collect", PROGRAMS["collect"])
    stream.needed, worker.needed = doors.stream.is_knocked_at, always
    if env.get(SLEEPS) and plan.log is not None:
        worker.needed = Sleep(worker, plan.log)
    if not env.get("SPORTELLO_LMTP_PORT"):  # a second door, which the listener opens itself
        listen.needed = doors.mail.is_knocked_at
    collect.needed = (home / "run" / WANTED).exists
    program, patience = INTAKE
    readers = [one(f"{program}-{number}", patience, program=program) for number in range(1, plan.intake + 1)]
    return [pages[0], stream, worker, listen, collect, *readers, *pages[1:]]


class Telling:
    """`run/programs.json`, written when something has changed."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run" / TOLD
        self.told: dict[str, str] = {}

    def look(self, children: Sequence[Child]) -> None:
        now = {child.name: "runs" if child.process else "rests" if child.rests() else "ended" for child in children}
        if now == self.told:
            return
        self.told = now
        half = self.path.with_suffix(".half")
        with suppress(OSError):  # a full disk is no reason to end
            half.write_text(json.dumps(now))
            half.replace(self.path)

    def end(self) -> None:
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _ticks(pid: int) -> int:
    """Of processor, by the process alone."""
    try:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    except (OSError, ValueError):
        return 0

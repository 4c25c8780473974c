"""A program's own figures as a file of the home, so that one page and one scrape see all programs.

`run/watch/<program>-<pid>-<born>.json`, written whole within SOON seconds after something changed, by a thread that
lives only until then. A program that is killed loses what it counted in those seconds. The files of programs that ended
are added up into `gone.json` (`fold`, called by the worker): numbers would fall otherwise when a program is started
again. A disk that is full, or a home that cannot be written, costs a line of the log and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings

log = logging.getLogger("sportello.watch")

SOON: Final = 5.0
GONE: Final = "gone.json"


@dataclass(frozen=True)
class _Part:
    mine: Callable[[], Any]
    merged: Callable[[list[Any]], Any]


@dataclass
class _State:
    timer: threading.Timer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    name: str = ""
    complained: bool = False


#: What this process is called; a fork goes on under it until it is called otherwise.
_PROGRAM: Final = {"name": ""}
_PARTS: Final[dict[str, _Part]] = {}
_STATE = _State()


def register(name: str, mine: Callable[[], Any], merged: Callable[[list[Any]], Any]) -> None:
    """`mine` gives what this process has to keep under `name`, as JSON takes it; `merged` makes one of several."""
    _PARTS[name] = _Part(mine, merged)


def called(program: str, *, unless_named: bool = False) -> None:
    """Name this process for its figures: `web`, `worker`, … Letters only, or its file is nobody's."""
    if not (unless_named and _PROGRAM["name"]):
        _PROGRAM["name"] = program
        _STATE.name = ""


def folder() -> Path:
    return Path(settings.HOME) / "run" / "watch"


def changed() -> None:
    """Something is to be kept: soon, and once for all that changes until then."""
    if _STATE.timer is not None:
        return
    with _STATE.lock:
        if _STATE.timer is None:
            _STATE.timer = threading.Timer(SOON, keep)
            _STATE.timer.daemon = True
            try:
                _STATE.timer.start()
            except RuntimeError:  # no more threads, or the interpreter is ending
                _STATE.timer = None


def keep() -> None:
    """Write now what this process has."""
    _STATE.timer = None
    where = folder()
    if not Path(settings.HOME).is_dir():
        return  # taken away before this process ended: it is not made again
    if not _STATE.name:
        program = _PROGRAM["name"] or "program"
        _STATE.name = f"{program}-{os.getpid()}-{time.time_ns() // 1_000_000}.json"
    try:
        where.mkdir(parents=True, exist_ok=True)
        _write(where / _STATE.name, {name: part.mine() for name, part in _PARTS.items()})
        _STATE.complained = False
    except OSError as error:
        if not _STATE.complained:
            _STATE.complained = True
            log.warning("figures cannot be kept: %s", error.strerror)


def others(name: str) -> Iterator[Any]:
    """What the other programs of this home keep under `name`, those that ended too; never while they are added up, or
    something would be counted twice."""
    where = folder()
    try:
        with (where / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            found = [_read(path) for path in sorted(where.glob("*.json")) if path.name != _STATE.name]
    except OSError:
        return
    yield from (one[name] for one in found if name in one)


def fold() -> int:
    """Add up what programs left that ended; returns how many. Two who try at once: one does."""
    where = folder()
    ended = _ended(where)
    if not ended:
        return 0
    with (where / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 0
        ended = [path for path in ended if path.exists()]
        found = [_read(path) for path in (where / GONE, *ended)]
        together = {
            name: part.merged([one[name] for one in found if name in one]) for name, part in _PARTS.items()
        }
        _write(where / GONE, together)
        for path in ended:
            path.unlink(missing_ok=True)
    return len(ended)


def _ended(where: Path) -> list[Path]:
    """Files of programs that are gone. Numbers of processes are used again, in a container the same after each start:
    of several files with one number only the last born may be of somebody who lives."""
    by_pid: dict[str, list[Path]] = {}
    for path in where.glob("*-*-*.json"):
        by_pid.setdefault(path.stem.rsplit("-", 2)[1], []).append(path)
    ended = []
    for pid, paths in by_pid.items():
        *older, last = sorted(paths, key=lambda path: path.stem.rsplit("-", 1)[1].zfill(20))
        ended += older if _lives(pid) else [*older, last]
    return ended


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, record: dict[str, Any]) -> None:
    half = path.with_suffix(".half")
    half.write_text(json.dumps(record, separators=(",", ":")))
    half.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _forked() -> None:
    global _STATE
    _STATE = _State()


def _ending() -> None:
    if _STATE.timer is not None:
        _STATE.timer.cancel()
        _STATE.complained = True  # nobody is left to read it
        with contextlib.suppress(Exception):
            keep()


os.register_at_fork(after_in_child=_forked)
atexit.register(_ending)

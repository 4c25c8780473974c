"""What this machine says of itself, without the database: disk, the worker's heartbeat, the stream, the last backup."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from sportello.foundation.files import store
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.watch import keeping

#: Set by the supervisor for the programs it started on this machine (`config/supervisor/parent.py`): all of them.
SUPERVISED: Final = "SPORTELLO_SUPERVISED"
#: What the supervisor says of each of them (`config/supervisor/staff.py`). Its doors are open even when nobody is
#: behind them, and to knock would wake who rests.
PROGRAMS: Final = "programs.json"


@dataclass(frozen=True)
class Loop:
    """A loop of the worker: seconds since it last ended a round well (None: not yet), failures in a row, error."""

    name: str
    since: float | None
    failures: int
    error: str
    every: float = 0.0


@dataclass(frozen=True)
class Here:
    free_bytes: int
    disk_bytes: int
    #: Seconds since the worker's heartbeat; None where no worker ever ran in this home.
    worker: float | None
    loops: list[Loop] = field(default_factory=list)
    #: The same of the stream's process, and what it said of itself.
    stream: float | None = None
    streams: dict[str, Any] = field(default_factory=dict)
    #: Seconds since the last whole backup of this home; None where none is known.
    backup: float | None = None
    #: Whether the mail listener answers; None where it is not known to run on this machine.
    listener: bool | None = None


def look() -> Here:
    """A few small files, and a question to the file system."""
    free, size = disk()
    worker, stream, backup = written("worker.json"), written("stream.json"), written("backup.json")
    now = server_now().timestamp()
    loops = worker.get("loops")
    return Here(
        free_bytes=free,
        disk_bytes=size,
        worker=_since(worker, now),
        loops=[_loop(name, said, now) for name, said in loops.items()] if isinstance(loops, dict) else [],
        stream=_since(stream, now),
        streams=stream,
        backup=_since(backup, now),
        listener=listener(),
    )


def disk() -> tuple[int, int]:
    """Free bytes and all bytes of the disk that files are on."""
    found = shutil.disk_usage(_existing(store.on_disk()))
    return found.free, found.total


def heartbeat() -> float | None:
    """Seconds since the worker's; None where none ever ran in this home."""
    return _since(written("worker.json"), server_now().timestamp())


def listener() -> bool | None:
    """Whether mail is taken here: by a program that runs, or by one that rests until somebody knocks. None where it is
    not known to be this machine's business."""
    if not os.environ.get(SUPERVISED):
        return None
    said = written(PROGRAMS).get("listen")
    return None if said is None else said in ("runs", "rests")


def rests(program: str) -> bool:
    """Whether the supervisor says that it is not there because nothing needs it."""
    return written(PROGRAMS).get(program) == "rests"


def written(name: str) -> dict[str, Any]:
    """A file of `run/` that a program wrote of itself; empty where there is none."""
    try:
        found = json.loads((Path(settings.HOME) / "run" / name).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def memory() -> dict[str, int]:
    """Program → proportional bytes of memory of its processes, of those that have counted something; Linux only."""
    found: dict[str, int] = {}
    named = [path.name.rsplit("-", 2) for path in keeping.folder().glob("*-*-*.json")]
    pids = {int(one[1]): one[0] for one in named if one[1].isdigit()} | {os.getpid(): "web"}
    stream = written("stream.json").get("pid")
    if isinstance(stream, int):
        pids[stream] = "stream"
    for pid, program in pids.items():
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        line = next((one for one in text.splitlines() if one.startswith("Pss:")), "Pss: 0 kB")
        found[program] = found.get(program, 0) + int(line.split()[1]) * 1024
    return found


def _since(said: dict[str, Any], now: float) -> float | None:
    at = said.get("at")
    if isinstance(at, (int, float)):
        return max(0.0, now - float(at))
    try:
        return max(0.0, now - datetime.fromisoformat(str(at)).timestamp()) if at else None
    except ValueError:
        return None


def _loop(name: str, said: dict[str, Any], now: float) -> Loop:
    last = float(said.get("last_at") or 0)
    return Loop(name, max(0.0, now - last) if last else None, int(said.get("failures", 0)), str(said.get("error", "")),
                float(said.get("every") or 0))  # fmt: skip


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path

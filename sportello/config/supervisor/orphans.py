"""Processes of a database whose supervisor is gone.

After kill -9 of the postmaster a busy backend lives on and the next start is refused ("pre-existing shared
memory block is still in use"). Each backend is a session of its own, so no signal to a group reaches it; what
they share is their working folder, the data folder. Linux shows it in /proc; elsewhere we only know the
postmaster's own id.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path


def working_in(data: Path) -> list[int]:
    """Ids of the PostgreSQL processes whose working folder is `data` (the postmaster included)."""
    proc = Path("/proc")
    if not (proc / "self" / "cwd").exists():
        return _postmaster_only(data)
    found = []
    for entry in proc.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.readlink(entry / "cwd") != str(data):
                continue
            words = (entry / "cmdline").read_bytes()
        except OSError:  # ended meanwhile, or another user's
            continue
        first = words.split(b"\0", 1)[0]
        if first.startswith(b"postgres:") or first.endswith(b"/postgres"):
            found.append(int(entry.name))
    return found


def postmaster_of(data: Path) -> int | None:
    """The id written in `postmaster.pid`, whether it lives or not."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def end_all(data: Path, patience: float = 10.0) -> int:
    """End every process of a database nobody supervises; returns how many there were.

    A living postmaster is asked for a fast stop first: then nothing needs to be recovered.
    """
    there = working_in(data)
    count = len(there)
    postmaster = postmaster_of(data)
    if postmaster in there:
        _signal(postmaster, signal.SIGINT)
        there = _wait(data, patience)
    for pid in there:
        _signal(pid, signal.SIGKILL)
    _wait(data, 5.0)
    return count


def _wait(data: Path, patience: float) -> list[int]:
    deadline = time.monotonic() + patience
    while (left := working_in(data)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _signal(pid: int, which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, which)


def _postmaster_only(data: Path) -> list[int]:
    pid = postmaster_of(data)
    if pid is None:
        return []
    try:
        os.kill(pid, 0)
    except OSError:
        return []
    return [pid]

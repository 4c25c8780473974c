"""Processor time that processes used, from /proc: what a request costs, whoever else works on the machine."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = 1000 / os.sysconf("SC_CLK_TCK")


def of_tree(pid: int) -> float:
    """Milliseconds, user and system, of a process and its children, also those that have ended."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if entry.parent.name == str(pid):
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == str(pid):
            ticks += sum(map(int, fields[11:13]))
    return ticks * _TICK


def of_database(home: Path) -> float:
    """The same of all processes of a home's cluster."""
    return of_tree(int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))

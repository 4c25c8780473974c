"""What a piece of work cost that several processes share: their processor time, and what the database wrote for it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

#: What the fixed calculation takes on the machine of bench/README.md where one process computes alone at its best, in
#: ms, by Debian's own Python. One built without optimisation takes 10.8: figures before 30 November, 03:50, are its.
PACE_ALONE = 6.5


def pace_now() -> float:
    """Milliseconds of processor that a fixed calculation takes now: how dear processor time is just then."""
    began, kept = time.process_time(), {}
    for number in range(60_000):
        kept[number % 977] = str(number) + "a"
    return 1000 * (time.process_time() - began)


def surroundings() -> str:
    """What the machine is doing besides, for who compares figures of two hours: its load, and its pace."""
    pace = median(pace_now() for _ in range(5))
    return f"load {os.getloadavg()[0]:.1f}, pace {pace:.1f} ms for what took {PACE_ALONE} alone at its best"


@dataclass(frozen=True)
class Log:
    """The database's write-ahead log so far."""

    records: int
    pages: int
    size: int

    @classmethod
    def now(cls) -> Log:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush(), wal_records, wal_fpi, wal_bytes::int8 FROM pg_stat_wal")
            _none, records, pages, size = cursor.fetchone()
        return cls(records, pages, size)

    def since(self, before: Log, units: int) -> str:
        records, pages, size = (
            (now - then) / units
            for now, then in ((self.records, before.records), (self.pages, before.pages), (self.size, before.size))
        )
        return f"{size:,.0f} bytes of write-ahead log in {records:.1f} records, {pages:.2f} of them whole pages"


def database(home: Path) -> float:
    """Milliseconds of processor, user and system, that all processes of the cluster have used so far, also those that
    have ended."""
    return tree(int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))


def tree(root: int) -> float:
    """Milliseconds of processor of a process, of its children, and of those that have ended."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if entry.parent.name == str(root):
            ticks += sum(map(int, fields[11:15]))  # its own, and of children that have ended
        elif fields[1] == str(root):
            ticks += sum(map(int, fields[11:13]))
    return 1000 * ticks / os.sysconf("SC_CLK_TCK")

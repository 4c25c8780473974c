"""`python -m bench.growth`: what ten years of 1,000 tickets a day weigh, measured at a hundredth and multiplied.

One installation with its own database is filled with 36,500 tickets spread over ten years, by the product's own load.
Told are the sizes of tables and indexes by what they are for, how long a vacuum takes, what the journal's 120 months
cost its readers, and what it takes to dispose of a year: so many tickets go by the product's own verbs, and the sizes
before and after tell what is given back.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections import defaultdict
from datetime import timedelta
from typing import Any

SHARE = 100
TICKETS = 10 * 365 * 1_000 // SHARE
DAYS = 3_650
#: What a table is for, by the beginning of its name; the first that fits.
FOR = (
    ("journal", "journal_event"),
    ("search", "tickets_searchrow"),
    ("words: entries, messages, notes", "tickets_entry", "tickets_message", "tickets_note", "tickets_recipient",
     "tickets_ticketevent", "tickets_attachment"),
    ("tickets: state, terms, reasons, notices", "tickets_"),
    ("mail in and out", "channels_", "files_"),
    ("customers", "customers_"),
    ("registers and archive", "backoffice_"),
    ("all else", ""),
)  # fmt: skip
SIZES = """
SELECT relname, pg_table_size(oid), pg_indexes_size(oid), greatest(reltuples, 0)::bigint
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""

Sizes = dict[str, tuple[int, int, int]]


def sizes() -> Sizes:
    """purpose: (bytes of tables, bytes of indexes, rows)."""
    from django.db import connection

    found: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(SIZES)
        for name, table, indexes, rows in cursor.fetchall():
            purpose = next(one[0] for one in FOR if any(name.startswith(start) for start in one[1:]))
            held = found[purpose]
            found[purpose] = (held[0] + table, held[1] + indexes, held[2] + rows)
    return dict(found)


def tell(found: Sizes) -> None:
    print(f"\n{'':<42}{'measured MB':>12}{'of it indexes':>15}{'rows':>12}{'ten years GB':>14}{'a ticket kB':>13}")
    total = [0, 0, 0]
    for purpose, *_ in FOR:
        table, indexes, rows = found.get(purpose, (0, 0, 0))
        total = [total[0] + table, total[1] + indexes, total[2] + rows]
        line(purpose, table, indexes, rows)
    line("all", *total)


def line(purpose: str, table: int, indexes: int, rows: int) -> None:
    whole = table + indexes
    print(f"{purpose:<42}{whole / 1e6:>12.1f}{indexes / 1e6:>15.1f}{rows:>12,}"
          f"{whole * SHARE / 1e9:>14.1f}{whole / TICKETS / 1e3:>13.2f}")  # fmt: skip


def timed(words: str, work: Any) -> float:
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    print(f"{words}: {took:.2f} s", flush=True)
    return took


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def journal() -> None:
    """What a reader pays for ten years of months, behind the last event and far in the past."""
    from django.db import connection

    from sportello.foundation.journal import partitions, reader

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'journal_event'::regclass")
        print(f"\nthe journal has {cursor.fetchone()[0]} months")
    head = reader.head()
    for words, at in (("nothing new", head), ("500 of long ago", reader.Position(head.epoch))):
        reader.read_after(at)
        times = []
        for _ in range(50):
            began = time.perf_counter()
            got = len(reader.read_after(at))
            times.append((time.perf_counter() - began) * 1000)
        print(f"reading the journal, {words}: {sorted(times)[25]:.1f} ms ({got} events)")
    timed("its next months are looked after", partitions.ensure_partitions)


def dispose(cast: Any, many: int) -> None:
    """So many of the oldest closed tickets go, as proposed by one, approved by another and carried out by the
    worker."""
    from sportello.foundation.tenancy import clock
    from sportello.service.backoffice.archive import carrying_out, disposal, filing
    from sportello.service.backoffice.models import FileClass, Filing

    while filing.work():
        pass
    now = clock.now(cast.borgo)
    FileClass.objects.filter(organisation=cast.borgo).update(confirmed_at=now)
    oldest = Filing.objects.filter(organisation=cast.borgo).order_by("closed_at").values_list("pk", flat=True)
    Filing.objects.filter(pk__in=list(oldest[:many])).update(keep_until=(now - timedelta(days=3)).date())
    made = disposal.propose(cast.borgo, cast.member("Carla"))
    disposal.approve(made, "nulla osta di prova", cast.member("Elena"))
    began = time.perf_counter()
    cpu = time.process_time()
    while carrying_out.work():
        pass
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    lines = dict(made.lines.values_list("state").annotate(many=_count()))
    many = max(1, lines.get("done", 0))  # the list holds what else was due
    print(f"\ndisposing of {lines}: {took:.1f} s, {took / many * 1000:.0f} ms a ticket ({cpu / many * 1000:.0f} of our"
          f" processor); a year of 365,000 takes {took / many * 365_000 / 3600:.1f} hours of one worker")  # fmt: skip


def _count() -> Any:
    from django.db.models import Count

    return Count("pk")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--dispose", type=int, default=365, help="how many tickets go (365)")
    args = parser.parse_args()
    from .place import installation

    logging.disable(logging.INFO)  # a line a ticket
    with installation():
        from sportello.config.load import running
        from sportello.config.load.planning import Plan
        from tests.cast import assemble

        cast = assemble()
        print(f"load {os.getloadavg()[0]:.1f}")
        loaded = running.load(cast.borgo, Plan(TICKETS, 3, 1, days=DAYS))
        print(f"{loaded.tickets} tickets, {loaded.rows} rows in {loaded.seconds:.0f} s")
        timed("vacuum and analyze, all tables", vacuum)
        tell(sizes())
        journal()
        dispose(cast, args.dispose)
        timed("vacuum after it", vacuum)
        tell(sizes())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

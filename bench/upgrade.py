"""`python -m bench.upgrade --home HOME`: a new version's schema on a database full of tickets while people work on it.

Every sort of change a version brings to a table (a column, one with a default, indexes, a check, a unique key, a key
into another table inside its organisation, a column that must be there from now on, one filled in portions, one taken
away) is done to the largest tables, as `sportello migrate` does it, while two readers and two writers go on; told is
how long each change took and how long somebody waited for it at most. Everything is taken away again. `--plain` does
it as Django alone would. Copy a home first if it is dear to you.
"""

from __future__ import annotations

import argparse
import os
import random
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

APP = "tickets"


@dataclass
class Worker(threading.Thread):
    """Asks for rows of a table again and again, or writes to them, each in a transaction of its own."""

    sql: str
    highest: int
    stop: threading.Event
    longest: float = 0.0
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        from django.db import connection

        chance = random.Random(self.sql)
        with connection.cursor() as cursor:
            while not self.stop.is_set():
                began = time.perf_counter()
                cursor.execute(self.sql, [chance.randint(1, self.highest)])
                took = time.perf_counter() - began
                with self._lock:
                    self.longest, self.asked = max(self.longest, took), self.asked + 1
                time.sleep(0.01)
        connection.close()

    def since(self) -> float:
        """The longest wait since this was last asked, in seconds."""
        with self._lock:
            longest, self.longest = self.longest, 0.0
        return longest


def people(stop: threading.Event) -> list[Worker]:
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for table in ("tickets_ticket", "tickets_entry"):
            cursor.execute(f"SELECT max(id) FROM {table}")
            highest = int(cursor.fetchone()[0])
            found.append(Worker(f"SELECT * FROM {table} WHERE id = %s", highest, stop))
            found.append(Worker(f"UPDATE {table} SET organisation_id = organisation_id WHERE id = %s", highest, stop))
    return found


def changes() -> list[tuple[str, list[Any]]]:
    """(what it is, operations), in an order in which each can be done."""
    from django.db import models
    from django.db.migrations import operations as do
    from django.db.models import Q

    from sportello.foundation.tenancy.migration import OwnedKeys
    from sportello.foundation.tenancy.models.base import OwnedKey

    team = OwnedKey("accounts.team", on_delete=models.PROTECT, null=True, related_name="+")
    held = models.CheckConstraint(condition=Q(bench_sort__lte=4), name="bench_sort_known")
    sole = models.UniqueConstraint(fields=["organisation", "number", "opened_at"], name="bench_number_once")
    return [
        ("a column, ticket", [do.AddField("ticket", "bench_code", models.CharField(max_length=20, null=True))]),
        ("a column with a default, entry", [
            do.AddField("entry", "bench_sort", models.IntegerField(default=1, db_default=1))]),
        ("an index, ticket", [
            do.AddIndex("ticket", models.Index(fields=["organisation", "opened_at", "kind"], name="bench_by_kind"))]),
        ("an index, entry", [
            do.AddIndex("entry", models.Index(fields=["organisation", "happened_at"], name="bench_by_day"))]),
        ("a check, entry", [do.AddConstraint("entry", held)]),
        ("a unique key, ticket", [do.AddConstraint("ticket", sole)]),
        ("a key into teams, ticket", [do.AddField("ticket", "bench_team", team), OwnedKeys()]),
        ("filled in portions, ticket", [do.RunPython(fill, do.RunPython.noop, atomic=False)]),
        ("must be there from now on, ticket", [
            do.AlterField("ticket", "bench_code", models.CharField(max_length=20, default="", db_default=""))]),
        ("taken away, entry", [
            do.RemoveConstraint("entry", "bench_sort_known"), do.RemoveField("entry", "bench_sort"),
            do.RemoveIndex("entry", "bench_by_day")]),
        ("taken away, ticket", [
            do.RemoveConstraint("ticket", "bench_number_once"), do.RemoveField("ticket", "bench_team"),
            do.RemoveField("ticket", "bench_code"), do.RemoveIndex("ticket", "bench_by_kind")]),
    ]  # fmt: skip


def fill(apps: Any, schema_editor: Any) -> None:
    from sportello.foundation.tenancy.migration import in_portions

    in_portions(schema_editor, "tickets_ticket", "bench_code = number", "bench_code IS NULL")


def done(plain: bool) -> list[tuple[str, float, float]]:
    """(change, seconds it took, longest wait of anybody meanwhile in seconds)."""
    from django.db import connection
    from django.db.migrations import Migration
    from django.db.migrations.executor import MigrationExecutor
    from django_zero_downtime_migrations.backends.postgres.schema import DatabaseSchemaEditor

    from sportello.config import upgrading

    stop = threading.Event()
    at_work = people(stop)
    for worker in at_work:
        worker.start()
    time.sleep(1)
    state = MigrationExecutor(connection).loader.project_state()
    if not plain:
        connection.SchemaEditorClass = DatabaseSchemaEditor
    figures = []
    for name, operations in [("nothing, two seconds long", []), *changes()]:
        migration = Migration(f"bench_{len(figures)}", APP)
        migration.operations, migration.atomic = operations, plain and "portions" not in name
        after = migration.mutate_state(state, preserve=True)
        for worker in at_work:
            worker.since()
        began = time.perf_counter()

        def work(migration: Migration = migration, state: Any = state) -> None:
            with connection.schema_editor(atomic=migration.atomic) as editor:
                migration.apply(state.clone(), editor)

        if operations:
            upgrading.patiently(work, print)
        else:
            time.sleep(2)
        took = time.perf_counter() - began
        time.sleep(0.3)
        waited = max(worker.since() for worker in at_work)
        figures.append((name, took, waited))
        print(f"{name:<40}{took:>9.2f} s{waited * 1000:>10.0f} ms", flush=True)
        state = after
    stop.set()
    for worker in at_work:
        worker.join(10)
    print(f"{sum(worker.asked for worker in at_work)} statements of people meanwhile")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.upgrade", description=__doc__)
    parser.add_argument("--home", type=Path, help="a kept installation (bench.keeping); else DATABASE_URL")
    parser.add_argument("--plain", action="store_true", help="as Django alone would: to compare")
    args = parser.parse_args()
    from .place import kept

    with kept(args.home) if args.home else nullcontext():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
        import django

        django.setup()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_ticket")
            print(f"{cursor.fetchone()[0]} tickets, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<40}{'took':>11}{'waited at most':>15}")
        done(args.plain)
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How PostgreSQL goes about the statements of a page: kept beside its figure, and those that read a table through are
flagged."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from .inside import summed
from .results import Inside, Plan

#: A table of fewer rows may be read through: it is a page or two.
FEW = 5_000
#: Rows an index gave that were thrown away again.
MANY_REMOVED = 3_000
_SCAN = re.compile(r"Seq Scan on (\w+)")
_REMOVED = re.compile(r"Rows Removed by (?:Filter|Index Recheck): (\d+)")
_TOOK = re.compile(r"Execution Time: ([\d.]+) ms")
_LONGEST, _WIDEST = 45, 220


def of(act: Callable[[], Any]) -> tuple[Inside, Plan]:
    """What `act` asks, and how it is answered: every reading statement is explained once more."""
    with CaptureQueriesContext(connection) as captured:
        act()
    counted = summed(captured.captured_queries)
    generic = [f"planned for any values, {one}" for one in _ahead()]
    read = [one["sql"] for one in captured.captured_queries if _reads(one["sql"])]
    flags: list[str] = generic
    texts: list[tuple[float, bool, str]] = []
    for sql in dict.fromkeys(read):
        plan = _explained(sql)
        wrong = _wrong(plan)
        flags += [f"{one}: {_short(sql)[:100]}" for one in wrong]
        took = float(found.group(1)) if (found := _TOOK.search(plan)) else 0.0
        texts.append((took, bool(wrong), f"{_short(sql)}\n{_cut(plan)}"))
    texts.sort(reverse=True)
    return counted, Plan(tuple(flags), tuple(text for at, (_, bad, text) in enumerate(texts) if bad or at == 0))


#: Statements planned ahead whose plans were looked at: they stay planned while later pages are asked for.
_TOLD: set[str] = set()


def _ahead() -> list[str]:
    """What is wrong with the plans of the statements that this connection planned ahead: they serve any values, and
    those above are explained with theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE '\\_pg3%%'", [])
        statements = [row[0] for row in cursor.fetchall()]
        found: list[str] = []
        for statement in filter(_reads, statements):
            # of text alone, or the driver would take what stands for values for its own
            cursor.cursor.execute(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {statement}".encode())
            plan = "\n".join(row[0] for row in cursor.cursor.fetchall())
            found += [f"{one}: {_short(statement)[:100]}" for one in _wrong(plan)] if statement not in _TOLD else []
            _TOLD.add(statement)
    return found


def _reads(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "WITH"))


def _explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + sql.replace("%", "%%"), [])
        return "\n".join(row[0] for row in cursor.fetchall())


def _wrong(plan: str) -> list[str]:
    big = [table for table in _SCAN.findall(plan) if _rows_of(table) > FEW]
    removed = [int(count) for count in _REMOVED.findall(plan) if int(count) > MANY_REMOVED]
    return [f"reads {table} through" for table in dict.fromkeys(big)] + [f"throws {one} rows away" for one in removed]


@cache
def _rows_of(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(reltuples), 0) FROM pg_class WHERE relname = %s", [table])
        return float(cursor.fetchone()[0])


def _short(sql: str) -> str:
    """Without the columns, which say nothing."""
    head, found, rest = sql.partition(" FROM ")
    text = f"{head[:60]}… FROM {rest}" if found and len(head) > 80 else sql
    return text if len(text) < 1_500 else text[:1_500] + "…"


def _cut(plan: str) -> str:
    lines = [line[:_WIDEST] for line in plan.splitlines()]
    return "\n".join(lines if len(lines) <= _LONGEST else [*lines[:_LONGEST], "…", lines[-1]])

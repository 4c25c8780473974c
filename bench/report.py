"""The table people read and the JSON programs read."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .fill import Filled
from .mails import Intake
from .measuring import Figure

BUDGETS: dict[str, dict[str, int]] = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
_LINE = "{:<32} {:>7} {:>7} {:>7}  {:>7}  {:>12}  {:>14}"


def mark(value: float, most: int | None) -> str:
    """`ok`, or by which budget it is over; nothing where there is none."""
    if most is None:
        return ""
    return "ok" if value <= most else f"over {most:,}".replace(",", " ")


def table(figures: list[Figure]) -> str:
    lines = [_LINE.format("", "p50 ms", "p95 ms", "p99 ms", "SQL ms", "queries", "bytes gzip")]
    for one in figures:
        most = BUDGETS["queries"].get(one.budget)
        queries = f"{one.inside.queries} {mark(one.inside.queries, most)}"
        size = f"{one.size} {mark(one.size, BUDGETS['bytes']['desk_page'])}" if one.size else ""
        cells = (f"{number:.1f}" for number in (one.p50, one.p95, one.p99, one.inside.database_ms))
        lines.append(_LINE.format(one.name[:32], *cells, queries.strip(), size.strip()))
        if one.failed:
            lines.append(f"    {one.failed} requests failed")
    return "\n".join(lines)


def visit(size: int, files: int) -> str:
    within = mark(size, BUDGETS["bytes"]["first_visit"])
    return f"first visit: {size} bytes gzip in {files} files without fonts, {within}"


def intake(one: Intake) -> str:
    most = BUDGETS["queries"]["mail"]
    return "\n".join(
        (
            f"mail: {one.mails} taken at {one.taken_a_second:.0f} a second (the door: stored before 250), "
            f"settled at {one.settled_a_second:.1f} a second by one worker: {one.states}",
            f"queries a mail: {one.queries_to_take:.1f} at the door; {one.queries_to_open:.1f} to open a ticket "
            f"{mark(one.queries_to_open, most)}; {one.queries_to_join:.1f} to join one "
            f"{mark(one.queries_to_join, most)}",
        )
    )


def filled(one: Filled) -> str:
    return f"{one.tickets} tickets, {one.rows} rows in {one.seconds:.0f} s: {one.rows_a_second:.0f} rows a second"


def data(rows: Filled, figures: list[Figure], first: tuple[int, int], mail: Intake) -> dict[str, Any]:
    return {
        "fill": asdict(rows),
        "pages": [asdict(one) for one in figures],
        "first_visit": {"bytes": first[0], "files": first[1]},
        "intake": asdict(mail),
        "budgets": BUDGETS,
    }

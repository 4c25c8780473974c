"""The tables people read and the JSON programs read."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .results import Figure, Inside, Intake, Plan, Times

BUDGETS: dict[str, dict[str, int]] = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())


@dataclass(frozen=True)
class Measured:
    """One installation: how many tickets it holds, and what its pages cost."""

    tickets: int
    filled: str
    figures: list[Figure]
    first_visit: tuple[int, int]
    load: str


def mark(value: float, most: int | None) -> str:
    """`ok`, or by which budget it is over; nothing where there is none."""
    if most is None:
        return ""
    return "ok" if value <= most else f"over {most:,}".replace(",", " ")


def page_of_figures(measured: Sequence[Measured], clients: int) -> str:
    """Markdown: times from one client, then from several, then what a request costs; a column a size."""
    parts = [f"{one.tickets} tickets: {one.filled}; before {one.load}" for one in measured]
    sizes = [f"{one.tickets:,}".replace(",", " ") for one in measured]
    parts.append(_table("one client, ms p50 / p95 / p99", measured, sizes, lambda one: _points(one.alone, one.budget)))
    if any(figure.together for one in measured for figure in one.figures):
        title = f"{clients} clients at once, ms p50 / p95 / p99, requests a second"
        parts.append(_table(title, measured, sizes, lambda one: _together(one.together)))
    parts.append(_table("processor ms a request: web + database", measured, sizes, lambda one: _spent(one.alone)))
    parts.append(_table("queries, ms in them, bytes compressed", measured, sizes, _asked))
    visits = {one.first_visit for one in measured}
    parts += [visit(*one) for one in sorted(visits)]
    flags = [f"- {figure.name} at {one.tickets}: {flag}"
             for one in measured for figure in one.figures if figure.plan for flag in figure.plan.flags]  # fmt: skip
    parts.append("Plans that read a table through or throw many rows away:\n" + ("\n".join(flags) or "none"))
    return "\n\n".join(parts)


def _table(title: str, measured: Sequence[Measured], sizes: list[str], cell: Any) -> str:
    names = list(dict.fromkeys(short_name(figure) for one in measured for figure in one.figures))
    lines = [f"| {title} | " + " | ".join(sizes) + " |", "|---" * (len(sizes) + 1) + "|"]
    for name in names:
        cells = []
        for one in measured:
            found = next((figure for figure in one.figures if short_name(figure) == name), None)
            cells.append(cell(found) if found is not None else "")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def short_name(figure: Figure) -> str:
    """Without what differs from size to size."""
    return figure.name.partition(" (")[0] if figure.name.startswith("search ") else figure.name


def _points(times: Times, budget: str) -> str:
    most = BUDGETS["milliseconds"].get(budget)
    over = f" **over {most}**" if most is not None and times.p50 > most else ""
    return f"{times.p50:.1f} / {times.p95:.1f} / {times.p99:.1f}{over}"


def _together(times: Times | None) -> str:
    return f"{times.p50:.0f} / {times.p95:.0f} / {times.p99:.0f}, {times.a_second:.0f}" if times else ""


def _spent(times: Times) -> str:
    return f"{times.web:.1f} + {times.database:.1f}"


def _asked(figure: Figure) -> str:
    queries = f"{figure.inside.queries} {mark(figure.inside.queries, BUDGETS['queries'].get(figure.budget))}".strip()
    size = f", {figure.size} {mark(figure.size, BUDGETS['bytes']['desk_page'])}" if figure.size else ""
    failed = f", {figure.failed} failed" if figure.failed else ""
    return f"{queries}, {figure.inside.database_ms:.0f} ms{size}{failed}"


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


def as_data(one: Measured) -> dict[str, Any]:
    return asdict(one)


def measured(given: dict[str, Any]) -> Measured:
    """What `as_data` wrote."""
    figures = []
    for one in given["figures"]:
        together, plan = one["together"], one["plan"]
        figures.append(Figure(
            one["name"], one["budget"], Times(**one["alone"]), Times(**together) if together else None,
            Inside(**one["inside"]), one["size"],
            Plan(tuple(plan["flags"]), tuple(plan["kept"])) if plan else None, one["failed"],
        ))  # fmt: skip
    first = given["first_visit"]
    return Measured(given["tickets"], given["filled"], figures, (first[0], first[1]), given["load"])


def data(measured: Sequence[Measured]) -> dict[str, Any]:
    return {"budgets": BUDGETS, "sizes": [asdict(one) for one in measured]}

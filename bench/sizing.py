"""How large an installation must be: `python -m bench.sizing` prints the table of docs/operations/cluster.md, made of
the measured costs in `unit_costs.toml`."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

COSTS = Path(__file__).resolve().parent / "unit_costs.toml"
_HOUR_MS = 3_600_000.0


@dataclass(frozen=True)
class Size:
    """Of one installation in its busiest minutes; cores are what is used, not what is bought."""

    operators: int
    pages_a_second: float
    mails_a_second: float
    web_cores: float
    worker_cores: float
    database_cores: float
    streams_mb: float
    database_gb_a_year: float
    files_gb_a_year: float

    def cores_to_buy(self, used: float, full: float) -> int:
        return max(2, math.ceil(used / full))


def sizes() -> list[Size]:
    given = tomllib.loads(COSTS.read_text())
    return [_size(operators, given) for operators in given["plan"]["operators"]]


def _size(operators: int, given: dict[str, dict[str, float]]) -> Size:
    cost, hour, plan = given["cost"], given["hour"], given["plan"]
    busy = operators * plan["busy"]
    pages = hour["pages"] + hour["customer_pages"]
    web = pages * cost["page_web"] + hour["replies"] * cost["reply_web"]
    worker = (hour["mails"] + hour["replies"]) * cost["mail_worker"]  # what leaves costs about what comes
    database = (pages * cost["page_database"] + hour["replies"] * cost["reply_database"]
                + (hour["mails"] + hour["replies"]) * cost["mail_database"])  # fmt: skip
    tickets = operators * hour["tickets"] * plan["hours_a_year"]
    return Size(
        operators=operators,
        pages_a_second=busy * pages / 3600,
        mails_a_second=busy * hour["mails"] / 3600,
        web_cores=busy * web / _HOUR_MS,
        worker_cores=busy * worker / _HOUR_MS,
        database_cores=busy * database / _HOUR_MS,
        streams_mb=operators * cost["stream_kb"] / 1000,
        database_gb_a_year=tickets * cost["ticket_kb"] / 1e6,
        files_gb_a_year=tickets * plan["files_kb"] / 1e6,
    )


def table() -> str:
    full = tomllib.loads(COSTS.read_text())["plan"]["full"]
    lines = [
        "| operators | pages a second | mails a second | cores used: pages | worker | database | streams MB"
        " | cores to buy: web, database | a year: database GB | files GB |",
        "|" + "---|" * 10,
    ]
    for one in sizes():
        web = one.cores_to_buy(one.web_cores + one.worker_cores, full)
        lines.append(
            f"| {one.operators:,} | {one.pages_a_second:,.1f} | {one.mails_a_second:,.2f} | {one.web_cores:.2f} | "
            f"{one.worker_cores:.3f} | {one.database_cores:.2f} | {one.streams_mb:,.1f} | "
            f"{web}, {one.cores_to_buy(one.database_cores, full)} | {one.database_gb_a_year:,.0f} | "
            f"{one.files_gb_a_year:,.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

"""What was measured, apart from how: read by the report without Django."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Inside:
    queries: int
    database_ms: float
    slowest_ms: float
    slowest: str


@dataclass(frozen=True)
class Plan:
    """Of the slowest statement of a page and of every flagged one: (what was wrong with it, its text and plan)."""

    flags: tuple[str, ...]
    kept: tuple[str, ...]

    def keep(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"{name}\n" + "".join(f"FLAG {flag}\n" for flag in self.flags)
        path.write_text("\n\n".join([head.rstrip(), *self.kept]) + "\n")


@dataclass(frozen=True)
class Times:
    """Milliseconds of requests, how many a second, and milliseconds of processor a request."""

    p50: float
    p95: float
    p99: float
    a_second: float
    web: float
    database: float


@dataclass(frozen=True)
class Figure:
    """What a page costs. `size` in bytes, 0 where there is none."""

    name: str
    budget: str
    alone: Times
    together: Times | None
    inside: Inside
    size: int
    plan: Plan | None = None
    #: Failed requests; their times are not counted.
    failed: int = 0


@dataclass(frozen=True)
class Intake:
    mails: int
    taken_a_second: float
    settled_a_second: float
    queries_to_take: float
    queries_to_open: float
    queries_to_join: float
    #: State of the mails afterwards; all of them must be `ticketed`.
    states: dict[str, int]

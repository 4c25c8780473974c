"""Figures of a program: counters and histograms, declared on this page and nowhere else.

    meters.add(meters.MAIL_TAKEN, "smtp")
    meters.measure(meters.MAIL_SECONDS, 0.012)

They are numbers in a dictionary of the process and leave as a file (`keeping.py`). The usual client library keeps them
in files mapped into memory where there are several processes: a write to such a file on a full disk ends the process
(SIGBUS), and a full disk is a day on which this house must say so and go on. The library writes the answer that
Prometheus reads (`config/metrics.py`), in the one process that is asked.

Labels are names of views, verbs and codes of ours, or ids of mailboxes: each has few values, none is of a person.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Final

from . import keeping


@dataclass(frozen=True, eq=False)
class Meter:
    """`name` and `says` as Prometheus shows them; with `bounds`, in the unit of the name, it is a histogram."""

    name: str
    says: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


METERS: Final[dict[str, Meter]] = {}


def _meter(name: str, says: str, *labels: str, bounds: tuple[float, ...] = ()) -> Meter:
    meter = METERS[name] = Meter(name, says, labels, bounds)
    return meter


#: Around what the pages promise: 15 ms half of the time, 30 ms nineteen times of twenty.
PAGE_SECONDS: Final = (0.005, 0.015, 0.03, 0.06, 0.1, 0.3, 1.0, 3.0)
WORK_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

REQUESTS = _meter("sportello_requests", "Requests answered.", "view", "method", "status")
REQUEST_SECONDS = _meter(
    "sportello_request_seconds", "From the request to its answer.", "view", bounds=PAGE_SECONDS
)
REQUEST_CPU = _meter("sportello_request_cpu_seconds", "Processor time of requests.", "view")
REQUEST_QUERIES = _meter(
    "sportello_request_queries", "Statements of a request.", bounds=(0, 2, 4, 8, 12, 16, 24, 40, 80)
)
REQUEST_STATEMENTS = _meter("sportello_request_statements", "Statements of requests.", "view")
REQUEST_STATEMENT_SECONDS = _meter("sportello_request_statement_seconds", "Seconds in statements.", "view")
SLOW = _meter("sportello_slow", "Pages above 200 ms, statements above 100 ms.", "what")
REFUSED = _meter("sportello_refused", "Requests refused, by why.", "why")
POLICY = _meter("sportello_policy_violations", "What browsers refused by our policy of content.", "directive")
MAIL_TAKEN = _meter("sportello_mail_taken", "Mails stored, by door.", "door")
MAIL_SETTLED = _meter("sportello_mail_settled", "Mails settled, by what became of them.", "state")
MAIL_SECONDS = _meter("sportello_mail_parse_seconds", "Reading one mail's bytes.", bounds=WORK_SECONDS)
ATTEMPTS = _meter("sportello_dispatch_attempts", "Attempts to send, by outcome.", "outcome")
RETRIES = _meter("sportello_dispatch_retries", "Attempts that were not the first.")
FETCHED = _meter("sportello_collector_fetched", "Mails fetched from a provider.", "mailbox")
MOMENTS = _meter("sportello_moments", "Due moments of tickets that happened.", "sort")
NOTICES = _meter("sportello_notices", "Notices given to customers, by way.", "how")
BLOBS = _meter("sportello_blob_bytes", "Bytes of files written.")
LOOP_DONE = _meter("sportello_loop_done", "Things done by the worker's loops.", "loop")
LOOP_FAILURES = _meter("sportello_loop_failures", "Rounds of the worker's loops that failed.", "loop")

#: More combinations of labels than this are not kept: something gives a label too many values.
_MOST: Final = 4000


@dataclass
class _Figures:
    """Of this process; `cells`: meter and labels → its number, or the counts of a histogram's buckets and its sum."""

    pid: int = 0
    cells: dict[tuple[str, tuple[str, ...]], list[float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_FIGURES = _Figures()


def add(meter: Meter, *labels: str, by: float = 1.0) -> None:
    """Count; does not fail, whatever the disk does."""
    figures = _FIGURES
    with figures.lock:
        cell = figures.cells.get((meter.name, labels))
        if cell is None:
            cell = _new(meter, labels)
        cell[0] += by
    keeping.changed()


def measure(meter: Meter, value: float, *labels: str) -> None:
    """Put `value` into its bucket; bounds are inclusive, as Prometheus wants them."""
    figures = _FIGURES
    with figures.lock:
        cell = figures.cells.get((meter.name, labels))
        if cell is None:
            cell = _new(meter, labels)
        cell[bisect_left(meter.bounds, value)] += 1
        cell[-1] += value
    keeping.changed()


def _new(meter: Meter, labels: tuple[str, ...]) -> list[float]:
    if len(labels) != len(meter.labels):
        raise ValueError(f"{meter.name} has the labels {meter.labels}")
    cell = [0.0] * (len(meter.bounds) + 2 if meter.bounds else 1)
    if len(_FIGURES.cells) < _MOST:
        _FIGURES.cells[meter.name, labels] = cell
    return cell


def mine() -> list[list[Any]]:
    """This process's figures as they are kept: [name, [labels], [numbers]]."""
    with _FIGURES.lock:
        return [[name, list(labels), list(cell)] for (name, labels), cell in _FIGURES.cells.items()]


def forget() -> None:
    """Begin again: in a process just forked (its parent counts its own), and between tests."""
    _FIGURES.cells, _FIGURES.lock = {}, threading.Lock()


def together() -> dict[Meter, dict[tuple[str, ...], list[float]]]:
    """All programs' figures added up, ours as they are now and those of programs that ended."""
    found: dict[Meter, dict[tuple[str, ...], list[float]]] = {}
    for rows in (mine(), *keeping.others("figures")):
        for name, labels, numbers in rows:
            meter = METERS.get(name)
            if meter is None or len(labels) != len(meter.labels):  # of another version
                continue
            sums = found.setdefault(meter, {}).setdefault(tuple(labels), [0.0] * len(numbers))
            if len(sums) == len(numbers):
                sums[:] = [one + other for one, other in zip(sums, numbers, strict=True)]
    return found


def merged(parts: list[list[list[Any]]]) -> list[list[Any]]:
    """Several programs' figures as one program's."""
    sums: dict[tuple[str, tuple[str, ...]], list[float]] = {}
    for rows in parts:
        for name, labels, numbers in rows:
            if name not in METERS:  # of a version before this one
                continue
            before = sums.setdefault((name, tuple(labels)), [0.0] * len(numbers))
            if len(before) == len(numbers):
                before[:] = [one + other for one, other in zip(before, numbers, strict=True)]
    return [[name, list(labels), numbers] for (name, labels), numbers in sums.items()]


os.register_at_fork(after_in_child=forget)
keeping.register("figures", mine, merged)

"""`/metrics`: all figures in Prometheus' text format, of all programs of this home in one answer.

For programs of the house: from this machine where no proxy stands before the pages, else with the token
(`keys/metrics_token`). For everybody else there is nothing at this address.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sportello import __version__
from sportello.config import home as place
from sportello.foundation.watch import meters
from sportello.foundation.watch.middleware import refused
from sportello.service.watching import alarms, figures, here

if TYPE_CHECKING:
    from prometheus_client.core import Metric

#: Seconds for which figures of the database and of processes are kept.
KEPT_FOR: Final = 10.0
_LOOPBACK: Final = ("127.0.0.1", "::1")
_FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as they are now; raises Http404 for who may not read them."""
    if not _may(request):
        refused("metrics")
        raise Http404
    # only here: the library brings an HTTP server of its own, which no other program of ours needs
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_All())
    response = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response["Cache-Control"] = "no-store"
    return response


def _may(request: HttpRequest) -> bool:
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and given:
        return hmac.compare_digest(given.strip().encode(), place.metrics_token().encode())
    # behind a proxy everybody seems to come from this machine
    direct = request.META.get("REMOTE_ADDR") in _LOOPBACK and not any(name in request.META for name in _FORWARDED)
    return direct and (urlsplit(settings.PUBLIC_URL).hostname or "") in (*_LOOPBACK, "localhost")


class _All:
    """A collector of the library's: what programs counted, what the database says, what the machine says."""

    def collect(self) -> Iterator[Metric]:
        yield from _counted()
        yield from _KEPT.get()


def _counted() -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    for meter, cells in meters.together().items():
        if meter.bounds:
            histogram = HistogramMetricFamily(meter.name, meter.says, labels=meter.labels)
            for labels, numbers in cells.items():
                histogram.add_metric(labels, _buckets(meter.bounds, numbers), sum_value=numbers[-1])
            yield histogram
        else:
            counter = CounterMetricFamily(meter.name, meter.says, labels=meter.labels)
            for labels, numbers in cells.items():
                counter.add_metric(labels, numbers[0])
            yield counter


def _buckets(bounds: tuple[float, ...], numbers: list[float]) -> list[tuple[str, float]]:
    """Cumulative, as the format wants them."""
    so_far, found = 0.0, []
    for bound, count in zip((*map(str, map(float, bounds)), "+Inf"), numbers[:-1], strict=True):
        so_far += count
        found.append((bound, so_far))
    return found


class _Kept:
    """Figures of the database, asked once in KEPT_FOR seconds however often they are read."""

    def __init__(self, ask: Callable[[], list[Metric]]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._at, self._said = 0.0, list[Any]()

    def get(self) -> list[Metric]:
        with self._lock:
            if not self._at or time.monotonic() - self._at > KEPT_FOR:
                self._said, self._at = self._ask(), time.monotonic()
            return self._said

    def forget(self) -> None:
        self._at = 0.0


def _now() -> list[Metric]:
    machine = here.look()
    found = list(_of_machine(machine))
    known: list[alarms.Alarm] = []
    try:
        now = figures.read()
        found += [*_gauge("sportello_database_up", "Whether the database answers.", 1), *_of_database(now)]
        known = alarms.decide(machine, now)
        version = now.server.version
    except (DatabaseError, InterfaceError):
        connection.close()
        found += _gauge("sportello_database_up", "Whether the database answers.", 0)
        known, version = [alarms.Alarm("database_away"), *alarms.of_here(machine)], ""
    by_code: dict[tuple[str, ...], float] = {}
    for one in known:
        by_code[one.code,] = by_code.get((one.code,), 0) + 1
    found += _labelled("sportello_alarm", "Alarms going on (docs/operations/watching.md).", ("code",), by_code)
    built: dict[tuple[str, ...], float] = {(__version__, version): 1.0}
    return [*found, *_labelled("sportello_build", "What runs.", ("version", "postgresql"), built)]


_KEPT = _Kept(_now)


def _of_machine(machine: here.Here) -> Iterator[Metric]:
    yield from _gauge("sportello_disk_free_bytes", "Room for files.", machine.free_bytes)
    yield from _gauge("sportello_disk_bytes", "Size of that disk.", machine.disk_bytes)
    if machine.worker is not None:
        yield from _gauge("sportello_worker_heartbeat_age_seconds", "Since the worker's heartbeat.", machine.worker)
    if machine.backup is not None:
        yield from _gauge("sportello_backup_age_seconds", "Since the last whole backup.", machine.backup)
    said = machine.streams
    yield from _gauge("sportello_streams_open", "Live streams open.", _number(said, "open"))
    yield from _gauge("sportello_streams_people", "People behind them.", _number(said, "people"))
    for name, says in (
        ("admitted", "Streams let in."), ("cut", "Streams cut for rights that went."), ("sent", "Changes sent."),
        ("dropped", "Changes nobody took."), ("resyncs", "Streams told to ask again."),
    ):  # fmt: skip
        if name in said:
            yield from _total(f"sportello_streams_{name}", says, _number(said, name))
    pss: dict[tuple[str, ...], float] = {(program,): float(count) for program, count in here.memory().items()}
    yield from _labelled("sportello_memory_pss_bytes", "Proportional memory of processes.", ("program",), pss)


def _of_database(now: figures.Figures) -> Iterator[Metric]:
    pending = {("new",): now.pending, ("archive",): now.archive}
    yield from _labelled("sportello_mail_pending", "Mails not read yet; counted to 1,000.", ("sort",), _counts(pending))
    yield from _labelled("sportello_mail_pending_age_seconds", "Of the oldest.", ("sort",), _ages(pending))
    held = {("",): float(sum(one.count for one in now.held))}
    yield from _gauge("sportello_mail_held", "Mails held back; counted to 1,000.", held["",])
    dispatches = {(state,): now.dispatches.get(state, figures.Queue()) for state in ("queued", "sending", "in_doubt")}
    yield from _labelled("sportello_dispatches", "Letters under way; counted to 1,000.", ("state",),
                         {**_counts(dispatches), ("failed",): float(now.failed_dispatches)})  # fmt: skip
    yield from _labelled("sportello_dispatches_age_seconds", "Of the oldest.", ("state",), _ages(dispatches))
    jobs = {(state,): now.jobs.get(state, figures.Queue()) for state in ("todo", "doing", "failed")}
    yield from _labelled("sportello_jobs", "Jobs; counted to 1,000.", ("state",), _counts(jobs))
    yield from _labelled("sportello_jobs_age_seconds", "Of the oldest.", ("state",), _ages(jobs))
    yield from _gauge("sportello_journal_held_seconds", "An open writer has held readers back.", now.held_back)
    yield from _gauge("sportello_journal_reader_late_seconds", "Of the reader furthest behind.", now.reader_late)
    yield from _gauge("sportello_journal_parked", "Events put aside; counted to 1,000.", now.parked.count)
    yield from _gauge("sportello_tick_late_seconds", "Since the oldest due moment fell due.", now.tick_late)
    overdue = float(sum(one.count for one in now.overdue))
    yield from _gauge("sportello_terms_missed", "Open tickets beyond their term of conclusion.", overdue)
    yield from _gauge("sportello_customers_untold", "Notices owed.", float(sum(one.count for one in now.untold)))
    boxes: dict[tuple[str, ...], float] = {
        (str(one.mailbox_id),): one.answered for one in now.boxes if one.answered is not None
    }
    failing: dict[tuple[str, ...], float] = {(str(one.mailbox_id),): float(one.is_failing) for one in now.boxes}
    yield from _labelled("sportello_collector_age_seconds", "Since a provider answered.", ("mailbox",), boxes)
    yield from _labelled("sportello_collector_failing", "Whether it fails now.", ("mailbox",), failing)
    yield from _gauge("sportello_database_bytes", "Size of the database.", now.server.bytes)
    yield from _gauge("sportello_database_connections", "Connections open.", now.server.connections)
    yield from _gauge("sportello_database_connections_most", "Connections allowed.", now.server.most_connections)


def _counts(queues: dict[tuple[str], figures.Queue]) -> dict[tuple[str, ...], float]:
    return {labels: float(one.count) for labels, one in queues.items()}


def _ages(queues: dict[tuple[str], figures.Queue]) -> dict[tuple[str, ...], float]:
    return {labels: one.oldest for labels, one in queues.items()}


def _gauge(name: str, says: str, value: float) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    yield GaugeMetricFamily(name, says, value=value)


def _total(name: str, says: str, value: float) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    yield CounterMetricFamily(name, says, value=value)


def _labelled(
    name: str, says: str, labels: Iterable[str], values: dict[tuple[str, ...], float]
) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, says, labels=list(labels))
    for given, value in values.items():
        family.add_metric(given, value)
    yield family


def _number(said: dict[str, Any], name: str) -> float:
    value = said.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0

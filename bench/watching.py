"""What watching costs: `python -m bench.watching`, with DATABASE_URL set to the installation to be asked.

Processor time of the middleware for one request and of measuring one statement; then milliseconds of each statement
of a scrape, of deciding the alarms, and of the whole answer, first and while it is kept. Reads only.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

ROUNDS = 5


def main() -> int:
    """0; figures are reported, not enforced."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sportello.config.settings"
    os.environ.setdefault("SPORTELLO_HOME", tempfile.mkdtemp(prefix="sportello-bench-"))
    import django

    django.setup()
    _requests()
    if os.environ.get("DATABASE_URL"):
        _scrapes()
    return 0


def _requests() -> None:
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory

    from sportello.foundation.watch import current, middleware, statements
    from sportello.foundation.watch.lines import JsonLines, PlainLines

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x")

    request = RequestFactory().get("/desk/borgo/tickets/2026-0000001/")
    found: Any = SimpleNamespace(view_name="desk:ticket", kwargs={"number": "2026-0000001", "slug": "borgo"})
    request.resolver_match = found
    watched = middleware.Watched(view)
    with tempfile.TemporaryFile("w") as log:
        handler: Any = logging.getLogger().handlers[0]
        handler.stream = log
        plain = _cpu(lambda: view(request))
        for name, lines in (("plain lines", PlainLines()), ("JSON lines", JsonLines())):
            handler.setFormatter(lines)
            print(f"a request, {name:11}  {_cpu(lambda: watched(request)) - plain:6.1f} µs of processor time")
        logging.getLogger("sportello.request").setLevel(logging.ERROR)
        print(f"a request, no line      {_cpu(lambda: watched(request)) - plain:6.1f} µs of processor time")
        handler.stream = sys.stderr

    def execute(sql: str, params: Any, many: bool, context: Any) -> None:
        return None

    with current.about(view="bench"):
        bare = _cpu(lambda: execute("SELECT 1", None, False, None))
        measured = _cpu(lambda: statements._measured(execute, "SELECT 1", None, False, None))
        print(f"a statement             {measured - bare:6.2f} µs")


def _cpu(work: Callable[[], Any], times: int = 5000) -> float:
    """The best of five: microseconds of this thread's processor time."""
    work()
    found = []
    for _round in range(5):
        began = time.thread_time()
        for _once in range(times):
            work()
        found.append((time.thread_time() - began) / times)
    return min(found) * 1e6


def _scrapes() -> None:
    from django.db import connection
    from django.test import Client

    from sportello.config import metrics
    from sportello.foundation.tenancy.clock import server_now
    from sportello.service.watching import alarms, figures

    values = {"now": server_now(), "most": figures.MOST, "archive": False}
    for name in sorted(one for one in vars(figures) if one.startswith("_") and one.isupper()):
        sql = getattr(figures, name)
        if isinstance(sql, str):
            took = _ms(partial(figures._rows, sql, values))
            print(f"{name[1:].lower():18} {took:8.2f} ms  {_scans(sql, values)}")
    with connection.cursor() as cursor:
        names = ("ticket", "term", "notice", "moment")
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relname = ANY(%s)",
                       [[f"tickets_{one}" for one in names]])  # fmt: skip
        print(", ".join(f"{name} {rows:,}" for name, rows in sorted(cursor.fetchall())))
    print(f"{'all figures':18} {_ms(figures.read):8.2f} ms")
    print(f"{'alarms':18} {_ms(alarms.decide):8.2f} ms")
    client = Client()

    def scrape() -> None:
        assert client.get("/metrics", headers={"host": "127.0.0.1"}).status_code == 200

    def fresh() -> None:
        metrics._KEPT.forget()
        scrape()

    scrape()
    print(f"{'scrape':18} {_ms(fresh):8.2f} ms, kept {_ms(scrape):.2f} ms")


def _scans(sql: str, values: dict[str, Any]) -> str:
    """Pages of 8 kB the statement touches, which no load changes, and tables of many rows that it reads through."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, values)
        (plan,) = cursor.fetchone()
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if node["Node Type"] == "Seq Scan" and node["Plan Rows"] > 100:
            found.append(f"reads {node['Relation Name']} through")
        for one in node.get("Plans", ()):
            walk(one)

    whole = plan[0]["Plan"]
    walk(whole)
    return ", ".join([f"{whole['Shared Hit Blocks'] + whole['Shared Read Blocks']:5} pages", *found])


def _ms(work: Callable[[], Any]) -> float:
    """The median of ROUNDS, milliseconds."""
    found = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


if __name__ == "__main__":
    sys.exit(main())

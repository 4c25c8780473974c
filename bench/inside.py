"""The same pages in this process: how many queries, how long in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sportello.records.accounts.models import User

from .results import Inside

_ENDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def client_of(user: User) -> Client:
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def counted(act: Callable[[], Any]) -> Inside:
    with CaptureQueriesContext(connection) as captured:
        act()
    return summed(captured.captured_queries)


def summed(queries: Sequence[dict[str, Any]]) -> Inside:
    """Django times a statement to the millisecond."""
    real = [one for one in queries if not one["sql"].lstrip().upper().startswith(_ENDS)]
    times = [float(one["time"]) * 1000 for one in real]
    slowest = max(range(len(real)), key=lambda at: times[at], default=-1)
    if slowest < 0:
        return Inside(0, 0.0, 0.0, "")
    return Inside(len(real), sum(times), times[slowest], real[slowest]["sql"])


"""Waiting for the thing itself: how long that takes is the machine's business, and a limit is for what never comes."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

#: Seconds. Only a failure takes so long: two cores may be busy with the other half of the tests, and with others' work.
LIMIT = 90.0


def wait_until(what: Callable[[], object], seconds: float = LIMIT, say: str = "") -> None:
    """Poll `what` until it is true, or fail."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, say or "it never happened"
        time.sleep(0.02)


def somebody_waits() -> bool:
    """Whether another session of the test's server waits for a lock: what it is to wait for has been reached."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])

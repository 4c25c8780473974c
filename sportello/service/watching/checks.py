"""Is this machine ready to serve? Each check by its name: ok, late (it will do, somebody should look) or failed.

Asked every few seconds by proxies: the answer is kept for a moment, and a check that can only become true (the schema)
is not asked again once it is.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from sportello.foundation.files import store

from . import here
from .alarms import DISK_FULL, HEARTBEAT

OK: Final = "ok"
LATE: Final = "late"
FAILED: Final = "failed"

#: What pages need, and what the whole installation needs beside it.
PAGES: Final = ("database", "schema", "blobs", "disk")
ALL: Final = (*PAGES, "worker", "mail")
KEPT_FOR: Final = 2.0
#: The heartbeat comes every five seconds.
_HEARTBEAT_LATE: Final = 15.0


class Checks:
    """The answers of one process, each kept for `KEPT_FOR` seconds."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()
        self._schema_is_there = False
        self._ways: dict[str, Callable[[], str]] = {
            "database": _database, "schema": self._schema, "blobs": _blobs, "disk": _disk, "worker": _worker,
            "mail": _mail,
        }  # fmt: skip

    def ask(self, names: tuple[str, ...]) -> dict[str, str]:
        """Name → answer, in their order. What cannot be known on this machine is left out."""
        with self._lock:
            now = time.monotonic()
            found = {}
            for name in names:
                at, said = self._said.get(name, (0.0, ""))
                if not at or now - at > KEPT_FOR:
                    said = self._ways[name]()
                    self._said[name] = (now, said)
                if said:
                    found[name] = said
            return found

    def _schema(self) -> str:
        if not self._schema_is_there:
            try:
                self._schema_is_there = not missing_migrations()
            except (DatabaseError, InterfaceError):
                connection.close()
                return FAILED
        return OK if self._schema_is_there else FAILED


def missing_migrations() -> set[tuple[str, str]]:
    """Files of migrations this version has and the database has not had; by name, without importing any."""
    there = set()
    for app in apps.get_app_configs():
        folder = Path(app.path) / "migrations"
        there |= {(app.label, path.stem) for path in folder.glob("[0-9]*.py")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return there - set(cursor.fetchall())


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connection.close()
        return FAILED
    return OK


def _blobs() -> str:
    folder = store.on_disk()
    if not folder.exists():  # made with the first file
        folder = Path(settings.HOME)
    return OK if os.access(folder, os.W_OK | os.X_OK) else FAILED


def _disk() -> str:
    free, _size = here.disk()
    return FAILED if free < DISK_FULL else LATE if free < 2 * DISK_FULL else OK


def _worker() -> str:
    since = here.heartbeat()
    if since is None:
        return FAILED if os.environ.get(here.SUPERVISED) else ""
    late = HEARTBEAT if here.rests("worker") else _HEARTBEAT_LATE
    return OK if since < late else LATE if since < HEARTBEAT else FAILED


def _mail() -> str:
    answers = here.listener()
    return "" if answers is None else OK if answers else FAILED

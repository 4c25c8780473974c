"""A new version's schema on a database that people work on: no statement keeps a table locked, none waits in front of
others.

`ALTER TABLE` waits for every reader of its table, and while it waits all who come after it wait too; building an
index or checking a key then holds the lock for as long as the table is long. So on a database with tables in it each
statement runs by itself, indexes are built beside the work (CONCURRENTLY), keys and checks are added first and looked
at afterwards (NOT VALID, VALIDATE), and what does not get its lock in `LOCK_TIMEOUT` gives way and tries again: that
is django-pg-zero-downtime-migrations (settings ZERO_DOWNTIME_…). It asks before each statement whether that was done,
so a migration cut in the middle goes on when it is called again. An empty database is filled in one transaction an
app.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.core.management import call_command
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

#: How often a lock is asked for, and the pause before the next try in seconds: half an hour in all.
TRIES = 360
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
#: What says that others had the table: nothing was done, and it may be tried again.
IN_USE = (LockNotAvailable, QueryCanceled, DeadlockDetected)

#: Our place among the database's advisory locks.
_MIGRATING: Final = 0x53504D
#: Seconds a host waits for another that brings the same database to a new version, and between two looks.
OTHERS_MAY_TAKE, LOOK_EVERY = 3600.0, 1.0

Say = Callable[[str], None]


def migrate(say: Say, verbosity: int = 0) -> None:
    """Bring the schema to this version. Raises what the database says; OperationalError when a table stays in use."""

    def work() -> None:
        with alone(say):
            call_command("migrate", interactive=False, verbosity=verbosity)

    if not has_tables():
        work()
        return
    from django_zero_downtime_migrations.backends.postgres.schema import DatabaseSchemaEditor

    usual = connection.SchemaEditorClass
    connection.SchemaEditorClass = DatabaseSchemaEditor
    try:
        patiently(work, say)
    finally:
        connection.SchemaEditorClass = usual


@contextmanager
def alone(say: Say) -> Iterator[None]:
    """Hosts of one database that start a new version together go one after the other, and who comes second finds
    nothing to do. Asked again and again: a statement that waited for the lock would itself be waited for by an index
    that is built beside the work."""
    with connection.cursor() as cursor:
        for looked in range(round(OTHERS_MAY_TAKE / LOOK_EVERY)):
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_MIGRATING])
            if cursor.fetchone()[0]:
                break
            if not looked:
                say("another host brings the database to this version; waiting for it...")
            time.sleep(LOOK_EVERY)
        else:
            raise OperationalError("another host has been migrating the database for an hour")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def has_tables() -> bool:
    """Whether any version was here before; ours, not only the packages' tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('tickets_ticket') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def patiently(work: Callable[[], None], say: Say, sleep: Callable[[float], None] = time.sleep) -> None:
    """Call `work`, which can be called again, until no table it needs is in use. Raises the last OperationalError."""
    pause = FIRST_PAUSE
    for tried in range(1, TRIES + 1):
        try:
            work()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, IN_USE) or tried == TRIES:
                raise
            if tried == 1:
                say("a table is in use; the upgrade waits for a moment in which it is free (people go on working)...")
            connection.close()  # with the time limits that were set on it
            sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

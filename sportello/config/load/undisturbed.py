"""The database looks after itself for everyday work, and a load writes all the time: each minute what was loaded would
be read again to tidy it up, and every few seconds all that was changed would be brought to disk, of which the first
change afterwards writes whole pages to the log. Both are done once, when the load is over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import OperationalError, connection

from sportello.config import home
from sportello.config.supervisor.postgres import LIFTED_BY_LOADS

#: Automatic VACUUM and ANALYZE pass over a table on which somebody holds this lock; reading and writing go on. It ends
#: with the connection that holds it, so that a load that is killed leaves nothing behind.
_LOCK = "SHARE UPDATE EXCLUSIVE"
#: Of a table in parts those that have a month: a new month is made beside them, and locks the whole and the rest. It
#: would wait for us, and everybody who writes for it.
_TABLES = """
SELECT coalesce(part.relname, whole.relname) FROM pg_class whole
LEFT JOIN pg_inherits ON inhparent = whole.oid AND whole.relkind = 'p'
LEFT JOIN pg_class part ON part.oid = inhrelid
WHERE whole.relname = ANY(%s) AND whole.relnamespace = current_schema()::regnamespace
AND (whole.relkind = 'r' OR pg_get_expr(part.relpartbound, part.oid) <> 'DEFAULT')
"""


@contextmanager
def undisturbed(tables: Sequence[str]) -> Iterator[None]:
    """Nothing is tidied up in these tables meanwhile. The lock stands in a transaction that has read and written
    nothing: no reader of the journal waits for it."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        try:
            with holder.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor.execute(_TABLES, [list(tables)])
                names = ", ".join(connection.ops.quote_name(name) for (name,) in cursor.fetchall())
                cursor.execute(f"LOCK TABLE {names} IN {_LOCK} MODE")
        except OperationalError:  # somebody changes a table just now: it goes without
            holder.rollback()
        yield
        holder.rollback()
    finally:
        holder.close()


#: Besides the log's length. Time brings nothing to disk before its length does. A new piece of the log is not written
#: with zeros first, and what waits for nobody is flushed five times a second, not each MB: who writes stands still
#: meanwhile (of two processes a tenth to a fifth of one). What the load looks at itself nobody looks at beside it.
_LIFTED = {
    "checkpoint_timeout": "30min",
    "wal_init_zero": "off",
    "wal_writer_flush_after": "16MB",
    "autovacuum_naptime": "10min",
}
_MB = 1024 * 1024
#: Megabytes a thousand tickets: of log twice what they write, since bringing all to disk begins at half of it; and what
#: they take themselves.
_LOG, _DATA = 110, 40
_LEAST, _MOST = 1_024, 16_384


@contextmanager
def with_a_long_log(tickets: int) -> Iterator[None]:
    """In a database of our own; on a server of somebody else's nothing is changed. Killed, it stays so until the next
    load or start: recovery would take longer, nothing else."""
    data = _data_of_our_own()
    if data is None:
        yield
        return
    try:
        _set(_LIFTED | {"max_wal_size": f"{most_log(tickets, shutil.disk_usage(data).free)}MB"})
        yield
    finally:
        _set(LIFTED_BY_LOADS)


def most_log(tickets: int, free: int) -> int:
    """Megabytes of log for a load before everything changed is brought to disk: so much that it is not before the end,
    and at most half of the free bytes that the tickets leave."""
    left = free // _MB - tickets * _DATA // 1_000
    return max(_LEAST, min(_MOST, left // 2, tickets * _LOG // 1_000))


def _data_of_our_own() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN rolsuper THEN current_setting('data_directory') END FROM pg_roles"
            " WHERE rolname = current_user"
        )
        (data,) = cursor.fetchone()
    return str(data) if data == str((home.home() / "postgres").resolve() / "data") else None


def _set(values: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        cursor.execute("SELECT pg_reload_conf()")

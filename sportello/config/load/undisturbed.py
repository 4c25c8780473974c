"""The database looks after itself for everyday work, and a load writes all the time: each minute what was loaded would
be read again to tidy it up, and every few seconds all that was changed would be brought to disk, of which the first
change afterwards writes whole pages to the log. Both are done once, when the load is over.
"""

from __future__ import annotations

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


#: Bytes of log before everything changed is brought to disk; so much more lies on the disk meanwhile.
_LIFTED = {"max_wal_size": "4GB"}


@contextmanager
def with_a_long_log() -> Iterator[None]:
    """In a database of our own; on a server of somebody else's nothing is changed. Killed, it stays so until the next
    load or start: recovery would take longer, nothing else."""
    if not _is_our_own():
        yield
        return
    try:
        _set(_LIFTED)
        yield
    finally:
        _set(LIFTED_BY_LOADS)


def _is_our_own() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN rolsuper THEN current_setting('data_directory') END FROM pg_roles"
            " WHERE rolname = current_user"
        )
        (data,) = cursor.fetchone()
    return bool(data == str((home.home() / "postgres").resolve() / "data"))


def _set(values: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        cursor.execute("SELECT pg_reload_conf()")

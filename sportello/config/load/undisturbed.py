"""The database tidies up after much writing, each minute, and a load writes all the time: what it would read again and
again is tidied once, afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

#: Automatic VACUUM and ANALYZE pass over a table on which somebody holds this lock; reading and writing go on. It ends
#: with the connection that holds it, so that a load that is killed leaves nothing behind.
_LOCK = "SHARE UPDATE EXCLUSIVE"


@contextmanager
def undisturbed(tables: Iterable[str]) -> Iterator[None]:
    """Nothing is tidied up in these tables meanwhile. The lock stands in a transaction that has read and written
    nothing: no reader of the journal waits for it."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        try:
            with holder.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                cursor.execute(f"LOCK TABLE {', '.join(map(connection.ops.quote_name, tables))} IN {_LOCK} MODE")
        except OperationalError:  # somebody changes a table just now: it goes without
            holder.rollback()
        yield
    finally:
        holder.close()

"""A connection to a server that is no longer the primary is not usable.

Django asks `is_usable` before a request and after an error, and opens another connection where the answer is no. It
asks "SELECT 1", which a standby answers as well: a process that was connected to a primary that became a standby would
go on failing with "cannot execute INSERT in a read-only transaction" as long as its connection lives.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error

#: A connection keeps so many statements planned (`core/planned.py`), 0.1 MB each in its server process at most; the one
#: not used for longest makes room.
_PLANNED = 100


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by `settings.DATABASES`."""

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _PLANNED
        return connection

    def is_usable(self) -> bool:
        """Whether the connection answers, from a server that takes writes."""
        if self.connection is None:
            return False
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery()")
                found = cursor.fetchone()
        except Error:
            return False
        return bool(found) and not found[0]

"""Django's, but for two things: what is no longer the primary, and how instants are read.

A connection to a server that is no longer the primary is not usable.

Django asks `is_usable` before a request and after an error, and opens another connection where the answer is no. It
asks "SELECT 1", which a standby answers as well: a process that was connected to a primary that became a standby would
go on failing with "cannot execute INSERT in a read-only transaction" as long as its connection lives.

A page of rows reads some hundred instants. Django reads each in Python, to give it its own time zone; where that is
UTC, as the connection's is, psycopg's own reader in C gives the same in a tenth of the time.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error, adapters
from psycopg.pq import ExecStatus, Format

#: A connection keeps so many statements planned (`core/planned.py`), 0.1 MB each in its server process at most; the one
#: not used for longest makes room.
_PLANNED = 100
#: In C where psycopg has its C part.
_INSTANTS: Any = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by `settings.DATABASES`."""

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _PLANNED
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", _INSTANTS)
        return connection

    def create_cursor(self, name: Any = None) -> Any:
        """Django's would ask its own reader of instants for its zone."""
        return self.connection.cursor() if name is None and self.timezone is UTC else super().create_cursor(name)

    def is_usable(self) -> bool:
        """Whether the connection answers, from a server that takes writes."""
        if self.connection is None:
            return False
        try:
            # every request asks: without a cursor, which costs more than the answer
            found = self.connection.pgconn.exec_(b"SELECT pg_is_in_recovery()")
        except Error:
            return False
        return bool(found.status == ExecStatus.TUPLES_OK and found.get_value(0, 0) == b"f")

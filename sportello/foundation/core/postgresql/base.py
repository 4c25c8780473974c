"""Django's, but for two things: what is no longer the primary, and how instants are read.

A connection to a server that is no longer the primary is not usable.

Django asks `is_usable` before a request and after an error, and opens another connection where the answer is no. It
asks "SELECT 1", which a standby answers as well: a process that was connected to a primary that became a standby would
go on failing with "cannot execute INSERT in a read-only transaction" as long as its connection lives.

A connection that has answered within the last second is not asked again while nothing has come on it since: whatever
ends a server process (its own end, a primary that becomes a standby, an administrator) is heard on the connection.

A page of rows reads some hundred instants. Django reads each in Python, to give it its own time zone; where that is
UTC, as the connection's is, psycopg's own reader in C gives the same in a tenth of the time.
"""

from __future__ import annotations

import select
import time
from datetime import UTC
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error, adapters
from psycopg.pq import Format

#: A connection keeps so many statements planned (`core/planned.py`), 0.1 MB each in its server process at most; the one
#: not used for longest makes room.
_PLANNED = 100
#: Seconds for which an answer is good.
_GOOD_FOR = 1.0


#: In C where psycopg has its C part.
_INSTANTS: Any = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by `settings.DATABASES`."""

    _answered_at = -_GOOD_FOR

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _PLANNED
        self._answered_at = -_GOOD_FOR
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", _INSTANTS)
        return connection

    def close_if_health_check_failed(self) -> None:
        here: Any = self  # the stubs leave out by what Django knows whether to ask
        asks = self.connection is not None and here.health_check_enabled and not here.health_check_done
        if asks and time.monotonic() - self._answered_at < _GOOD_FOR and self._is_silent():
            here.health_check_done = True
        else:
            super().close_if_health_check_failed()

    def _is_silent(self) -> bool:
        """Whether nothing has come since the last answer; what closes a connection comes as well."""
        try:
            poll = select.poll()
            poll.register(self.connection.fileno(), select.POLLIN)
            return not poll.poll(0)
        except (Error, OSError, ValueError):
            return False

    def create_cursor(self, name: Any = None) -> Any:
        """Django's would ask its own reader of instants for its zone."""
        return self.connection.cursor() if name is None and self.timezone is UTC else super().create_cursor(name)

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
        if not found or found[0]:
            return False
        self._answered_at = time.monotonic()
        return True

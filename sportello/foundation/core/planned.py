"""Statements the database plans once a connection.

Planning costs more than running where a statement joins ten tables and reads one row of each by its key: a ticket with
all that hangs on it took 3 ms to plan and 0.3 to read.

    with planned():
        ticket = Ticket.objects.select_related(...).get(pk=pk)

The plan serves any values (`config/settings.py`: generic plans). So this is for rows found by key, whatever the values;
not for searches, whose best plan depends on them, and not where an index over some rows only is needed and which rows
is said by a value. Questions (`questions.py`) say codes in their words, so that such an index serves them planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from django.db import connection
from psycopg import ClientCursor, Cursor
from psycopg._queries import PostgresQuery, _query2pg_nocache

#: So many statements are known in the database's own words: more than a process plans.
_KNOWN = 500


@lru_cache(_KNOWN)
def _converted(query: str, encoding: str) -> Any:
    return _query2pg_nocache(query.encode(encoding), encoding)


class _Converted(PostgresQuery):
    """psycopg does not remember long statements, for nobody sends the same twice; what is planned is sent again, and
    the longest of it (a page of entries, the rows of a reply) most often."""

    def convert(self, query: Any, vars: Any) -> None:
        if vars is None or not isinstance(query, str):
            super().convert(query, vars)
            return
        found = _converted(query, self._tx.encoding)
        self.query, self._want_formats, self._order, self._parts = found
        self.dump(vars)


class PlannedCursor(Cursor[Any]):
    """A cursor whose statements are planned the first time, and whose values are sent beside them."""

    _query_cls = _Converted

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **(options | {"prepare": True}))

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        """psycopg keeps for Django's log what it sends whole, and forgets what it sends to a plan."""
        self._query = cast("PostgresQuery", _Said(self.connection, query, params))
        return super()._convert_query(query, params)


class _Said:
    """A statement with its values in it, composed when the log asks for it."""

    def __init__(self, sent_by: Any, query: Any, params: Any) -> None:
        self._said = sent_by, query, params

    @property
    def query(self) -> bytes:
        sent_by, query, params = self._said
        return ClientCursor(sent_by).mogrify(query, params).encode()


def planned_cursor() -> Any:
    """A cursor of Django's, counted and logged as any, whose statements are planned once a connection."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection._prepare_cursor(PlannedCursor(connection.connection))  # type: ignore[attr-defined]  # no public name


@contextmanager
def planned() -> Iterator[None]:
    """The querysets evaluated in the block are planned once a connection."""
    with connection.execute_wrapper(_by_plan):
        yield


def _by_plan(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Run it by a cursor of ours, from which Django then reads the rows."""
    if not many:
        context["cursor"].cursor.close()
        context["cursor"].cursor = PlannedCursor(connection.connection)
    return execute(sql, params, many, context)

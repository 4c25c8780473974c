"""Statements the database plans once a connection.

Planning costs more than running where a statement joins ten tables and reads one row of each by its key: a ticket with
all that hangs on it took 3 ms to plan and 0.3 to read.

    with planned():
        ticket = Ticket.objects.select_related(...).get(pk=pk)

The plan serves any values (`config/settings.py`: generic plans). So this is for rows found by key, whatever the values;
not for searches, whose best plan depends on them, and not where an index over some rows only is needed and which rows
is said by a value. Questions (`questions.py`) say codes in their words, so that such an index serves them planned.

A statement that a connection has planned already is asked again by `answered` without a cursor: psycopg's, Django's and
the look at what was sent cost three times what the answer does, and a page of the desk asks a dozen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import ClientCursor, Cursor, OperationalError
from psycopg._queries import PostgresQuery, _query2pg_nocache
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

#: So many statements are known in the database's own words, by a process and by a connection: more than one plans.
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
        self.sent = super()._convert_query(query, params)
        return self.sent


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


class _Known:
    """A statement one connection has been asked: in the database's words, and who reads its rows."""

    __slots__ = ("read", "reader", "sent", "wanted")

    def __init__(self, conn: Any, sent: Any) -> None:
        self.sent, self.wanted, self.reader = sent.query, sent._want_formats, Transformer.from_context(conn)
        #: The types of values whose answer the reader is made for.
        self.read: Any = None


def answered(sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of a statement, planned once a connection; one that writes says what it wrote (`RETURNING`)."""
    found = _again(sql, params)
    if found is None:
        with planned_cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
            asked = cursor.cursor
            known: dict[str, _Known] = vars(asked.connection).setdefault("_known", {})
            if len(known) >= _KNOWN:
                known.clear()
            known[sql] = _Known(asked.connection, asked.sent)
    return found


def _again(sql: str, params: Sequence[Any]) -> list[Any] | None:
    """The rows, where this connection has planned the statement; None where it is to be asked as any other is: by who
    opens a connection, begins a transaction, plans, or shows what was sent."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    here.close_if_health_check_failed()
    here.ensure_connection()
    conn = here.connection
    known: _Known | None = vars(conn).get("_known", _NOTHING).get(sql)
    if known is None or here.queries_logged or here.needs_rollback:
        return None
    if not conn._autocommit and conn.pgconn.transaction_status != TransactionStatus.INTRANS:
        return None
    with here.wrap_database_errors:
        reader, names = known.reader, conn._prepared._names
        values = reader.dump_sequence(params, known.wanted)
        types = tuple(reader.types or ())
        name = names.get((known.sent, types))
        if name is None:  # its plan made room for others, or is for values of other types
            return None
        names.move_to_end((known.sent, types))
        ask: Any = partial(_rows, conn, known, types, name)
        for wrapper in here.execute_wrappers:
            if not getattr(wrapper, "only_measures", False):
                return None
            ask = partial(wrapper, ask)
        return cast("list[Any]", ask(sql, values, False, None))


def _rows(conn: Any, known: _Known, types: Any, name: bytes, sql: str, values: Any, many: bool, context: Any) -> Any:
    """As a cursor of Django's is asked, by its wrappers. No lock: a connection is its thread's."""
    reader = known.reader
    result = conn.pgconn.exec_prepared(name, values, reader.formats)
    if result.status != ExecStatus.TUPLES_OK:
        if conn.pgconn.status != ConnStatus.OK:  # no error of the statement's
            raise OperationalError(result.get_error_message(reader.encoding))
        raise error_from_result(result, encoding=reader.encoding)
    reader.set_pgresult(result, set_loaders=known.read != types)
    known.read = types
    rows = reader.load_rows(0, result.ntuples, tuple)
    reader.set_pgresult(None, set_loaders=False)
    return rows


_NOTHING: dict[str, _Known] = {}


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

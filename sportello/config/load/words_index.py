"""The index of words while many enter it: the dearest of all indexes, since an entry has a hundred of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from sportello.config.supervisor.trouble import Trouble
from sportello.records.tickets.models import SearchRow
from sportello.records.tickets.search_index import clean_pending

_INDEX = next(one for one in SearchRow._meta.indexes if one.name == "search_words")
#: Kilobytes that may wait while others work, instead of the index's own.
_PENDING = 16 * 1024


@contextmanager
def while_loading(*, alone: bool, is_large: bool) -> Iterator[None]:
    """Make entering words cheaper. An index that a killed load left out is made first.

    Alone: it is taken away and made at the end, by several processes of the database at once. Nobody may be at work,
    since there is no search without it. Else, where many come: more of them wait before they enter, for half the price;
    searches go on and look through what waits.
    """
    if not _is_there():
        _make()
    if alone:
        _refuse_others()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {_INDEX.name}")
        try:
            yield
        finally:
            _make()
    elif is_large:
        _let_wait(_PENDING)
        try:
            yield
        finally:
            _let_wait(int(_INDEX.gin_pending_list_limit))
            clean_pending()
    else:
        yield


def _is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_INDEX.name])
        return bool(cursor.fetchone()[0])


def _make() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem TO '512MB'")
    with connection.schema_editor() as editor:
        editor.add_index(SearchRow, _INDEX)
    with connection.cursor() as cursor:
        cursor.execute("RESET maintenance_work_mem")


def _let_wait(kilobytes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER INDEX {_INDEX.name} SET (gin_pending_list_limit = {kilobytes})")


def _refuse_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        (others,) = cursor.fetchone()
    if others:
        raise Trouble("others are connected to the database: stop Sportello first, or load without --alone.")

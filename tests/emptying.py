"""The database emptied after a test that commits: of all tables, those that hold something.

Django truncates every table there is and tells every app that it was migrated, which makes content types and permissions
anew: three quarters of a second after each of some hundred tests. Here both stay as the migrations left them, and of the
tables the few that were written to are emptied by DELETE.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

#: What migrations write, and no test: it is the same for all of them.
KEPT = frozenset({"django_content_type", "auth_permission"})
#: Partitioned and none of Django's; its partitions are emptied by it.
JOURNAL = "journal_event"
#: Bytes of a table from which on all are truncated after all: rows by the hundred thousand go faster so.
LARGE = 8 * 1024 * 1024
TRIES = 5

_tables: list[str] = []


def empty(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Whoever still writes is waited for. A browser that is closed leaves its last questions with the live server, which
    takes the tables in another order: where the two would wait for each other for ever, it is done again."""
    for tried in range(TRIES):
        try:
            return _empty(connections[alias])
        except OperationalError as error:
            if tried == TRIES - 1 or "deadlock" not in str(error):
                raise
            time.sleep(0.5)


def _empty(connection: Any) -> None:
    if not _tables:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _tables.extend(sorted({*names, JOURNAL} - KEPT - {"django_migrations"}))
    quoted = [connection.ops.quote_name(one) for one in _tables]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # as TRUNCATE would: nothing that somebody has not yet committed comes in after us
        cursor.execute(f"LOCK TABLE {', '.join(quoted)} IN SHARE MODE")
        cursor.execute(" UNION ALL ".join(f"SELECT {at} WHERE EXISTS (SELECT 1 FROM {one})" for at, one in enumerate(quoted)))
        full = [quoted[at] for (at,) in cursor.fetchall()]
        cursor.execute("SELECT max(pg_relation_size(one::regclass)) FROM unnest(%s::text[]) AS one", [full])
        if (cursor.fetchone()[0] or 0) > LARGE:
            cursor.execute(f"TRUNCATE {', '.join(quoted)}")
            return
        # neither what keeps the journal as it is, nor what one table says of another: all of it goes
        cursor.execute("SET LOCAL session_replication_role = replica")
        for one in full:
            cursor.execute(f"DELETE FROM {one}")

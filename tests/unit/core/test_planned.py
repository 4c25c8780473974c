"""Statements planned once a connection: the second answer, which needs no cursor, is the first one's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, transaction

from sportello.foundation.core.away import is_away
from sportello.foundation.core.planned import answered
from sportello.foundation.watch import current

_SQL = "SELECT %s::int8 + 1, now(), '{\"a\": [1]}'::jsonb::text, ARRAY[%s]::text[], NULL"


def _planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%int8 + 1%%'")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_asked_again_it_gives_the_same_for_values_of_any_size() -> None:
    work = current.Work({})
    token = current.begin(work)
    try:
        for number in (7, 8, 70_000, 2**40, 9):
            ((more, at, text, words, nothing),) = answered(_SQL, (number, f"n {number}'%s"))
            assert (more, text, words, nothing) == (number + 1, '{"a": [1]}', [f"n {number}'%s"], None)
            assert isinstance(at, datetime)
            assert at.utcoffset() is not None
    finally:
        current.end(token)
    assert work.statements == 5, "each is counted once, however it is asked"
    assert len(_planned()) == 3, "one for each type the values have"


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_and_after_what_went_wrong_in_it() -> None:
    sql = "SELECT 10 / %s::int4"
    assert [answered(sql, (one,)) for one in (1, 2)] == [[(10,)], [(5,)]]
    with pytest.raises(DataError, match="division by zero"):
        answered(sql, (0,))
    with pytest.raises(DataError), transaction.atomic():
        assert answered(sql, (5,)) == [(2,)]
        assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        answered(sql, (0,))
    assert answered(sql, (10,)) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_ended_is_a_database_that_is_away() -> None:
    sql = "SELECT pg_backend_pid(), %s::int4"
    assert answered(sql, (1,)) == [(connection.connection.info.backend_pid, 1)]
    given: dict[str, Any] = connection.get_connection_params()
    with psycopg.connect(**{name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given},
                         autocommit=True) as other:  # fmt: skip
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.connection.info.backend_pid,))
    with pytest.raises(OperationalError) as gone:
        answered(sql, (2,))
    assert is_away(gone.value)
    connection.close()
    assert answered(sql, (3,))[0][1] == 3

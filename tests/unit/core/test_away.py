"""A database whose primary changed, and a pooler before it: what is away is told from what went wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DataError, InternalError, connection, connections, transaction
from django.test import RequestFactory

from sportello.config import backup, settings
from sportello.foundation.core.away import is_away
from sportello.foundation.core.errors import StoreAway
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.refusals import RefusalPages

POOL = "postgresql://sportello:secret@pool:6432/sportello"


@pytest.mark.django_db(transaction=True)
def test_a_connection_to_a_primary_that_became_a_standby_is_left() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    with connection.cursor() as cursor:  # what a demoted server answers, by a function found first
        cursor.execute("CREATE SCHEMA demoted")
        try:
            cursor.execute("CREATE FUNCTION demoted.pg_is_in_recovery() RETURNS boolean LANGUAGE sql RETURN true")
            cursor.execute("SET search_path TO demoted, public, pg_catalog")
            assert not connection.is_usable(), "Django opens another one"
        finally:
            cursor.execute("SET search_path TO public")
            cursor.execute("DROP SCHEMA demoted CASCADE")
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_asked_again_when_something_has_come_on_it_or_a_second_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before a request: not where it has just answered, at once where its server process has ended."""
    asked: list[bool] = []
    here = connections[DEFAULT_DB_ALIAS]
    is_usable = here.is_usable

    def ask() -> bool:
        asked.append(is_usable())
        return asked[-1]

    def before_a_request() -> list[bool]:
        asked.clear()
        here.health_check_enabled, here.health_check_done = True, False
        here.close_if_health_check_failed()
        return asked

    monkeypatch.setattr(here, "is_usable", ask)

    here.close()
    here.ensure_connection()
    assert before_a_request() == [True], "nothing is known of a new one"
    assert before_a_request() == []
    monkeypatch.setattr(here, "_answered_at", here._answered_at - 1.1)
    assert before_a_request() == [True]
    with psycopg.connect(**{**here.get_connection_params(), "cursor_factory": None}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [here.connection.info.backend_pid])
    assert before_a_request() == [False]
    assert here.connection is None, "the next statement opens another"


@pytest.mark.django_db(transaction=True)
def test_writing_to_a_standby_is_a_database_that_is_away_and_an_error_of_ours_is_not() -> None:
    with pytest.raises(InternalError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        Organisation.objects.create(slug="borgo", name="Borgo")
    assert is_away(refused.value)
    page = RefusalPages(lambda _request: None).process_exception(RequestFactory().get("/"), refused.value)  # type: ignore[arg-type]
    assert page is not None
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    with pytest.raises(DataError) as ours, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert not is_away(ours.value)
    assert is_away(StoreAway("away"))


def test_a_pooler_gets_no_settings_and_one_of_transactions_no_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, session, one = (settings.database(POOL + end)["OPTIONS"]
                           for end in ("", "?pooler=session", "?pooler=transaction&sslmode=require"))  # fmt: skip
    assert "plan_cache_mode" in plain["options"]
    assert ("options" in session, session["prepare_threshold"]) == (False, 5)
    assert (one["prepare_threshold"], one["sslmode"], "options" in one) == (None, "require", False)
    with pytest.raises(ImproperlyConfigured, match="session or transaction"):
        settings.database(POOL + "?pooler=statement")
    monkeypatch.setenv("DATABASE_URL", POOL + "?pooler=session")
    assert "pooler" not in backup._address(), "PostgreSQL's own programs know no such word"


@pytest.mark.parametrize(("command", "host"), [("worker", "session"), ("migrate", "session"), ("web", "pool")])
def test_who_needs_a_session_takes_the_other_address(command: str, host: str) -> None:
    """The command line decides before anything reads the address."""
    words = (
        "import os, sys; from sportello.config import cli; from sportello.config.commands import " + command + " as one;"
        "one.run = lambda args: print(os.environ['DATABASE_URL']) or 0; cli.main([sys.argv[1]])"
    )
    env = {**os.environ, "DATABASE_URL": POOL, "SPORTELLO_SESSION_DATABASE_URL": POOL.replace("@pool", "@session")}
    done = subprocess.run([sys.executable, "-c", words, command], env=env, capture_output=True, text=True, check=True)
    assert f"@{host}:" in done.stdout

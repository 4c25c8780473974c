"""A database whose primary changed, and a pooler before it: what is away is told from what went wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, InternalError, connection, transaction
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

"""A new version comes while people work: no change of the schema locks a full table for long, none is half done for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, models
from django.db.migrations import Migration
from django.db.migrations import operations as do
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings
from django_zero_downtime_migrations.backends.postgres.schema import DatabaseSchemaEditor

from sportello.config import upgrading
from sportello.foundation.tenancy.migration import OwnedKeys, constraint_name, in_portions
from sportello.foundation.tenancy.models.base import OwnedKey
from sportello.records.tickets.models import Link
from tests.cast import Cast, assemble
from tests.waiting import LIMIT

COLUMN = do.AddField("link", "upgrade_word", models.CharField(max_length=20, null=True))
AWAY = do.RemoveField("link", "upgrade_word")
TEAM = do.AddField("link", "upgrade_team", OwnedKey("accounts.team", on_delete=models.PROTECT, null=True, related_name="+"))


@pytest.fixture
def state(transactional_db: None) -> Any:
    return MigrationExecutor(connection).loader.project_state(("tickets", "0001_initial"))


@pytest.fixture
def as_it_was(transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for column in ("upgrade_word", "upgrade_team_id"):
            cursor.execute(f'ALTER TABLE tickets_link DROP COLUMN IF EXISTS "{column}"')


def run(state: Any, *operations: Any) -> Any:
    """The operations on the database as an upgrade does them; the state afterwards."""
    migration = Migration("upgrade", "tickets")
    migration.operations = list(operations)
    with DatabaseSchemaEditor(connection) as editor:
        migration.apply(state.clone(), editor)
    return migration.mutate_state(state, preserve=True)


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {one.name for one in connection.introspection.get_table_description(cursor, "tickets_link")}


def test_who_reads_a_table_is_waited_for_and_nobody_behind_them(state: Any, as_it_was: None) -> None:
    """A report reads the table in a long transaction: the change gives way each time, and is done when it ends."""
    reads, may_end, told, tries = threading.Event(), threading.Event(), list[str](), list[float]()

    def report() -> None:
        from django.db import transaction

        with transaction.atomic():
            list(Link.objects.all())
            reads.set()
            may_end.wait(LIMIT)
        connection.close()

    reader = threading.Thread(target=report)
    reader.start()
    assert reads.wait(LIMIT)

    def pause(seconds: float) -> None:
        tries.append(seconds)
        assert "upgrade_word" not in columns()
        if len(tries) == 2:
            may_end.set()
            reader.join(LIMIT)

    with override_settings(ZERO_DOWNTIME_MIGRATIONS_LOCK_TIMEOUT="50ms"):
        upgrading.patiently(lambda: run(state, COLUMN) and None, told.append, pause)
    assert "upgrade_word" in columns()
    assert len(tries) == 2
    assert len(told) == 1, "said once, not at each try"
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",), "the limit does not stay with who works afterwards"


def test_what_is_wrong_is_not_tried_again(state: Any) -> None:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout TO 'a lie'")

    with pytest.raises(Exception, match="lock_timeout"):
        upgrading.patiently(work, print, lambda seconds: pytest.fail("it slept"))

    def never() -> None:
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        upgrading.patiently(never, print, lambda seconds: pytest.fail("it slept"))


def test_cut_in_the_middle_it_goes_on_where_it_was(state: Any, as_it_was: None) -> None:
    """Killed between two of its statements: the first is done, the migration counts as not done, and runs again."""
    bad = do.RunSQL("SELECT 1 / 0")
    with pytest.raises(Exception, match="division"):
        run(state, COLUMN, bad)
    assert "upgrade_word" in columns()
    run(state, COLUMN, do.AddIndex("link", models.Index(fields=["upgrade_word"], name="upgrade_by_word")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'upgrade_by_word'::regclass")
        assert cursor.fetchone() == (True,)


def test_a_key_is_held_at_once_and_looked_through_afterwards(state: Any, as_it_was: None) -> None:
    cast = assemble()
    one, other = cast.ticket("Una"), cast.ticket("Altra")
    Link.objects.create(organisation=cast.borgo, ticket=one, other=other, kind="perhaps", made_at=one.opened_at)
    run(state, TEAM, OwnedKeys())
    key = constraint_name("tickets_link", "upgrade_team_id")
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = %s"
    with connection.cursor() as cursor:
        cursor.execute(valid, [key])
        assert cursor.fetchone() == (True,)
        # as if it had been cut between its two statements
        cursor.execute(f"ALTER TABLE tickets_link DROP CONSTRAINT {key}")
        cursor.execute(f"ALTER TABLE tickets_link ADD CONSTRAINT {key} FOREIGN KEY (organisation_id, upgrade_team_id)"
                       " REFERENCES accounts_team (organisation_id, id) DEFERRABLE INITIALLY DEFERRED NOT VALID")  # fmt: skip
        run(run_state(state), OwnedKeys())
        cursor.execute(valid, [key])
        assert cursor.fetchone() == (True,)
        with pytest.raises(Exception, match=key):
            cursor.execute("UPDATE tickets_link SET upgrade_team_id = %s", [team_of_the_shop(cast)])


def run_state(state: Any) -> Any:
    after = state.clone()
    TEAM.state_forwards("tickets", after)
    return after


def team_of_the_shop(cast: Cast) -> int:
    from sportello.records.accounts.models import Team

    return int(Team.objects.filter(organisation=cast.bottega).earliest("pk").pk)


def test_a_column_is_filled_in_portions_and_a_second_time_nothing(state: Any, as_it_was: None) -> None:
    cast = assemble()
    tickets = [cast.ticket(f"Numero {at}") for at in range(5)]
    for other in tickets[1:]:
        Link.objects.create(organisation=cast.borgo, ticket=tickets[0], other=other, kind="perhaps", made_at=other.opened_at)
    run(state, COLUMN)
    with DatabaseSchemaEditor(connection) as editor:
        assert in_portions(editor, "tickets_link", "upgrade_word = kind", "upgrade_word IS NULL", portion=3) == 4
        assert in_portions(editor, "tickets_link", "upgrade_word = kind", "upgrade_word IS NULL", portion=3) == 0


@pytest.mark.django_db
def test_our_own_later_migrations_lock_nothing_for_long() -> None:
    """From an app's second migration on its tables are full: what would read them through or hold a lock is refused here
    (a column that must be there has a default in the database, nothing is renamed or given another type)."""
    loader = MigrationExecutor(connection).loader
    plan = loader.graph._generate_plan(nodes=loader.graph.leaf_nodes(), at_end=True)
    ours = {app.rpartition(".")[2] for app in settings.INSTALLED_APPS if app.startswith("sportello.")}
    state = loader.project_state(nodes=[], at_end=True)
    firsts = {name for name in plan if name[0] in ours and not any(parent[0] == name[0] for parent in loader.graph.node_map[name].parents)}
    with override_settings(ZERO_DOWNTIME_MIGRATIONS_RAISE_FOR_UNSAFE=True):
        for name in plan:
            migration = loader.graph.nodes[name]
            if name[0] in ours and name not in firsts:
                with DatabaseSchemaEditor(connection, collect_sql=True) as editor:
                    migration.apply(state.clone(), editor, collect_sql=True)
            state = migration.mutate_state(state, preserve=False)

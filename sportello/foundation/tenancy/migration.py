"""The helpers of our migrations.

`operations = [..., OwnedKeys()]` keeps an app's composite keys inside their organisation;
`in_portions` fills a column of a full table;
`class Migration(AtOnce)` is an app's first migration, or one of many operations, whose tables are all drawn together.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django_zero_downtime_migrations.backends.postgres.schema import (
    DatabaseSchemaEditorMixin,
    PGAccessExclusive,
    PGShareUpdateExclusive,
)

from .models.base import OwnedKey, OwnedOneToOne


def constraint_name(table: str, column: str) -> str:
    """The name in pg_constraint; short enough for PostgreSQL's 63 bytes."""
    return f"{table}_{column}_own"[-63:]


def owned_fields(model: Any) -> list[Any]:
    """The owned keys a model has, in order."""
    return [field for field in model._meta.local_fields if isinstance(field, (OwnedKey, OwnedOneToOne))]


def add_key_sql(model: Any, field: Any) -> str:
    table, column = model._meta.db_table, field.column
    target = field.remote_field.model._meta.db_table
    return (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{constraint_name(table, column)}" '
        f'FOREIGN KEY (organisation_id, "{column}") REFERENCES "{target}" (organisation_id, id) '
        "DEFERRABLE INITIALLY DEFERRED"
    )


def _looked_through(schema_editor: Any, model: Any, field: Any) -> bool | None:
    """None where the constraint is not there; False where the rows of before were never held against it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT convalidated FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
            [constraint_name(model._meta.db_table, field.column), f'"{model._meta.db_table}"'],
        )
        row = cursor.fetchone()
    return None if row is None else bool(row[0])


def _add_to_full_table(schema_editor: Any, model: Any, field: Any, there: bool | None) -> None:
    """Two statements, each by itself: new rows are held to the key at once, the old ones are looked through while
    people go on writing (`config/upgrading.py`). Cut between the two, the next call does the second.
    """
    table = model._meta.db_table
    if there is None:
        schema_editor.execute(PGAccessExclusive(f"{add_key_sql(model, field)} NOT VALID"))
    if not there:
        check = f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{constraint_name(table, field.column)}"'
        schema_editor.execute(PGShareUpdateExclusive(check))


def in_portions(schema_editor: Any, table: str, set_to: str, where: str, portion: int = 2_000) -> int:
    """For `RunPython(…, atomic=False)`: UPDATE `table` SET `set_to` WHERE `where`, so many rows a transaction; how
    many in all. `where` must no longer hold for a row that was set: then it ends, and cut anywhere it goes on when
    called again.
    """
    changed = 0
    sql = (
        f'UPDATE "{table}" SET {set_to} WHERE id = ANY(ARRAY('  # noqa: S608 - words of our migrations
        f'SELECT id FROM "{table}" WHERE id > %s AND {where} ORDER BY id LIMIT {portion})) RETURNING id'
    )
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:  # each round sets rows with higher ids, of which there are so many
            cursor.execute(sql, [last])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return changed
            changed, last = changed + len(ids), max(ids)


class OwnedKeys(Operation):
    """Adds the composite constraint of every owned key of the app that has none yet.

    Deferred to the end of the transaction, so that rows that point at each other can be made in any order;
    a refusal therefore shows at commit (or at SET CONSTRAINTS ALL IMMEDIATE).
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: the model's state already says it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in to_state.apps.get_app_config(app_label).get_models():
            for field in owned_fields(model):
                there = None if schema_editor.collect_sql else _looked_through(schema_editor, model, field)
                if isinstance(schema_editor, DatabaseSchemaEditorMixin):
                    _add_to_full_table(schema_editor, model, field, there)
                elif there is None:
                    schema_editor.execute(add_key_sql(model, field))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: the constraint goes with its column or table."""

    def describe(self) -> str:
        return "Keep the app's keys inside their organisation"


class AtOnce(Migration):
    """An app's first migration as `makemigrations` writes it, run with every model drawn once.

    After each operation Django draws anew every model related to the one it touched, and here nearly all are related:
    for 180 tables with their keys and indexes that was nine tenths of the time an empty database took (36 of 39 s of
    processor time), and each worker of the tests pays it. The operations here change the state first; then each meets
    the database with the state of before and of after all of them. Keys, indexes and constraints of a model made here
    are part of its table already.
    """

    def apply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        """The state afterwards. Raises what the database says."""
        before = project_state.clone()
        project_state.__dict__.pop("apps", None)
        made: set[str] = set()
        steps: list[Operation] = []
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
            if isinstance(operation, CreateModel):
                made.add(operation.name_lower)
            if not (isinstance(operation, _PARTS) and operation.model_name_lower in made):
                steps.append(operation)
        for operation in steps:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state


#: What is part of a table when the model is drawn whole.
_PARTS = (AddField, AddIndex, AddConstraint)

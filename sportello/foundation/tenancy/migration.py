"""The two helpers of our migrations.

`operations = [..., OwnedKeys()]` keeps an app's composite keys inside their organisation;
`class Migration(AtOnce)` is an app's first migration, or one of many operations, whose tables are all drawn together.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

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
                if not self._is_there(schema_editor, model, field):
                    schema_editor.execute(add_key_sql(model, field))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: the constraint goes with its column or table."""

    def describe(self) -> str:
        return "Keep the app's keys inside their organisation"

    @staticmethod
    def _is_there(schema_editor: Any, model: Any, field: Any) -> bool:
        if schema_editor.collect_sql:
            return False
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
                [constraint_name(model._meta.db_table, field.column), f'"{model._meta.db_table}"'],
            )
            return cursor.fetchone() is not None


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

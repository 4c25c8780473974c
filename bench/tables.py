"""Rows of many tables gathered in memory and written by COPY, with ids of our own so that rows can point at rows."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, models, transaction
from django.db.models.fields import NOT_PROVIDED


class Table:
    """One model's rows to come. A column not named gets the model's default, else empty text or null."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        fields = model._meta.concrete_fields
        self.columns = [str(field.column) for field in fields]
        self._json = {field.column for field in fields if isinstance(field, models.JSONField)}
        self._defaults = {field.column: self._default(field) for field in fields}
        self.rows: list[list[Any]] = []
        self.written = 0
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{self.name}"')
            self.last_id = int(cursor.fetchone()[0])

    def add(self, **values: Any) -> int:
        """Keep a row; its id. KeyError-like trouble for a column that is not there, so that nothing is misspelt."""
        unknown = values.keys() - self._defaults.keys()
        if unknown:
            raise ValueError(f"{self.name} has no {sorted(unknown)}")
        self.last_id += 1
        row = {**self._defaults, **values, "id": self.last_id}
        for column in self._json:
            row[column] = json.dumps(row[column])
        self.rows.append([row[column] for column in self.columns])
        return self.last_id

    def write(self, cursor: Any) -> None:
        names = ", ".join(f'"{column}"' for column in self.columns)
        with cursor.copy(f'COPY "{self.name}" ({names}) FROM STDIN') as copy:
            for row in self.rows:
                copy.write_row(row)
        self.written += len(self.rows)
        self.rows = []

    def settle_sequence(self, cursor: Any) -> None:
        """The next id the database gives is after ours."""
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{self.name}', 'id'), greatest(%s, 1))", [self.last_id])

    @staticmethod
    def _default(field: Any) -> Any:
        if field.default is not NOT_PROVIDED:
            return field.get_default()
        return "" if isinstance(field, models.CharField | models.TextField) and not field.null else None


class Tables:
    """One `Table` a model, written together in a transaction; parents first is not needed: keys are deferred."""

    def __init__(self) -> None:
        self._by_model: dict[type[models.Model], Table] = {}

    def __getitem__(self, model: type[models.Model]) -> Table:
        if model not in self._by_model:
            self._by_model[model] = Table(model)
        return self._by_model[model]

    def write(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self._by_model.values():
                if table.rows:
                    table.write(cursor)

    def finish(self) -> int:
        """Set the sequences; how many rows were written in all."""
        with connection.cursor() as cursor:
            for table in self._by_model.values():
                table.settle_sequence(cursor)
        return sum(table.written for table in self._by_model.values())

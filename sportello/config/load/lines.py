"""Rows as lines of COPY's text form, with ids of our own so that rows can point at rows."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models.fields import NOT_PROVIDED

#: COPY's null.
NULL = "\\N"


def escaped(text: str) -> str:
    """`text` as a field of COPY."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


class Lines:
    """The lines of one table to come. `given` are the columns each row brings, in that order, `fixed` what all rows
    have; a column that must not be null and is neither gets the model's default, and one that may be null stays so.

    ValueError for a column that is not there, or one that must be given and is not: a model that grows is noticed
    before the first row.
    """

    def __init__(
        self, model: type[models.Model], *given: str, fixed: dict[str, str] | None = None, with_id: bool = True
    ) -> None:
        self.table = model._meta.db_table
        self.with_id = with_id
        columns = {str(field.column): field for field in model._meta.concrete_fields}
        same = fixed or {}
        unknown = {*given, *same} - columns.keys()
        if unknown:
            raise ValueError(f"{self.table} has no {sorted(unknown)}")
        usual = same | {
            name: _usual(self.table, field)
            for name, field in columns.items()
            if name not in given and name not in same and not field.null and not field.primary_key
        }
        front = ["id"] if with_id else []
        self.columns = [*front, *given, *usual]
        self._form = "\t".join([*("%s" for _ in (*front, *given)), *(one.replace("%", "%%") for one in usual.values())])
        self._lines: list[str] = []
        self.next_id = self.end_id = 0
        self.written = 0
        self._sequence = ""

    def add(self, *values: Any) -> int:
        """Keep a row; its id, 0 where the table gives its own."""
        if not self.with_id:
            self._lines.append(self._form % values)
            return 0
        number = self.next_id
        self.next_id = number + 1
        self._lines.append(self._form % (number, *values))
        return number

    @property
    def waiting(self) -> int:
        return len(self._lines)

    def write(self, cursor: Any) -> None:
        """COPY what was added. Ids beyond what was drawn are refused: they are somebody else's."""
        if not self._lines:
            return
        if self.with_id and self.next_id > self.end_id:
            raise RuntimeError(f"{self.table}: more rows than ids were drawn")
        names = ", ".join(f'"{column}"' for column in self.columns)
        with cursor.copy(f'COPY "{self.table}" ({names}) FROM STDIN') as copy:
            copy.write("\n".join(self._lines) + "\n")
        self.written += len(self._lines)
        self._lines = []

    def draw(self, cursor: Any, count: int) -> None:
        """`count` ids in a row from the table's own sequence, which nobody else gets, whoever draws at the same time.

        Others may draw in between: then the run of ids is torn, and another is drawn. Gaps mean nothing.
        """
        if not self._sequence:  # asked once: within the question it would be looked up for each id
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [self.table])
            (self._sequence,) = cursor.fetchone()
        for _ in range(20):
            cursor.execute(
                "SELECT min(id), max(id) FROM"
                " (SELECT nextval(%s::regclass) AS id FROM generate_series(1, %s)) AS drawn",
                [self._sequence, count],
            )
            first, last = cursor.fetchone()
            if last - first == count - 1:
                self.next_id, self.end_id = int(first), int(last) + 1
                return
        raise RuntimeError(f"{self.table}: no run of ids in twenty tries; others write too much")


def _usual(table: str, field: Any) -> str:
    """The default of a column as COPY writes it."""
    if field.default is not NOT_PROVIDED:
        value = field.get_default()
    elif isinstance(field, models.CharField | models.TextField):
        value = ""
    else:
        raise ValueError(f"{table}.{field.column} has no default: every row must bring it")
    if isinstance(field, models.JSONField):
        return escaped(json.dumps(value))
    if isinstance(value, bool):
        return "t" if value else "f"
    return escaped(str(value))

"""Rows of one transaction written together: what a verb makes waits in memory and leaves in one statement.

    with transaction.atomic(), together("opening"):
        ticket = add(Ticket(...))   # has its id at once, drawn from the table's own sequence
        add_all([Reason(...), ...])  # rows nobody asks the id of
    # one statement has written all of them, each table in the order of its rows

Why: composing a statement costs Django more than the database takes to run it. A statement of a table is composed
once a process here, and one round trip serves every table. Whoever reads while rows wait finds them nevertheless:
a statement that names a table with waiting rows has them written first, and so has every savepoint.

Outside of `together` all of this writes at once, as `save` does. No signals, no `save` of a model's own: a model with
one is not for here. An exception leaves nothing behind: what waits is dropped, what was written is rolled back.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, models
from psycopg.adapt import Transformer

Row = TypeVar("Row", bound=models.Model)
_Reader = Callable[[models.Model], Any]
_OPEN: ContextVar[_Gathering | None] = ContextVar("together", default=None)
_MOST_DRAWN = 4
#: name of a gathering → ids drawn for each of its units, by table: so many are drawn at once the next time.
_HABITS: dict[str, dict[str, float]] = {}


def is_gathering() -> bool:
    """Whether rows wait for others now: then a verb needs no savepoint of its own, the whole is undone together."""
    return _OPEN.get() is not None


def is_tried() -> bool:
    """Whether who gathers does the whole again by smaller steps when it fails: then a race lost to somebody else may
    show at the end."""
    gathering = _OPEN.get()
    return gathering is not None and gathering.tried


def write_now() -> None:
    """Write what waits; what breaks a rule shows here."""
    gathering = _OPEN.get()
    if gathering is not None:
        gathering.flush()


@contextmanager
def together(name: str, units: int = 1, *, tried: bool = False) -> Iterator[None]:
    """Rows added in the block leave together at its end; within another such block, at that one's end.

    `name` is for what was drawn the last time under it, `units` how many alike are done at once; `tried` see
    `is_tried`.
    """
    if is_gathering():
        yield
        return
    if not connection.in_atomic_block:
        raise RuntimeError("rows are gathered in the transaction that writes them")
    gathering = _Gathering(name, units, tried)
    before = _OPEN.set(gathering)
    try:
        with connection.execute_wrapper(gathering.before_statement):
            yield
            gathering.flush()
    finally:
        _OPEN.reset(before)
    gathering.remember()


def add(row: Row) -> Row:
    """Insert `row`; it has its id when this returns."""
    gathering = _OPEN.get()
    if gathering is None:
        row.save(force_insert=True)
    else:
        row.pk = gathering.draw(row._meta.db_table)
        gathering.put(row)
    return row


def add_all(rows: Iterable[models.Model], *, unless_there: bool = False) -> None:
    """Insert rows whose ids nobody needs; `unless_there`: one that breaks a rule of uniqueness is left out."""
    gathering = _OPEN.get()
    if gathering is not None:
        for row in rows:
            gathering.put(row, unless_there=unless_there)
        return
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    for model, its_rows in by_model.items():
        model._default_manager.bulk_create(its_rows, ignore_conflicts=unless_there)


def add_line(table: str, columns: Sequence[str], template: str, values: Sequence[Any]) -> None:
    """Insert one line whose values are expressions: `template` is what stands between the brackets of VALUES."""
    gathering = _OPEN.get()
    if gathering is not None:
        gathering.put_line(table, columns, template, values)
        return
    statement = _inserting(table, ", ".join(columns), [template])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(row: models.Model, fields: Sequence[str]) -> None:
    """Write `fields` (of columns) of a row the caller has locked; a row that waits itself leaves as it is by then."""
    gathering = _OPEN.get()
    if gathering is None:
        row.save(update_fields=fields)
    else:
        gathering.put_change(row, tuple(fields))


# What a table's statement is made of, composed once a process ------------------------------


@dataclass(frozen=True)
class _Shape:
    table: str
    columns: str
    with_id: tuple[_Reader, ...]
    without_id: tuple[_Reader, ...]

    @staticmethod
    @cache
    def of(model: type[models.Model]) -> _Shape:
        fields = [one for one in model._meta.concrete_fields if not one.primary_key]
        readers = tuple(_reader(one) for one in fields)
        names = ", ".join(f'"{one.column}"' for one in fields)
        return _Shape(model._meta.db_table, names, (attrgetter("pk"), *readers), readers)


def _reader(column: Any) -> _Reader:
    if isinstance(column, models.JSONField):
        return lambda row: column.get_db_prep_save(getattr(row, column.attname), connection)
    read = attrgetter(column.attname)

    def plain(row: models.Model) -> Any:
        value = read(row)
        return value.value if isinstance(value, Enum) else value

    return plain


@cache
def _changing(model: type[models.Model], fields: tuple[str, ...]) -> tuple[str, str, tuple[_Reader, ...]]:
    """Start and end of an UPDATE of many rows, and what is read of each; its first line carries the types."""
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    table = model._meta.db_table
    settings = ", ".join(f'"{one.column}" = fresh."{one.column}"' for one in columns)
    names = ", ".join(f'"{one.column}"' for one in columns)
    start = f'UPDATE "{table}" SET {settings} FROM (VALUES '  # noqa: S608 - names of our own tables and columns
    return start, f') AS fresh (id, {names}) WHERE "{table}".id = fresh.id', tuple(_reader(one) for one in columns)


@cache
def _types(model: type[models.Model], fields: tuple[str, ...]) -> str:
    """The values of a first line with their types: alone, a NULL or a text would be of none."""
    types = [cast("models.Field[Any, Any]", model._meta.get_field(name)).db_type(connection) for name in fields]
    return ", ".join(["%s::bigint", *(f"%s::{one}" for one in types)])


@cache
def _plain(count: int) -> str:
    return ", ".join(["%s"] * count)


@cache
def _pieces(template: str) -> tuple[str, ...]:
    return tuple(template.split("%s"))


def _filled(template: str, values: Sequence[Any], literal: Callable[[Any], bytes]) -> str:
    """`template` with its values as psycopg writes them where it sends a whole statement, as it does for Django. Not
    left to `execute`, which looks for thousands of placeholders again each time: two thirds of what sending costs."""
    first, *others = _pieces(template)
    return first + "".join(
        [literal(value).decode() + piece for value, piece in zip(values, others, strict=True)]
    )


def _inserting(table: str, columns: str, templates: Sequence[str]) -> str:
    lines = "), (".join(templates)
    return f"INSERT INTO {table} ({columns}) VALUES ({lines})"  # noqa: S608 - names of our own tables and columns


# Gathering ------------------------------


@dataclass
class _Gathering:
    name: str
    units: int
    tried: bool
    #: (table, columns, what follows the lines) → lines as (template, values, read when they leave).
    _lines: dict[tuple[str, str, str], list[tuple[str, Callable[[], list[Any]]]]] = field(default_factory=dict)
    _changes: dict[tuple[type[models.Model], tuple[str, ...]], dict[int, models.Model]] = field(default_factory=dict)
    #: Rows that wait, by identity: they are kept alive by what reads them.
    _rows: set[int] = field(default_factory=set)
    #: Ids drawn and not used, by table.
    _stock: dict[str, list[int]] = field(default_factory=dict)
    _drawn: Counter[str] = field(default_factory=Counter)
    _named: re.Pattern[str] | None = None

    def draw(self, table: str) -> int:
        """The next id of a table."""
        if not self._stock.get(table):
            self._fetch(table)
        self._drawn[table] += 1
        return self._stock[table].pop(0)

    def _fetch(self, table: str) -> None:
        """From the sequences of all tables that were drawn from the last time, in one statement."""
        habit = _HABITS.get(self.name, {}) if not self._stock else {}
        wanted = {one: math.ceil(each * self.units) for one, each in habit.items()}
        wanted.setdefault(table, 1 if habit or self.units == 1 else self.units)
        arrays = ", ".join(["ARRAY(SELECT nextval(%s::regclass) FROM generate_series(1, %s))"] * len(wanted))
        values = [value for one, count in wanted.items() for value in (f"{one}_id_seq", count)]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {arrays}", values)
            for one, ids in zip(wanted, cursor.fetchone(), strict=True):
                self._stock.setdefault(one, []).extend(ids)

    def remember(self) -> None:
        """So many for each unit the next time: the most that was needed so far, within reason. What is drawn and not
        used leaves gaps."""
        before = _HABITS.get(self.name, {})
        _HABITS[self.name] = {
            table: min(_MOST_DRAWN, max(self._drawn[table] / self.units, before.get(table, 0)))
            for table in {*before, *self._drawn}
        }

    def put(self, row: models.Model, *, unless_there: bool = False) -> None:
        shape = _Shape.of(type(row))
        has_id = row.pk is not None
        readers = shape.with_id if has_id else shape.without_id
        columns = f'"id", {shape.columns}' if has_id else shape.columns
        key = (shape.table, columns, " ON CONFLICT DO NOTHING" if unless_there else "")
        self._line(key, _plain(len(readers)), lambda: [read(row) for read in readers])
        self._rows.add(id(row))
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def put_line(self, table: str, columns: Sequence[str], template: str, values: Sequence[Any]) -> None:
        self._line((table, ", ".join(columns), ""), template, lambda: list(values))

    def _line(self, key: tuple[str, str, str], template: str, values: Callable[[], list[Any]]) -> None:
        self._lines.setdefault(key, []).append((template, values))
        self._named = None

    def put_change(self, row: models.Model, fields: tuple[str, ...]) -> None:
        if fields and id(row) not in self._rows:
            for (model, others), rows in self._changes.items():
                if model is type(row) and others != fields and row.pk in rows:
                    self.flush()  # two changes of one row cannot leave in one statement
                    break
            self._changes.setdefault((type(row), fields), {})[row.pk] = row
            self._named = None

    def before_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Who asks for a table whose rows wait gets them written first."""
        if self._lines or self._changes:
            words = str(sql)  # psycopg's own composed statements say their names too
            if words.startswith("ROLLBACK TO"):
                self._forget()  # they came after the savepoint, which had the earlier ones written
            elif words.startswith("SAVEPOINT") or self._mentions(words):
                self.flush()
        return execute(sql, params, many, context)

    def _mentions(self, sql: str) -> bool:
        if self._named is None:
            tables = {table for table, _columns, _end in self._lines}
            tables |= {model._meta.db_table for model, _fields in self._changes}
            self._named = re.compile(r"\b(?:" + "|".join(sorted(tables)) + r")\b")
        return self._named.search(sql) is not None

    def flush(self) -> None:
        """Write what waits, in one statement. Foreign keys are looked at when it has ended, or at the commit."""
        if not self._lines and not self._changes:
            return
        connection.ensure_connection()
        literal = Transformer.from_context(connection.connection).as_literal
        parts: list[str] = []
        for (table, columns, end), lines in self._lines.items():
            parts.append(_inserting(table, columns, [_filled(one, read(), literal) for one, read in lines]) + end)
        for (model, fields), rows in self._changes.items():
            start, end, readers = _changing(model, fields)
            templates = [_types(model, fields), *([_plain(len(fields) + 1)] * (len(rows) - 1))]
            changed = [
                _filled(template, [row.pk, *(read(row) for read in readers)], literal)
                for template, row in zip(templates, rows.values(), strict=True)
            ]
            parts.append(f"{start}({'), ('.join(changed)}){end}")
        self._forget()
        head = ", ".join(f"_{place} AS ({part})" for place, part in enumerate(parts[:-1]))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {head} {parts[-1]}" if head else parts[-1])

    def _forget(self) -> None:
        self._lines.clear()
        self._changes.clear()
        self._rows.clear()
        self._named = None

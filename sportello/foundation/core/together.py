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

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from psycopg.adapt import PyFormat, Transformer

from .planned import PlannedCursor

Row = TypeVar("Row", bound=models.Model)
_Reader = Callable[[Any], Any]
_OPEN: ContextVar[_Gathering | None] = ContextVar("together", default=None)
_MOST_DRAWN = 4
#: A value in the template of a line, and its type.
_VALUE = re.compile(r"%s::(\w+(?:\[\])?)")
_LENGTH = re.compile(r"varchar(?:\(\d+\))?")
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
    """Insert one line whose values are expressions: `template` is what stands between the brackets of VALUES, each
    value as `%s` with its type."""
    gathering = _OPEN.get()
    if gathering is not None:
        gathering.put_line(table, tuple(columns), template, values)
        return
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({template})"  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(row: models.Model, fields: Sequence[str]) -> None:
    """Write `fields` (of columns) of a row the caller has locked; a row that waits itself leaves as it is by then."""
    gathering = _OPEN.get()
    if gathering is None:
        row.save(update_fields=fields)
    else:
        gathering.put_change(row, tuple(fields))


@dataclass(frozen=True)
class Drawing:
    """Ids that will be wanted, to be drawn by a statement of somebody else's on its way: `sql` stands among what it
    answers, with `values` of its own, and `take` is given what it answered there."""

    sql: str = "NULL"
    values: tuple[Any, ...] = ()
    _gathering: _Gathering | None = None
    _tables: tuple[str, ...] = ()

    def take(self, answer: str | None) -> None:
        if self._gathering is not None and answer:
            self._gathering.stock(zip(self._tables, json.loads(answer), strict=True))


def drawing() -> Drawing:
    """What those who gathered under the same name drew; nothing where nobody gathers, or some are drawn already."""
    gathering = _OPEN.get()
    wanted = gathering.habit() if gathering is not None else {}
    if not wanted:
        return Drawing()
    arrays, values = _drawn(wanted)
    return Drawing(f"json_build_array({arrays})::text", tuple(values), gathering, tuple(wanted))


def _drawn(wanted: dict[str, int]) -> tuple[str, list[Any]]:
    """So many ids of the sequences of these tables, an array each."""
    arrays = ", ".join(["ARRAY(SELECT nextval(%s::regclass) FROM generate_series(1, %s))"] * len(wanted))
    return arrays, [value for one, count in wanted.items() for value in (f"{one}_id_seq", count)]


# What a table's statement is made of, composed once a process ------------------------------


@dataclass(frozen=True)
class _Part:
    """One table's part of a statement: its text with a placeholder for each column of lines, and what reads these."""

    text: str
    readers: tuple[_Reader, ...]


@cache
def _inserting(model: type[models.Model], with_id: bool, end: str) -> _Part:
    fields: list[Any] = [one for one in model._meta.concrete_fields if with_id or not one.primary_key]
    names = ", ".join(f'"{one.column}"' for one in fields)
    source, values = _source([_sql_type(one) for one in fields])
    text = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(values)} FROM {source}{end}'  # noqa: S608 - names of our own tables and columns
    return _Part(text, tuple(_reader(one) for one in fields))


@cache
def _inserting_line(table: str, columns: Sequence[str], template: str) -> _Part:
    pieces = _VALUE.split(template)
    source, values = _source(pieces[1::2])
    line = "".join(piece for pair in zip(pieces[::2], [*values, ""], strict=True) for piece in pair)
    text = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {line} FROM {source}"  # noqa: S608 - as above
    return _Part(text, tuple(itemgetter(place) for place in range(len(values))))


@cache
def _changing(model: type[models.Model], fields: tuple[str, ...]) -> _Part:
    columns: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in fields)]
    source, values = _source([_sql_type(one) for one in columns])
    table, (row_id, *new) = model._meta.db_table, values
    settings = ", ".join(f'"{one.column}" = {value}' for one, value in zip(columns[1:], new, strict=True))
    text = f'UPDATE "{table}" SET {settings} FROM {source} WHERE "{table}".id = {row_id}'  # noqa: S608 - as above
    return _Part(text, tuple(_reader(one) for one in columns))


def _source(types: Sequence[str]) -> tuple[str, list[str]]:
    """Lines out of one array for each column, in their order, and how their values are named. The text is the same
    however many lines there are, so that the database plans it once."""
    arrays = ", ".join(f"%s::{'text' if one.endswith(']') else one}[]" for one in types)
    names = [f"c{place}" for place in range(len(types))]
    # an array of arrays would be taken apart altogether
    values = [f"fresh.{name}::{one}" if one.endswith("]") else f"fresh.{name}"
              for name, one in zip(names, types, strict=True)]  # fmt: skip
    return f"unnest({arrays}) AS fresh ({', '.join(names)})", values


def _sql_type(column: Any) -> str:
    """Without a length, to which a cast would cut silently: the column itself refuses what is too long."""
    return _LENGTH.sub("text", str(column.db_type(connection)))


def _reader(column: Any) -> _Reader:
    read = attrgetter(column.attname)
    if isinstance(column, models.JSONField):
        encode = (column.encoder or json.JSONEncoder)().encode

        def as_json(row: models.Model) -> str | None:
            value = read(row)
            return None if value is None else encode(value)

        return as_json
    return read


# Values as PostgreSQL reads them within an array ------------------------------


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join([_WRITERS.get(type(one), _written)(one) for one in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(value: Any) -> str:
    """Whatever psycopg can write."""
    if isinstance(value, Enum):
        return _WRITERS.get(type(value.value), _written)(value.value)
    if isinstance(value, str):
        return _quoted(str(value))
    dumper = Transformer.from_context(connection.connection).get_dumper(value, PyFormat.TEXT)
    dumped = dumper.dump(value)
    return "NULL" if dumped is None else _quoted(bytes(dumped).decode())


_WRITERS: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _value: "NULL",
    int: str,
    bool: lambda value: "t" if value else "f",
    str: _quoted,
    date: date.isoformat,
    datetime: datetime.isoformat,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}


# Gathering ------------------------------


@dataclass
class _Gathering:
    name: str
    units: int
    tried: bool
    #: table → its parts → what their readers read when they leave: rows, or lists of values.
    _lines: dict[str, dict[_Part, list[Any]]] = field(default_factory=dict)
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
        wanted = self.habit()
        wanted.setdefault(table, 1 if wanted or self.units == 1 else self.units)
        arrays, values = _drawn(wanted)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {arrays}", values)
            self.stock(zip(wanted, cursor.fetchone(), strict=True))

    def habit(self) -> dict[str, int]:
        """Table → how many of its ids were needed the last time; nothing once any has been drawn."""
        known = _HABITS.get(self.name, {}) if not self._stock else {}
        return {one: math.ceil(each * self.units) for one, each in known.items()}

    def stock(self, drawn: Iterable[tuple[str, Sequence[int]]]) -> None:
        for one, ids in drawn:
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
        part = _inserting(type(row), row.pk is not None, " ON CONFLICT DO NOTHING" if unless_there else "")
        self._line(row._meta.db_table, part, row)
        self._rows.add(id(row))
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def put_line(self, table: str, columns: Sequence[str], template: str, values: Sequence[Any]) -> None:
        self._line(table, _inserting_line(table, columns, template), values)

    def _line(self, table: str, part: _Part, line: Any) -> None:
        if table not in self._lines:
            self._lines[table] = {}
            self._named = None
        self._lines[table].setdefault(part, []).append(line)

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
            tables = {*self._lines, *(model._meta.db_table for model, _fields in self._changes)}
            self._named = re.compile(r"\b(?:" + "|".join(sorted(tables)) + r")\b")
        return self._named.search(sql) is not None

    def flush(self) -> None:
        """Write what waits, in one statement. Foreign keys are looked at when it has ended, or at the commit."""
        if not self._lines and not self._changes:
            return
        leaving = [one for table in sorted(self._lines) for one in self._lines[table].items()]
        leaving += [(_changing(*key), list(rows.values())) for key, rows in self._changes.items()]
        self._forget()
        connection.ensure_connection()
        django: Any = connection  # the stubs leave out what makes a cursor of ours one of Django's
        values = [_array(map(reader, lines)) for part, lines in leaving for reader in part.readers]
        texts = [part.text for part, _lines in leaving]
        head = ", ".join(f"_{place} AS ({text})" for place, text in enumerate(texts[:-1]))
        with django._prepare_cursor(PlannedCursor(django.connection)) as cursor:
            cursor.execute(f"WITH {head} {texts[-1]}" if head else texts[-1], values)

    def _forget(self) -> None:
        self._lines.clear()
        self._changes.clear()
        self._rows.clear()
        self._named = None

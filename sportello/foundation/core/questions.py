"""A question of the database worded once: the same query set with other values, without composing its SQL again.

    _TABS = Question(lambda teams, since: Ticket.objects.filter(team_id__in=teams, moved_at__gt=since))
    rows = _TABS.rows((1, 7), since=now)

A list of ids is one value: `.extra(where=["id = ANY(%s)"], params=[ids])`.

What stands before the values decides the words (which list, which ids, which columns): it is hashable, or says by
`wording` what of it decides them. The values given by name (ids, instants, texts) are put into the words kept.
Why: composing a statement costs Django several times what the database takes to answer it, and a page of the desk asks
a dozen that were asked alike a second ago.

What comes back is what the query set would have given: its objects with their `select_related` and annotations, or with
`tuples` its values. What it would have prefetched is asked for with `prefetch_related_objects` on the objects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators

from .planned import answered

M = TypeVar("M", bound=models.Model)
#: So many wordings of one question are kept; one with more of them has something among its words that is a value.
_MOST = 1000
#: What stands in for values while a statement is composed: nothing real looks like it. Ids are below 2³¹, for columns
#: that hold no more.
_FIRST_ID = 2_047_483_000
_FIRST_INSTANT = datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)
_PLACES = re.compile("%%|%s")
_CODE = re.compile("[a-z_]+")


class Question(Generic[M]):
    """`build(*words, **values)` gives the query set; it must look at its values no further than to filter by them."""

    def __init__(self, build: Callable[..., models.QuerySet[M, Any]], *, planned: bool = False) -> None:
        """`planned`: the database plans it once a connection, for any values (`planned.py`). For what has few wordings
        and one right plan: rows by key, and the first rows of an index that is in their order."""
        self._build = build
        self._planned = planned
        self._known: dict[Hashable, _Wording] = {}

    def rows(self, *words: Hashable, **values: Any) -> list[M]:
        """The objects."""
        wording = self._wording(words, values)
        return wording.objects(_answer(wording, values, self._planned)) if wording else []

    def tuples(self, *words: Hashable, **values: Any) -> list[tuple[Any, ...]]:
        """The values of a query set of `values` or `values_list`."""
        wording = self._wording(words, values)
        return [tuple(row) for row in _answer(wording, values, self._planned)] if wording else []

    def first(self, *words: Hashable, **values: Any) -> M | None:
        """The first object; the query set says how many at most."""
        found = self.rows(*words, **values)
        return found[0] if found else None

    def words(self, *words: Hashable, **values: Any) -> tuple[str, list[Any]] | None:
        """The statement and its values, for one that holds several; None when nothing could be in it."""
        wording = self._wording(words, values)
        return (wording.sql, wording.given(values)) if wording else None

    def _wording(self, words: tuple[Hashable, ...], values: dict[str, Any]) -> _Wording | None:
        key = (
            tuple([getattr(word, "wording", word) for word in words]),
            tuple([(name, type(value)) for name, value in values.items()]),
        )
        found = self._known.get(key)
        if found is None:
            marks = {name: _mark(value, at) for at, (name, value) in enumerate(values.items())}
            try:
                found = _worded(self._build(*words, **marks), marks)
                if found is None:  # this part of it is empty for whoever asks: composed with its values, and not kept
                    return _worded(self._build(*words, **values), {})
            except EmptyResultSet:
                return None
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = found
        return found


@dataclass(frozen=True)
class Asked:
    """A question of values with what it is asked with; `counted`: how many rows it has is the answer."""

    question: Question[Any]
    words: tuple[Hashable, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    counted: bool = False


def at_once(*asked: Asked) -> list[list[tuple[Any, ...]]]:
    """The answers of several small questions by one statement: each alone costs more to send than to answer. Values
    come by way of JSON: numbers, texts, booleans and what is JSON itself, under names that differ. Planned once a
    connection."""
    wordings = [one.question.words(*one.words, **one.values) for one in asked]
    parts = [(words, one.counted) for words, one in zip(wordings, asked, strict=True) if words is not None]
    answers: Iterator[Any] = iter(())
    if parts:
        # Django's own SQL, its values apart
        said = ", ".join([f"(SELECT {_GIVEN[counted]} FROM ({sql}) AS part)" for (sql, _values), counted in parts])  # noqa: S608  # as said
        given = [value for (_sql, values), _counted in parts for value in values]
        answers = iter(answered(f"SELECT {said}", given)[0])
    found: list[list[tuple[Any, ...]]] = []
    for words, one in zip(wordings, asked, strict=True):
        answer = next(answers) if words is not None else None
        if one.counted:
            found.append([(answer or 0,)])
        else:
            found.append([tuple(row.values()) for row in answer or ()])
    return found


#: What a question is answered with, and one that is counted.
_GIVEN = {False: "json_agg(part)", True: "count(*)"}


@dataclass(frozen=True)
class _Wording:
    sql: str
    #: The statement's values in their order; at `places` those of a call: place, name, type.
    fixed: tuple[Any, ...]
    places: tuple[tuple[int, str, type], ...]
    converters: tuple[tuple[int, list[Any], Any], ...]
    model: type[models.Model] | None
    columns: tuple[int, int, list[str]]
    populators: list[Any]
    annotations: tuple[tuple[str, int], ...]

    def given(self, values: dict[str, Any]) -> list[Any]:
        found = list(self.fixed)
        for place, name, kind in self.places:
            value = values[name]
            found[place] = _listed(value) if kind is list else value if kind is type(value) else kind(value)
        return found

    def objects(self, rows: Iterable[Any]) -> list[Any]:
        model, (start, end, names) = self.model, self.columns
        if model is None:
            raise TypeError("a question of values: ask for its tuples")
        made = []
        for row in rows:
            one = model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
            for populator in self.populators:
                populator.populate(row, one)
            for name, place in self.annotations:
                setattr(one, name, row[place])
            made.append(one)
        return made


def _answer(wording: _Wording, values: dict[str, Any], planned: bool) -> list[Any]:
    if planned:
        found = answered(wording.sql, wording.given(values))
    else:
        with connection.cursor() as cursor:
            cursor.execute(wording.sql, wording.given(values))
            found = cursor.fetchall()
    if not wording.converters:
        return found
    rows = [list(row) for row in found]
    for place, converters, expression in wording.converters:
        # what was asked beside a row, as the names of its kind, is the same for many of them, and nobody's to change
        same: dict[Any, Any] | None = None if place in range(*wording.columns[:2]) else {}
        for row in rows:
            given = row[place]
            if same is not None and isinstance(given, str):
                if given not in same:
                    same[given] = _converted(given, converters, expression)
                row[place] = same[given]
            else:
                row[place] = _converted(given, converters, expression)
    return rows


def _converted(value: Any, converters: list[Any], expression: Any) -> Any:
    for converter in converters:
        value = converter(value, expression, connection)
    return value


def _worded(rows: models.QuerySet[Any, Any], marks: dict[str, Any]) -> _Wording | None:
    """None where a mark is not among the values of the statement. Raises EmptyResultSet; ValueError for a value that
    was made of a mark: that would be kept."""
    compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, params = _with_codes(*compiler.as_sql())
    places = []
    for name, mark in marks.items():
        here = [(at, name, type(one)) for at, one in enumerate(params) if isinstance(one, type(mark)) and one == mark]
        if not here:
            return None
        places += here
    marked = {at for at, _name, _kind in places}
    if any(_is_made_of_mark(one) for at, one in enumerate(params) if marks and at not in marked):
        raise ValueError("a question may only filter by its values; what is made of them must be given too")
    select, about = compiler.select, compiler.klass_info
    fields = about["select_fields"] if about else [0]
    start, end = fields[0], fields[-1] + 1
    return _Wording(
        sql,
        tuple(params),
        tuple(places),
        tuple(
            (at, made, expression)
            for at, (made, expression) in compiler.get_converters([one[0] for one in select]).items()
        ),
        about["model"] if about else None,
        (start, end, [one[0].target.attname for one in select[start:end]] if about else []),
        get_related_populators(about, select, DEFAULT_DB_ALIAS) if about else [],  # type: ignore[call-arg]  # stubs of a later Django
        tuple((compiler.annotation_col_map or {}).items()),
    )


def _with_codes(sql: str, params: Iterable[Any]) -> tuple[str, list[Any]]:
    """The statement with the codes among its values in its words: which index over some rows only may serve it depends
    on them, whoever plans it. A code is one of those a program knows, of plain letters; nothing that was typed is."""
    left: list[Any] = []
    given = iter(params)

    def said(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = next(given)
        if isinstance(value, Enum) and isinstance(value, str) and _CODE.fullmatch(str(value.value)):
            return f"'{value.value}'"
        left.append(value)
        return "%s"

    return _PLACES.sub(said, sql), left


def _listed(value: list[Any]) -> Any:
    """Numbers as the database writes a list of them: told one by one they take longer than their rows to read."""
    return f"{{{','.join(map(str, value))}}}" if value and type(value[0]) is int else value


def _mark(value: Any, at: int) -> Any:
    if isinstance(value, list):
        return [_FIRST_ID + at]
    if isinstance(value, bool) or not isinstance(value, int | str | datetime):
        raise TypeError(f"{type(value).__name__} cannot be put into a statement that is kept")
    if isinstance(value, int):
        return _FIRST_ID + at
    return f"\ufdd0{at}\ufdd0" if isinstance(value, str) else _FIRST_INSTANT + timedelta(seconds=at)


def _is_made_of_mark(value: Any) -> bool:
    if isinstance(value, str):
        return "\ufdd0" in value
    if isinstance(value, datetime):
        return value.year < _FIRST_INSTANT.year + 100
    return isinstance(value, int) and abs(value - _FIRST_ID) < _MOST


def loaded(cls: type[M], db: str | None, names: Iterable[str], values: Iterable[Any]) -> M:
    """`from_db` of our models: the row as an object without the detour by `__init__`, which asks of every value whether
    it was given, and tells two signals nobody here listens to. Fields left out stay to be asked, as in Django."""
    one = cls.__new__(cls)
    one._state = ModelState()
    one._state.adding = False
    one._state.db = db
    one.__dict__.update(zip(names, values, strict=True))
    return one


@models.Field.register_lookup
class AnyOf(models.Lookup):
    """`pk__any_of=[…]`: as `__in`, with the list of ids or texts as one value of the statement."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, self.rhs]

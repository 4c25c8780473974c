"""Rows of rows: a statement that asks FROM (SELECT …) instead of from a whole table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, ExpressionWrapper, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.datastructures import BaseTable

M = TypeVar("M", bound=Model)


def among(parts: list[QuerySet[M]], most: int) -> QuerySet[M]:
    """The first `most` of each part (query sets of one model) as the table that is asked: what filters them stops
    reading when it has enough, finds no row a second time by its key, and is not looked at before they are cut."""
    rows: QuerySet[M] = parts[0].model._default_manager.all()
    base = rows.query.get_initial_alias()
    rows.query.alias_map[base] = _Rows(parts[0].model._meta.db_table, [part[:most] for part in parts])
    return rows


@dataclass(frozen=True)
class Look:
    """How far a look for what fits goes in each part, for a page of how many."""

    #: So many rows it looks at with a stop at a full page.
    first: int
    #: So many in all; those behind the `first` in one go, without a stop.
    most: int
    page: int


def that_fit(parts: list[QuerySet[M]], fits: Q, order: tuple[Any, Any], look: Look) -> QuerySet[M]:
    """The rows that fit among the `look.most` first of each part (query sets of one model in `order`), as the table
    that is asked, with `is_end`. Such a row only says where the look ended, and may be there once more because it
    fits: with `most` above `first` the last one that was looked at, else the one behind it. When a page is full before,
    no end is said.

    A part reads no more than the columns it names (`values`): the whole row is read of those that are found."""
    model, one_more = parts[0].model, look.page + 1
    reads: list[tuple[str, QuerySet[Any, Any]]] = []
    # in several parts a page that is full of one may lack what comes before it in another, further back
    first = look.first if len(parts) == 1 or look.most == look.first else 0
    if first:
        fitting = among(parts, first).filter(fits).order_by(*order).values("id")[:one_more]
        reads.append(('"id"', fitting))
    if look.most > look.first:
        # to number the rows by a window function took half as long again as to read them
        ids = 'array_agg("id")'
        what = f'unnest(({ids} FILTER (WHERE "fit"::boolean))[:{one_more}] || -({ids})[{look.most - first}])'
        fit = ExpressionWrapper(fits, output_field=BooleanField())
        rest = [among([part[first : look.most]], look.most).annotate(fit=fit) for part in parts]
        reads += [(what, part.values("id", "fit")) for part in rest]
    else:
        reads += [('-"id"', part.values("id")[look.most : look.most + 1]) for part in parts]
    rows: QuerySet[M] = model._default_manager.all()
    base = rows.query.get_initial_alias()
    rows.query.alias_map[base] = _Found(model._meta.db_table, reads, one_more if first else 0)
    is_end = RawSQL(f'"{model._meta.db_table}"."is_end"', [], output_field=BooleanField())  # noqa: S611  # a name of ours
    found: Any = rows.annotate(is_end=is_end)
    return cast("QuerySet[M]", found)


def of_one(rows: QuerySet[M], organisation_id: int) -> QuerySet[M]:
    """Those of one organisation, to be ordered by it and then by their number: only an index by both gives this
    order, and the rows of others are not walked through. It is said as from the organisation to it, for told that it
    is one, the database takes the primary key; and its number stands in the statement, for a plan made for any number
    expects a few hundred rows, and sorts them all."""
    here = f'"organisation_id" >= {int(organisation_id)} AND "organisation_id" <= {int(organisation_id)}'
    return rows.extra(where=[here])  # noqa: S610  # a number of ours


class _Rows(BaseTable):
    """A table of a statement that is not the whole table but the rows of query sets."""

    def __init__(self, table: str, parts: list[QuerySet[Any]]) -> None:
        super().__init__(table, table)
        self.parts = parts

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        asked = _asked(self.parts, connection)
        rows = " UNION ALL ".join(f"({sql})" for _at, sql, _params in asked)
        return f"({rows}) {compiler.quote_name_unless_alias(self.table_alias)}", [
            one for _at, _sql, params in asked for one in params
        ]

    def relabeled_clone(self, change_map: dict[str | None, str]) -> _Rows:
        raise TypeError("rows of rows are for a statement of their own")


class _Found(_Rows):
    """Rows of a table by ids that are read elsewhere; one below zero stands for where a reading ended."""

    def __init__(self, table: str, reads: list[tuple[str, QuerySet[Any, Any]]], most: int) -> None:
        """What is read and from which rows; `most` ids of all readings, the first first, or 0 for all."""
        super().__init__(table, [])
        self.reads, self.most = reads, most

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        asked = _asked([rows for _what, rows in self.reads], connection)
        said = [f"(SELECT {self.reads[at][0]} AS one FROM ({sql}) seen)" for at, sql, _params in asked]  # noqa: S608  # Django's own SQL, its values apart
        table, limit = compiler.quote_name_unless_alias(self.table_name), f" LIMIT {self.most}" if self.most else ""
        ids = " UNION ALL ".join(said) + limit
        found = f"SELECT {table}.*, one < 0 AS is_end FROM ({ids}) found JOIN {table} ON {table}.id = abs(one)"  # noqa: S608  # as said
        return f"({found}) {compiler.quote_name_unless_alias(self.table_alias)}", [
            one for _at, _sql, params in asked for one in params
        ]


def _asked(parts: list[QuerySet[Any, Any]], connection: Any) -> list[tuple[int, str, Any]]:
    """(place, statement, values) of each part in which there can be anything. Raises EmptyResultSet if in none."""
    found = []
    for at, part in enumerate(parts):
        try:
            found.append((at, *part.query.get_compiler(connection=connection).as_sql()))
        except EmptyResultSet:
            continue
    if not found:
        raise EmptyResultSet
    return found

"""Rows of rows: a statement that asks FROM (SELECT …) instead of from a whole table."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.sql.datastructures import BaseTable

M = TypeVar("M", bound=Model)


def among(parts: list[QuerySet[M]], most: int) -> QuerySet[M]:
    """The first `most` of each part (query sets of one model) as the table that is asked: what filters them stops
    reading when it has enough, finds no row a second time by its key, and is not looked at before they are cut."""
    rows: QuerySet[M] = parts[0].model._default_manager.all()
    base = rows.query.get_initial_alias()
    rows.query.alias_map[base] = _Rows(parts[0].model._meta.db_table, [part[:most] for part in parts])
    return rows


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
        asked = [part.query.get_compiler(connection=connection).as_sql() for part in self.parts]
        rows = " UNION ALL ".join(f"({sql})" for sql, _params in asked)
        return f"({rows}) {compiler.quote_name_unless_alias(self.table_alias)}", [
            one for _sql, params in asked for one in params
        ]

    def relabeled_clone(self, change_map: dict[str | None, str]) -> _Rows:
        raise TypeError("rows of rows are for a statement of their own")

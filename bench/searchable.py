"""Search rows in bulk: texts go to a temporary table by COPY, PostgreSQL makes the vectors as the product does."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from sportello.records.tickets.models import Entry, SearchRow, Ticket
from sportello.records.tickets.search_index import index, number_tokens, searchable

_MAKE = """CREATE TEMPORARY TABLE IF NOT EXISTS bench_texts (organisation_id bigint, entry_id bigint, ticket_id bigint,
 team_id bigint, sensitivity text, visibility text, said text, tokens text[])"""
_INSERT = """
INSERT INTO tickets_searchrow (organisation_id, entry_id, ticket_id, team_id, sensitivity, visibility, words)
SELECT organisation_id, entry_id, ticket_id, team_id, sensitivity, visibility,
       strip(to_tsvector('italian', said) || to_tsvector('english', said) || to_tsvector('simple', said))
       || array_to_tsvector(tokens)
FROM bench_texts ORDER BY entry_id
"""


class SearchRows:
    """Gathers entries' texts; `write` makes their rows."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self.written = 0

    def add(
        self, ticket: dict[str, Any], ticket_id: int, entry_id: int, *texts: str, with_number: bool = False
    ) -> None:
        tokens = [f"org:{ticket['organisation_id']}", *(number_tokens(ticket["number"]) if with_number else [])]
        said = searchable(texts)
        owned = (ticket["organisation_id"], entry_id, ticket_id, ticket["team_id"])
        self._rows.append((*owned, ticket["sensitivity"], "public", said, tokens))

    def write(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_MAKE)
            with cursor.copy("COPY bench_texts FROM STDIN") as copy:
                for row in self._rows:
                    copy.write_row(row)
            cursor.execute(_INSERT)
            cursor.execute("TRUNCATE bench_texts")
        self.written += len(self._rows)
        self._rows = []


def refuse_if_different(ticket: Ticket, entry: Entry, *texts: str) -> None:
    """AssertionError when the product would make another vector for the first entry of `ticket` than we made."""
    kept = SearchRow.objects.values_list("words", "team_id", "sensitivity", "visibility").get(entry=entry)
    with transaction.atomic():
        SearchRow.objects.filter(entry=entry).delete()
        index(ticket, entry, *texts, with_number=True)
        made = SearchRow.objects.values_list("words", "team_id", "sensitivity", "visibility").get(entry=entry)
        transaction.set_rollback(True)
    if kept != made:
        raise AssertionError(f"the fill's search rows are not the product's:\n{kept}\n{made}")

"""Making search rows: folded words in three configurations, stripped of positions, with the organisation's lexeme."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection

from sportello.foundation.core.text import fold
from sportello.foundation.core.together import add_line

from .models import Entry, EntryMove, SearchRow, Ticket

#: to_tsvector refuses more than 1 MB of lexemes; a customer's words are far below.
_MOST_SIGNS = 60_000

#: `ricevuta_mensa.pdf`, `maria.popescu@example.org`: one word to PostgreSQL's parser, several to who looks for them.
_JOINED = re.compile(r"[^\s]*\w[._\-/@]\w[^\s]*")

#: The index of words.
WORDS: Any = next(one for one in SearchRow._meta.indexes if one.name == "search_words")
#: Our key among advisory locks: held while a load has taken the index of words away.
AWAY = 0x574F524453

_COLUMNS = ("organisation_id", "entry_id", "ticket_id", "team_id", "sensitivity", "visibility", "words")
_LINE = (
    "%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::text, %s::text,"
    " (SELECT strip(to_tsvector('italian', text) || to_tsvector('english', text) || to_tsvector('simple', text))"
    " || array_to_tsvector(%s::text[]) FROM (VALUES (%s::text)) AS of (text))"
)


def number_tokens(number: str) -> list[str]:
    """PostgreSQL's parser takes `2026-0004213` apart: the number is its own token, with and without zeros."""
    year, _, serial = number.partition("-")
    return [f"no:{number}", f"no:{year}-{serial.lstrip('0')}", f"no:{serial.lstrip('0')}"]


def searchable(texts: tuple[str, ...]) -> str:
    """Folded, cut to what an index row may hold, and the parts of joined words beside them."""
    folded = fold(" ".join(text for text in texts if text))[:_MOST_SIGNS]
    parts = dict.fromkeys(re.sub(r"[\W_]+", " ", joined) for joined in _JOINED.findall(folded))
    return f"{folded} {' '.join(parts)}"[: _MOST_SIGNS + _MOST_SIGNS // 4]


def index(ticket: Ticket, entry: Entry, *texts: str, with_number: bool = False) -> None:
    """Make `entry` findable by `texts`; the first entry of a ticket also by its number."""
    tokens = [f"org:{ticket.organisation_id}", *(number_tokens(ticket.number) if with_number else [])]
    text = searchable(texts)
    add_line(
        "tickets_searchrow",
        _COLUMNS,
        _LINE,
        [
            ticket.organisation_id,
            entry.pk,
            ticket.pk,
            ticket.team_id,
            str(ticket.sensitivity),
            str(entry.visibility),
            tokens,
            text,
        ],
    )


def give_number(ticket: Ticket) -> None:
    """The ticket's number finds it by its first entry, and by no entry that went elsewhere."""
    tokens = number_tokens(ticket.number)
    first = SearchRow.objects.filter(ticket=ticket).order_by("entry__position").values_list("pk", flat=True).first()
    left = list(EntryMove.objects.filter(source=ticket, undone_at__isnull=True).values_list("entry_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_searchrow SET words = ts_delete(words, %s::text[]) WHERE entry_id = ANY(%s)", [tokens, left]
        )
        cursor.execute(
            "UPDATE tickets_searchrow SET words = words || array_to_tsvector(%s::text[]) WHERE id = %s", [tokens, first]
        )


def keep() -> int:
    """Move what is pending of the word index into it, so that no visitor's request has to; 0: nothing to repeat.

    Where it is not there, a load that took it away was killed: it is made again, beside everybody who works.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(indexrelid) FROM pg_index"
            " WHERE indexrelid = to_regclass('search_words') AND indisvalid"
        )
        if cursor.fetchone() is None and not _is_away(cursor):
            make(beside_others=True)
    return 0


def _is_away(cursor: Any) -> bool:
    """A load has taken it away and will make it; or is somebody making it beside others already?"""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND (classid::bigint << 32) + objid::bigint = %s)"
        " OR EXISTS (SELECT FROM pg_stat_progress_create_index WHERE relid = 'tickets_searchrow'::regclass)",
        [AWAY],
    )
    return bool(cursor.fetchone()[0])


def make(*, beside_others: bool = False) -> None:
    """The index of words from all that is there: with all who write waiting, or (`beside_others`, dearer, outside a
    transaction) with nobody waiting. What an earlier one left half made goes."""
    how = "CONCURRENTLY " if beside_others else ""
    with connection.cursor() as cursor, connection.schema_editor(atomic=False) as editor:
        cursor.execute(f"DROP INDEX {how}IF EXISTS {WORDS.name}")
        statement = str(WORDS.create_sql(SearchRow, editor)).replace("CREATE INDEX ", f"CREATE INDEX {how}", 1)
        cursor.execute(statement)

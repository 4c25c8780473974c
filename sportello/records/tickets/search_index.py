"""Making search rows: folded words in three configurations, stripped of positions, with the organisation's lexeme."""

from __future__ import annotations

import re

from django.db import connection

from sportello.foundation.core.text import fold
from sportello.foundation.core.together import add_line

from .models import Entry, EntryMove, SearchRow, Ticket

#: to_tsvector refuses more than 1 MB of lexemes; a customer's words are far below.
_MOST_SIGNS = 60_000

#: `ricevuta_mensa.pdf`, `maria.popescu@example.org`: one word to PostgreSQL's parser, several to who looks for them.
_JOINED = re.compile(r"[^\s]*\w[._\-/@]\w[^\s]*")

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


def clean_pending() -> int:
    """Move what is pending of the word index into it, so that no visitor's request has to; 0: nothing to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_words'::regclass)")
    return 0

"""Making search rows: folded words in three configurations, stripped of positions, with the organisation's lexeme."""

from __future__ import annotations

from django.db import connection

from sportello.foundation.core.text import fold
from sportello.foundation.core.together import add_line

from .models import Entry, Ticket

#: to_tsvector refuses more than 1 MB of lexemes; a customer's words are far below.
_MOST_SIGNS = 60_000

_COLUMNS = ("organisation_id", "entry_id", "ticket_id", "team_id", "sensitivity", "visibility", "words")
_LINE = (
    "%s, %s, %s, %s, %s, %s, (SELECT strip(to_tsvector('italian', text) || to_tsvector('english', text)"
    " || to_tsvector('simple', text)) || array_to_tsvector(%s::text[]) FROM (VALUES (%s)) AS of (text))"
)


def number_tokens(number: str) -> list[str]:
    """PostgreSQL's parser takes `2026-0004213` apart: the number is its own token, with and without zeros."""
    year, _, serial = number.partition("-")
    return [f"no:{number}", f"no:{year}-{serial.lstrip('0')}", f"no:{serial.lstrip('0')}"]


def index(ticket: Ticket, entry: Entry, *texts: str, with_number: bool = False) -> None:
    """Make `entry` findable by `texts`; the first entry of a ticket also by its number."""
    tokens = [f"org:{ticket.organisation_id}", *(number_tokens(ticket.number) if with_number else [])]
    text = fold(" ".join(text for text in texts if text))[:_MOST_SIGNS]
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


def clean_pending() -> int:
    """Move what is pending of the word index into it, so that no visitor's request has to; 0: nothing to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_words'::regclass)")
    return 0

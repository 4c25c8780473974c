"""Seen before: closed tickets about the same thing, and the answer that solved one of them.

Cheap at a million tickets: words are asked from the rarest on, three together, then two, then one; each question is one
step of the search index, bounded by the rarest word, and one that would be long is not asked at all. A word that stands
nowhere is left out, and one that stands elsewhere only gives way to the next: neither hides what the others find.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Closure, Ticket
from sportello.records.tickets.search import estimated_rows

from ..models import Filing, Solution

_WORD: Final = re.compile(r"[^\W_]+")
#: Words that are looked at; tickets looked at behind the index; rows shown.
_WORDS: Final = 6
_NEWEST: Final = 300
SHOWN: Final = 4
#: A question whose rarest words stand in more rows is not asked.
_TOO_MANY: Final = 20_000
#: One word alone says enough only when it is rare.
_RARE_ALONE: Final = 500
#: So many words have their turn as the rarest.
_TURNS: Final = 2
#: How it ended that makes it worth reading again.
_HELPFUL: Final = (Closure.Outcome.SOLVED, Closure.Outcome.INFORMED, Closure.Outcome.FORWARDED)


@dataclass(frozen=True)
class SeenRow:
    number: str
    slug: str
    subject: str
    closed_at: datetime | None
    #: The answer marked as the solution, shortened; empty where none is.
    answer: str
    is_same_kind: bool


@dataclass(frozen=True)
class Seen:
    """`total` tickets like it, of which `rows` are shown; `more` where not every old one was looked at."""

    total: int = 0
    rows: tuple[SeenRow, ...] = ()
    more: bool = False


def seen_before(person: Person, organisation: Organisation, text: str, *, kind: Kind | None = None,
                but: Ticket | None = None) -> Seen:
    """Closed tickets of `organisation` with the telling words of `text`, those of `kind` and those with a marked
    solution first. Nothing where the person serves nobody there."""
    if not person.serves(organisation):
        return Seen()
    words = _telling(text)
    if not words:
        return Seen()
    counted = sorted((estimated_rows(organisation.pk, query), query) for query in words)
    rare = {query: _tickets(organisation.pk, query) for rows, query in counted if rows <= _RARE_ALONE}
    for query in _questions([(rows, query) for rows, query in counted if rare.get(query) != []]):
        ids = list(rare.get(query) or _tickets(organisation.pk, query))
        if but is not None:
            ids = [one for one in ids if one != but.pk]
        found = _closed(person, organisation, ids, kind)
        if found:
            return Seen(len(found), tuple(found[:SHOWN]), more=len(ids) >= _NEWEST)
    return Seen()


def _telling(text: str) -> list[str]:
    """The words of `text` that say something, each as a tsquery of its forms; stop words of both languages are none."""
    typed = list(dict.fromkeys(_WORD.findall(fold(text))))[:20]
    typed = [word for word in typed if len(word) >= 3 and not word.isdigit()]
    if not typed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array("
            "to_tsvector('italian', w) || to_tsvector('english', w) || to_tsvector('simple', w)),"
            " length(to_tsvector('italian', w)) > 0 AND length(to_tsvector('english', w)) > 0"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t(w, place) ORDER BY place",
            [typed],
        )
        told = [forms for forms, says in cursor.fetchall() if says and forms]
    return ["(" + " | ".join("'" + form.replace("'", "''") + "'" for form in forms) + ")" for forms in told][:_WORDS]


def _questions(counted: list[tuple[float, str]]) -> list[str]:
    """Of words that stand somewhere, the rarest first: each of the rarest with two others, with one, alone where it is
    rare; what would be long is left out."""
    together: list[str] = []
    alone: list[str] = []
    for at, (rows, least) in enumerate(counted[:_TURNS]):
        if rows > _TOO_MANY:
            break
        others = [query for _rows, query in counted[at + 1 :]][:3]
        together += [" & ".join((least, *pair)) for pair in combinations(others, 2)]
        together += [f"{least} & {other}" for other in others]
        alone += [least] if rows <= _RARE_ALONE else []
    return together + alone


def _tickets(organisation_id: int, query: str) -> list[int]:
    """Tickets with the words in one entry, newest first. MATERIALIZED: the index first, whatever the planner thinks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH m AS MATERIALIZED"
            " (SELECT ticket_id FROM tickets_searchrow WHERE words @@ (%s::tsquery && %s::tsquery))"
            " SELECT DISTINCT ticket_id FROM m ORDER BY ticket_id DESC LIMIT %s",
            [query, f"'org:{organisation_id}'", _NEWEST],
        )
        return [row[0] for row in cursor.fetchall()]


def _closed(person: Person, organisation: Organisation, ids: list[int], kind: Kind | None) -> list[SeenRow]:
    if not ids:
        return []
    marked = Solution.objects.filter(ticket=OuterRef("ticket")).values("message__text")[:1]
    rows = Filing.objects.filter(
        Q(outcome__in=_HELPFUL), organisation=organisation, ticket__in=ids, closed_at__isnull=False,
        disposed_at__isnull=True,
    )  # fmt: skip
    rows = rows.filter(ticket__in=tickets_for(person).filter(pk__in=ids).values("pk"))
    rows = rows.select_related("ticket").annotate(answer=Subquery(marked)).order_by("-closed_at", "-id")
    found = [
        SeenRow(one.ticket.number, organisation.slug, one.ticket.subject, one.closed_at,
                one_line(one.answer or "", 280), kind is not None and one.kind_id == kind.pk)
        for one in rows
    ]  # fmt: skip
    # stable: of equals the newest stays first
    return sorted(found, key=lambda row: (not row.answer, not row.is_same_kind))

"""Search in what a person may see: never left to the planner.

The planner is asked how many rows it expects. Few: the GIN index of words gives them all. Else a window of the
organisation's newest rows by (organisation_id, id), in which a common word is found; then, where the window shows that
it is rare enough, the index for what is older. Left to the planner a very rare word took 711 ms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from sportello.foundation.core.among import among
from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import fold
from sportello.records.accounts.people import Person

from .access import visible_in
from .models import SearchRow

WINDOW = 5_000
#: Above this many estimated rows the index would sort too much; the window has found enough of such a word.
_RARE = 20_000
#: So many are looked at first: a common word fills a page with them, and a rare one is in none.
_LOOK = 500
#: Up to so many, the index gives them all in less time than a look through the window takes.
_FEW = 2_000
#: The share of the rows with some words from which on an organisation has nearly all of them.
_MOST = 0.7
_NUMBER = re.compile(r"^(?:(\d{4})-?)?0*(\d{1,7})$")
_ADDRESS = re.compile(r"^[^\s@]+@[^\s@]{2,}$")
_WORD = re.compile(r"\w+", re.UNICODE)


#: Rows read before tickets are counted: enough where no ticket is longer than this many times the others.
_AHEAD = 4


#: A row has the words of so many queries.
_HAVE = {1: "words @@ %s::tsquery", 2: "words @@ (%s::tsquery && %s::tsquery)"}


@dataclass(frozen=True)
class Found:
    """Of each ticket its newest entry with the words: (entry, ticket), newest first, so that a long ticket is one line.
    `complete` is False when older rows were not looked at."""

    rows: tuple[tuple[int, int], ...]
    complete: bool


def query_text(typed: str) -> str:
    """`typed` as a tsquery: every word must be there, the last one may be a beginning (from three letters).

    Empty when nothing can be searched.
    """
    number = _NUMBER.match(typed.strip())
    if number and len(typed.strip()) >= 3:
        year, serial = number.groups()
        token = f"no:{year}-{serial}" if year else f"no:{serial}"
        return f"'{token}' | '{number.group(2)}'"
    if _ADDRESS.match(fold(typed)):  # the parser keeps an address whole
        return "'" + fold(typed).replace("\\", "").replace("'", "''") + "':*"
    words = _WORD.findall(fold(typed))[:8]
    if not words:
        return ""
    parts = [_any_of(forms) for forms in _forms(words)]
    # the last word may still be being typed
    if len(words[-1]) >= 3:
        parts[-1] = f"({parts[-1]} | '{words[-1]}':*)"
    return " & ".join(parts)


#: Words that were asked, in every form: it is the database's dictionaries that say them, and they do not change.
_FORMS: dict[str, list[str]] = {}
_MOST_FORMS = 5_000


def _forms(words: list[str]) -> list[list[str]]:
    """Each word in every configuration rows were made with; stop words fall away in two of them."""
    known = {word: _FORMS[word] for word in words if word in _FORMS}
    asked = [word for word in words if word not in known]
    if asked:
        if len(_FORMS) > _MOST_FORMS:
            _FORMS.clear()
        known |= zip(asked, _asked_forms(asked), strict=True)
        _FORMS.update(known)
    return [known[word] for word in words]


def _asked_forms(words: list[str]) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array("
            "to_tsvector('italian', w) || to_tsvector('english', w) || to_tsvector('simple', w))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t(w, place) ORDER BY place",
            [words],
        )
        return [row[0] or [word] for row, word in zip(cursor.fetchall(), words, strict=True)]


def _any_of(forms: list[str]) -> str:
    return "(" + " | ".join("'" + form.replace("'", "''") + "'" for form in forms) + ")"


def search(person: Person, typed: str, *, organisation_ids: list[int] | None = None, limit: int = 25) -> Found:
    """Tickets with the words of `typed` in an entry that `person` may see, the newest such entry of each, newest first;
    one organisation after the other, at most `limit`."""
    query = query_text(typed)
    if not query:
        return Found((), True)
    rows: list[tuple[int, int]] = []
    complete = True
    for place in person.serving:
        if organisation_ids is None or place.organisation.pk in organisation_ids:
            found, whole = _in_organisation(person, place.organisation.pk, query, limit)
            rows += found
            complete = complete and whole
    rows.sort(reverse=True)
    return Found(tuple(rows[:limit]), complete)


def _in_organisation(
    person: Person, organisation_id: int, query: str, limit: int
) -> tuple[list[tuple[int, int]], bool]:
    expected = estimated_rows(organisation_id, query)
    if expected <= _FEW:
        return _by_index(person, organisation_id, query, limit, expected), True
    # Of a beginning of a word the planner knows nothing, and takes one row of eighty: at a million tickets no word
    # would be rare. The newest rows are a sample of all.
    everything = _planned_rows(_lexeme(organisation_id))
    found, rows = _in_window(person, organisation_id, query, limit, _LOOK)
    if len(found) >= limit:
        return found, True
    if not rows and everything * 2 <= _RARE * _LOOK:
        return _by_index(person, organisation_id, query, limit, expected), True
    edge = next(iter(_EDGE.tuples(WINDOW, organisation_id=organisation_id)), None)
    window, rows = _in_window(person, organisation_id, query, limit, WINDOW)
    if len(window) >= limit or edge is None:
        return window, edge is None or len(window) >= limit
    if expected > _RARE and rows * everything > _RARE * WINDOW:
        return window, False
    older = _by_index(person, organisation_id, query, limit, expected, edge=edge[0])
    known = {ticket_id for _entry_id, ticket_id in window}
    return (window + [row for row in older if row[1] not in known])[:limit], True


def _of(organisation_id: int) -> QuerySet[SearchRow]:
    """An organisation's rows, newest first. Said as from it to it, and ordered by it too, so that of all indexes only
    `search_window` can give this order: told that it is one organisation, the database walked the primary key from
    the newest row down, past all rows of the others."""
    rows = SearchRow.objects.filter(organisation_id__gte=organisation_id, organisation_id__lte=organisation_id)
    return rows.order_by("organisation_id", "-id")


_EDGE: Question[SearchRow] = Question(
    lambda window, organisation_id: _of(organisation_id).values_list("id")[window : window + 1]
)


def _with_words(rows: QuerySet[SearchRow], person: Person, place_id: int, *queries: str) -> QuerySet[SearchRow]:
    """Those of rows of one organisation that `person` may see and that have the words."""
    place = next(one for one in person.serving if one.organisation.pk == place_id)
    seen = rows.filter(visible_in(place, ticket_id="ticket_id"))
    return seen.extra(where=[_HAVE[len(queries)]], params=list(queries))  # noqa: S610  # no value in it


def _window(person: Person, place_id: int, window: int, organisation_id: int, query: str) -> QuerySet[SearchRow]:
    # The window is cut before anything is asked of its rows: as a condition beside the words (an id above its edge) it
    # made the database read the newest rows of all organisations, or all rows that have the words.
    return _with_words(among([_of(organisation_id)], window), person, place_id, query)


def _each_once(rows: QuerySet[SearchRow], limit: int) -> QuerySet[SearchRow, Any]:
    """(entry, ticket) of the newest row of each ticket."""
    tickets = rows.order_by().values("ticket_id").annotate(newest=Max("id"), entry=Max("entry_id"))
    return tickets.order_by("-newest").values_list("entry", "ticket_id")[:limit]


_NEWEST: Question[SearchRow] = Question(
    lambda person, place_id, window, limit, **values: (
        _window(person, place_id, window, **values)
        .order_by("organisation_id", "-id")
        .values_list("entry_id", "ticket_id")[:limit]
    )
)
_GROUPED: Question[SearchRow] = Question(
    lambda person, place_id, window, limit, **values: _each_once(_window(person, place_id, window, **values), limit)
)


def _in_window(
    person: Person, organisation_id: int, query: str, limit: int, size: int
) -> tuple[list[tuple[int, int]], int]:
    """Tickets of a window of so many rows, and how many of its rows were seen to have the words. First the newest rows,
    which for a common word are read in no time; where a few long tickets fill them, the window is grouped as a whole
    (5,000 rows at most)."""
    values = {"organisation_id": organisation_id, "query": query}
    newest = _NEWEST.tuples(person, organisation_id, size, limit * _AHEAD, **values)
    found = _once((entry_id, ticket_id) for entry_id, ticket_id in newest)
    if len(found) >= limit or len(newest) < limit * _AHEAD:
        return found[:limit], len(newest)
    grouped = _GROUPED.tuples(person, organisation_id, size, limit, **values)
    return [(entry_id, ticket_id) for entry_id, ticket_id in grouped], len(newest)


def _by_index(
    person: Person, organisation_id: int, query: str, limit: int, expected: float, **edge: int
) -> list[tuple[int, int]]:
    """Rare words, by the index of words: of all rows, or of those up to an edge. Where nearly all rows with such words
    are the organisation's own (`expected`), the index need not look for its lexeme, which stands in all of them."""
    here: dict[str, Any] = {"organisation_id": organisation_id, "query": query, **edge}
    if expected < _MOST * _planned_rows(query):
        here["lexeme"] = _lexeme(organisation_id)
    found = _INDEXED.tuples(person, organisation_id, limit, **here)
    return [(entry_id, ticket_id) for entry_id, ticket_id in found]


def _indexed(
    person: Person, place_id: int, limit: int, organisation_id: int, query: str, lexeme: str = "", edge: int = 0
) -> QuerySet[SearchRow, Any]:
    rows = SearchRow.objects.filter(organisation_id__gte=organisation_id, organisation_id__lte=organisation_id)
    if edge:
        rows = rows.filter(id__lte=edge)
    return _each_once(_with_words(rows, person, place_id, query, *([lexeme] if lexeme else [])), limit)


_INDEXED: Question[SearchRow] = Question(_indexed)


def _once(rows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first row of each ticket, in the order they came."""
    first: dict[int, int] = {}
    for entry_id, ticket_id in rows:
        first.setdefault(ticket_id, entry_id)
    return [(entry_id, ticket_id) for ticket_id, entry_id in first.items()]


def estimated_rows(organisation_id: int, query: str) -> float:
    """How many rows the planner thinks the index step would find."""
    return _planned_rows(query, _lexeme(organisation_id))


def expected_rows(organisation_id: int, query: str) -> float:
    """The same, where the planner knows nothing (of the beginning of a word) by what the newest rows show."""
    planned = estimated_rows(organisation_id, query)
    if planned <= _FEW:
        return planned
    rows = len(_SAMPLE.tuples(WINDOW, organisation_id=organisation_id, query=query))
    return min(planned, (rows + 1) * _planned_rows(_lexeme(organisation_id)) / WINDOW)


_SAMPLE: Question[SearchRow] = Question(
    lambda window, organisation_id, query: (
        among([_of(organisation_id)], window).extra(where=[_HAVE[1]], params=[query]).values_list("id")  # noqa: S610  # no value in it
    )
)


def _lexeme(organisation_id: int) -> str:
    return f"'org:{organisation_id}'"


def _planned_rows(*queries: str) -> float:
    """How many rows the planner thinks have all the words."""
    asked = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM tickets_searchrow WHERE {_HAVE[len(queries)]}"  # noqa: S608  # no value in it
    with connection.cursor() as cursor:
        cursor.execute(asked, queries)
        plan = cursor.fetchone()[0]
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return float(parsed[0]["Plan"]["Plan Rows"])

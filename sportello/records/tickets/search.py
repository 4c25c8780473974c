"""Search in what a person may see: never left to the planner.

The newest rows of an organisation, by (organisation_id, id), are looked at first: a common word fills a page with them,
and they are a sample of all (of the beginning of a word the planner knows nothing). A word that is in none of them is
asked of the index of words, which gives a rare one at once; where that is too much, and for a word that is in some of
them, the index is asked together with the order's own for what is newer than an id, so far back that a page should be
full, then further. Left to the planner a very rare word took 711 ms; all rows of one that stands in 11,000, 90 ms.

What is said to be complete is: every row there is, or every row newer than the last that is shown, was looked at.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, IntegerField, Max, QuerySet, Window

from sportello.foundation.core.among import among, of_one
from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import fold
from sportello.records.accounts.people import Person

from .access import sees_house, visible_in
from .models import SearchRow

WINDOW = 5_000
#: Above this many expected rows the index of words has too much to read; a window finds enough of such a word.
_RARE = 20_000
#: So many are looked at first: a common word fills a page with them, and a rare one is in none.
_LOOK = 500
#: Up to so many rows with the words are read and grouped, however old they are.
_FEW = 2_000
#: What is expected of a word that has more than those and was in none that was looked at.
_SOME = 6_000
#: A window has so many rows at most.
_FARTHEST = 15_000
#: What is read is chosen so that so many times the tickets wanted are expected in it; and widened so often.
_AMPLE, _STEPS = 2, 3
#: The share of all rows from which on an organisation has nearly all of them.
_MOST = 0.7
#: How long an organisation's expected number of rows is remembered, in seconds: it decides the way, not what is found.
_REMEMBERED = 600.0
_NUMBER = re.compile(r"^(?:(\d{4})-?)?0*(\d{1,7})$")
_ADDRESS = re.compile(r"^[^\s@]+@[^\s@]{2,}$")
_WORD = re.compile(r"\w+", re.UNICODE)
#: Rows read before tickets are counted: enough where no ticket is longer than this many times the others.
_AHEAD = 4
#: The same where the words are rare: of most tickets one entry has them.
_SHORT = 2
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
    each = _forms(words)
    parts = [_any_of(forms) for forms in each]
    # the last word may still be being typed; the forms that begin with it are found by their beginning
    if len(words[-1]) >= 3:
        others = [form for form in each[-1] if not form.startswith(words[-1])]
        parts[-1] = f"({_any_of(others)} | '{words[-1]}':*)" if others else f"'{words[-1]}':*"
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
    found, rows = _in_window(person, organisation_id, query, limit, _LOOK)
    if len(found) >= limit:
        return found, True
    size, here = _LOOK, _size(organisation_id)
    share = _share_said(person, organisation_id, query, rows, size)
    # a window that should do is a known little work; the index has a hundred words with a beginning to read
    is_near = rows * here.rows > _FEW * size and rows * _FARTHEST >= _AMPLE * limit * size
    if share * here.rows > _RARE or is_near:
        for width in _widths(limit, rows, _LOOK):
            found, rows = _in_window(person, organisation_id, query, limit, width)
            if len(found) >= limit:
                return found, True
            size = width
        share = _share_said(person, organisation_id, query, rows, size)
        if share * here.rows > _RARE:
            return found, False
    expected = rows * here.rows / size
    if expected <= _FEW:
        few, seen = _by_index(person, organisation_id, query, limit, here)
        if seen <= _FEW:
            return few, True
        expected = float(_SOME)
    return _newer_first(person, organisation_id, query, limit, here, expected)


def _share_said(person: Person, organisation_id: int, query: str, rows: int, size: int) -> float:
    """The share of the newest `size` rows that have the words (`rows` of those one sees), whoever may see them: for
    somebody who sees few, the index would have to read so many too."""
    place = next(one for one in person.serving if one.organisation.pk == organisation_id)
    if not sees_house(place):
        rows = len(_SAMPLE.tuples(organisation_id, size, query=query))
    return rows / size


def _widths(limit: int, rows: int, size: int) -> tuple[int, ...]:
    """Windows for a word that so many of `size` rows have: first of so many rows as a page of tickets should need. Of
    few widths, so that few statements are planned."""
    needed = _AMPLE * limit * size / max(rows, 1)
    first = next((one for one in (1_000, 2_000, WINDOW, 10_000) if needed <= one), _FARTHEST)
    return (first,) if first >= WINDOW else (first, WINDOW)


def _newer_first(
    person: Person, organisation_id: int, query: str, limit: int, here: _Size, expected: float
) -> tuple[list[tuple[int, int]], bool]:
    """Words that stand in some thousand rows: those newer than an id are read, so far back that there should be enough,
    and further where there were not; then all."""
    newest = next(iter(_EDGE.tuples(organisation_id)), (0,))[0]
    # what a few rows showed may be too much by half
    back = 1.5 * _AMPLE * limit * here.rows / max(expected, 1)
    for _step in range(_STEPS):
        if back * 4 > here.rows:
            break  # the index of words alone reads no more
        after = int(newest - back / here.share)
        found = _pairs(
            _NEWER.tuples(person, organisation_id, limit, organisation_id=organisation_id, query=query, after=after)
        )
        if len(found) >= limit:
            return found, True
        back *= max(4.0, 1.5 * limit / (len(found) + 1))
    return _pairs(_INDEXED.tuples(person, organisation_id, limit, **_asked(organisation_id, query, here))), True


def _of(organisation_id: int) -> QuerySet[SearchRow]:
    """An organisation's rows, newest first, by `search_window`."""
    return of_one(SearchRow.objects.all(), organisation_id).order_by("organisation_id", "-id")


#: The newest row.
_EDGE: Question[SearchRow] = Question(lambda place_id: _of(place_id).values_list("id")[:1], planned=True)


def _with_words(rows: QuerySet[SearchRow], person: Person, place_id: int, *queries: str) -> QuerySet[SearchRow]:
    """Those of rows of one organisation that `person` may see and that have the words."""
    place = next(one for one in person.serving if one.organisation.pk == place_id)
    seen = rows.filter(visible_in(place, ticket_id="ticket_id"))
    return seen.extra(where=[_HAVE[len(queries)]], params=list(queries))  # noqa: S610  # no value in it


def _window(person: Person, place_id: int, window: int, query: str) -> QuerySet[SearchRow]:
    # The window is cut before anything is asked of its rows: as a condition beside the words (an id above its edge) it
    # made the database read the newest rows of all organisations, or all rows that have the words.
    return _with_words(among([_of(place_id)], window), person, place_id, query)


class _Rows(Aggregate):
    """Rows of all groups together, shown or not."""

    template = "SUM(COUNT(%(expressions)s)) OVER ()"
    name = "Rows"
    output_field = IntegerField()


def _each_once(rows: QuerySet[SearchRow], limit: int) -> QuerySet[SearchRow, Any]:
    """(entry, ticket, rows of all) of the newest row of each ticket."""
    tickets = rows.order_by().values("ticket_id").annotate(newest=Max("id"), entry=Max("entry_id"), rows=_Rows("id"))
    return tickets.order_by("-newest").values_list("entry", "ticket_id", "rows")[:limit]


_NEWEST: Question[SearchRow] = Question(
    lambda person, place_id, window, limit, query: (
        _window(person, place_id, window, query)
        .order_by("organisation_id", "-id")
        .values_list("entry_id", "ticket_id")[:limit]
    ),
    planned=True,
)
_GROUPED: Question[SearchRow] = Question(
    lambda person, place_id, window, limit, query: _each_once(_window(person, place_id, window, query), limit),
    planned=True,
)


def _in_window(
    person: Person, organisation_id: int, query: str, limit: int, size: int
) -> tuple[list[tuple[int, int]], int]:
    """Tickets of a window of so many rows, and how many of its rows were seen to have the words. First the newest rows,
    which for a common word are read in no time; where a few long tickets fill them, the window is grouped as a whole
    (it is not long)."""
    newest = _NEWEST.tuples(person, organisation_id, size, limit * _AHEAD, query=query)
    found = _once((entry_id, ticket_id) for entry_id, ticket_id in newest)
    if len(found) >= limit or len(newest) < limit * _AHEAD:
        return found[:limit], len(newest)
    grouped = _GROUPED.tuples(person, organisation_id, size, limit, query=query)
    return _pairs(grouped), max(len(newest), *(int(row[2]) for row in grouped[:1]))


def _by_index(
    person: Person, organisation_id: int, query: str, limit: int, here: _Size
) -> tuple[list[tuple[int, int]], int]:
    """Rare words, by the index of words, and how many rows there were: beyond `_FEW` they are not the newest."""
    asked = _asked(organisation_id, query, here)
    rows = _FOUND.tuples(person, organisation_id, limit * _SHORT, _FEW, **asked)
    seen = int(rows[0][2]) if rows else 0
    found = _once(_pairs(rows))
    if len(found) < limit and len(rows) < seen <= _FEW:  # a few long tickets
        found = _pairs(_INDEXED.tuples(person, organisation_id, limit, **asked))
    return found[:limit], seen


def _asked(organisation_id: int, query: str, here: _Size) -> dict[str, Any]:
    """Where nearly all rows are the organisation's own, the index need not look for its lexeme, which stands in all of
    them."""
    lexeme = {"lexeme": _lexeme(organisation_id)} if here.share < _MOST else {}
    return {"organisation_id": organisation_id, "query": query, **lexeme}


def _indexed(
    person: Person, place_id: int, limit: int, organisation_id: int, query: str, lexeme: str = ""
) -> QuerySet[SearchRow, Any]:
    rows = SearchRow.objects.filter(organisation_id__gte=organisation_id, organisation_id__lte=organisation_id)
    return _each_once(_with_words(rows, person, place_id, query, *([lexeme] if lexeme else [])), limit)


#: All of them, the newest of each ticket.
_INDEXED: Question[SearchRow] = Question(_indexed)


def _found(
    person: Person, place_id: int, limit: int, few: int, organisation_id: int, query: str, lexeme: str = ""
) -> QuerySet[SearchRow, Any]:
    # said so that no index of the organisation's serves it: for any word the database would expect many rows that have
    # it and few of the organisation, and read all of these
    rows = SearchRow.objects.extra(where=["organisation_id + 0 = %s"], params=[organisation_id])
    having = _with_words(rows, person, place_id, query, *([lexeme] if lexeme else []))
    newest = among([having], few + 1).order_by("-id").annotate(rows=Window(Count("id")))
    return newest.values_list("entry_id", "ticket_id", "rows")[:limit]


#: (entry, ticket, how many in all) of the newest of the first `few` and one more: as good where there are no more.
#: Planned once: whatever the words, the index of words is the way.
_FOUND: Question[SearchRow] = Question(_found, planned=True)


def _newer(
    person: Person, place_id: int, limit: int, organisation_id: int, query: str, after: int
) -> QuerySet[SearchRow, Any]:
    rows = SearchRow.objects.filter(organisation_id=organisation_id, id__gt=after)
    return _each_once(_with_words(rows, person, place_id, query), limit)


#: Planned for its values: the two indexes are joined where that is less than either.
_NEWER: Question[SearchRow] = Question(_newer)


def _pairs(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in rows]


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
    rows = len(_SAMPLE.tuples(organisation_id, WINDOW, query=query))
    return min(planned, (rows + 1) * _size(organisation_id).rows / WINDOW)


_SAMPLE: Question[SearchRow] = Question(
    lambda place_id, window, query: (
        among([_of(place_id)], window).extra(where=[_HAVE[1]], params=[query]).values_list("id")  # noqa: S610  # no value in it
    ),
    planned=True,
)


@dataclass(frozen=True)
class _Size:
    """How many rows an organisation has, and which share of all: as the planner thinks."""

    rows: float
    share: float


_SIZES: dict[int, tuple[float, _Size]] = {}


def _size(organisation_id: int) -> _Size:
    known = _SIZES.get(organisation_id)
    if known is None or time.monotonic() - known[0] > _REMEMBERED:
        rows, everything = _planned_rows(_lexeme(organisation_id)), _planned_rows()
        known = time.monotonic(), _Size(rows, max(0.001, min(1.0, rows / max(everything, 1.0))))
        _SIZES[organisation_id] = known
    return known[1]


def _lexeme(organisation_id: int) -> str:
    return f"'org:{organisation_id}'"


def _planned_rows(*queries: str) -> float:
    """How many rows the planner thinks have all the words."""
    having = f" WHERE {_HAVE[len(queries)]}" if queries else ""
    asked = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM tickets_searchrow{having}"  # noqa: S608  # no value in it
    with connection.cursor() as cursor:
        cursor.execute(asked, queries)
        plan = cursor.fetchone()[0]
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return float(parsed[0]["Plan"]["Plan Rows"])

"""What a search finds for a person: tickets by their words and by who their customer is, each once, with the place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from sportello.foundation.core.questions import Asked as OneOf
from sportello.foundation.core.questions import Question, at_once
from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.customers.queries import CustomerRow, found_by, together
from sportello.records.customers.queries import finding as asked_of_customers
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import ContactEntry, Message, Note, Ticket
from sportello.records.tickets.queries import TicketRow, rows_of, with_names
from sportello.records.tickets.search import search as search_entries

from .excerpts import around
from .places import place_from

SHORTEST = 2
#: Tickets looked at when filters are on: what they leave over is shown.
_POOL = 1_000
#: Tickets a page, and pages: who looks further adds a word.
PAGE, PAGES = 40, 5
#: Tickets of a customer who was found by name or address.
_OF_CUSTOMER = 10
PERIODS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Asked:
    """What somebody typed, and the filters beside it. Unknown values are none."""

    typed: str
    slug: str = ""
    kind_id: int | None = None
    team_id: int | None = None
    channel: str = ""
    status: str = ""
    days: int | None = None

    @property
    def is_filtered(self) -> bool:
        return self != Asked(self.typed, self.slug)

    @property
    def words(self) -> str:
        """As an address keeps them."""
        said = {
            "q": self.typed,
            "org": self.slug,
            "kind": self.kind_id,
            "team": self.team_id,
            "channel": self.channel,
            "status": self.status,
            "days": self.days,
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Hit:
    """A ticket and the words around what was found; `is_internal`: in a note or a call."""

    row: TicketRow
    snippet: str = ""
    is_internal: bool = False


@dataclass(frozen=True)
class Result:
    hits: list[Hit]
    customers: list[tuple[str, CustomerRow]]
    #: False when older entries were not looked at.
    complete: bool
    #: Whether there is a page after this one.
    more: bool = False
    #: The answers to what was asked `beside` it.
    beside: list[list[tuple[Any, ...]]] = field(default_factory=list)


def asked_in(given: QueryDict) -> Asked:
    """From an address; the filters are read as those of a list."""
    filters = place_from(given, "all").filters
    days = given.get("days", "")
    return Asked(
        one_line(given.get("q", ""), 200),
        filters.slug,
        filters.kind_id,
        filters.team_id,
        filters.channel,
        filters.status if filters.status in Ticket.Status.values else "",
        int(days) if days in {str(one) for one in PERIODS} else None,
    )


def look(
    person: Person, asked: Asked, *, page: int = 1, shown: int = PAGE, people: int = 5, around_words: bool = True,
    beside: Sequence[OneOf] = (),
) -> Result:  # fmt: skip
    """Everything `person` may see; tickets of the newest matching entry first, then those of customers found. `page`:
    which, of `shown` each; `around_words`: with the words around what was found; `beside`: what the page asks for
    itself, by one statement with what is asked here."""
    if len(asked.typed) < SHORTEST:
        return Result([], [], True, beside=at_once(*beside))
    places = [place for place in person.serving if not asked.slug or place.organisation.slug == asked.slug]
    found = search_entries(
        person,
        asked.typed,
        organisation_ids=[place.organisation.pk for place in places],
        limit=_POOL if asked.is_filtered else page * shown + 1,
    )
    entries = {ticket_id: entry_id for entry_id, ticket_id in found.rows}
    within = (person, replace(asked, typed=""), tuple([place.organisation.pk for place in places]))
    since = _since(person, asked)
    question = _THOSE if asked.is_filtered else _KNOWN
    known = {row.id: row for row in _rows(question, within, ids=list(entries), **since)} if entries else {}
    order = [pk for pk in entries if pk in known]
    said = [entries[pk] for pk in order[(page - 1) * shown : page * shown]] if around_words else []
    customers, texts, told = _customers_and_texts(person, places, asked.typed, people, said, beside)
    if len(order) < page * shown:
        theirs = _of_customers(within, [row.id for _slug, row in customers], since)
        known |= {row.id: row for row in theirs}
        order += [row.id for row in theirs if row.id not in order]
    here = order[(page - 1) * shown : page * shown]
    snippets = _snippets(texts, asked.typed)
    hits = [Hit(known[pk], *snippets.get(entries.get(pk, 0), ("", False))) for pk in here]
    return Result(hits, customers, found.complete, page < PAGES and len(order) > page * shown, told)


_Answers = list[list[tuple[Any, ...]]]
#: Whose eyes, which filters, which organisations: what decides the words of the questions below.
_Within = tuple[Person, Asked, tuple[int, ...]]


def _since(person: Person, asked: Asked) -> dict[str, datetime]:
    return {"since": clock.now(person.serving[0].organisation) - timedelta(days=asked.days)} if asked.days else {}


def _rows(question: Question[Ticket], within: _Within, **values: Any) -> list[TicketRow]:
    return rows_of(within[0], question.rows(*within, **values))


def _tickets(within: _Within, since: datetime | None) -> QuerySet[Ticket]:
    person, asked, places = within
    values: dict[str, Any] = {
        "kind_id": asked.kind_id,
        "team_id": asked.team_id,
        "channel": asked.channel,
        "status": asked.status,
    }
    tickets = tickets_for(person).filter(organisation__in=places)
    tickets = tickets.filter(**{name: value for name, value in values.items() if value})
    return tickets.filter(opened_at__gte=since) if since else tickets


def _these(
    person: Person, asked: Asked, places: tuple[int, ...], ids: list[int], since: datetime | None = None
) -> QuerySet[Ticket]:
    tickets = _tickets((person, asked, places), since)
    return with_names(tickets.extra(where=['"tickets_ticket"."id" = ANY(%s)'], params=[ids]))


def _theirs(
    person: Person, asked: Asked, places: tuple[int, ...], since: datetime | None = None, **customers: int
) -> QuerySet[Ticket]:
    theirs = _tickets((person, asked, places), since).filter(customer__in=list(customers.values()))
    return with_names(theirs.order_by("-opened_at"))[:_OF_CUSTOMER]


#: Found by key, whatever else is asked of them: one plan is right for all that is not filtered.
_KNOWN = Question(_these, planned=True)
_THOSE = Question(_these)
_THEIRS = Question(_theirs)


def _customers_and_texts(
    person: Person, places: Iterable[Any], typed: str, limit: int, entry_ids: list[int], beside: Sequence[OneOf]
) -> tuple[list[tuple[str, CustomerRow]], _Answers, _Answers]:
    """By one statement: (slug, row) of customers, organisation by organisation, by name, phone in any spelling,
    address, tax code, reference; what `_SOURCES` say of the entries; what was asked `beside`."""
    asked = [(place.organisation, asked_of_customers(person, place.organisation, typed, limit)) for place in places]
    texts = [OneOf(question, (), {"ids": entry_ids}) for question, _is_internal in _SOURCES] if entry_ids else []
    answers = at_once(*[one for _organisation, several in asked for one in several], *texts, *beside)
    rows: list[tuple[str, CustomerRow]] = []
    for organisation, several in asked:
        told, answers = answers[: len(several)], answers[len(several) :]
        if told:
            rows += [(organisation.slug, row) for row in found_by(organisation, told, limit)]
    return rows[:limit], answers[: len(texts)], answers[len(texts) :]


def _of_customers(within: _Within, customer_ids: list[int], since: dict[str, datetime]) -> list[TicketRow]:
    """The latest of each, with what came by merging: the index of a customer's history."""
    found: list[TicketRow] = []
    for customer_id in sorted(customer_ids[:5]):
        ids = {f"customer_{at}": pk for at, pk in enumerate(together(customer_id))}
        found += _rows(_THEIRS, within, **ids, **since)
    return found


def _snippets(texts: _Answers, typed: str) -> dict[int, tuple[str, bool]]:
    """Entry → (words around the first word found, whether colleagues alone read it)."""
    words = fold(typed).split()
    found: dict[int, tuple[str, bool]] = {}
    for rows, (_question, is_internal) in zip(texts, _SOURCES, strict=False):
        for entry_id, text in rows:
            found[entry_id] = (around(text, words), is_internal)
    return found


def _texts(rows: Any, name: str) -> Question[Any]:
    return Question(lambda ids: rows.extra(where=["entry_id = ANY(%s)"], params=[ids]).values_list("entry_id", name))


_SOURCES: tuple[tuple[Question[Any], bool], ...] = (
    (_texts(Message.objects, "text"), False),
    (_texts(Note.objects, "text"), True),
    (_texts(ContactEntry.objects, "summary"), True),
)

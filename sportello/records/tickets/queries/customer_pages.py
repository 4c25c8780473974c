"""A customer's history over all channels and all their records, newest first, a page at a time by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sportello.foundation.core.among import among
from sportello.foundation.core.questions import Question
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import together

from ..access import tickets_for
from ..models import Contact, ContactEntry, Ticket
from .history import ContactRow
from .rows import TicketRow, rows_of, with_names

PAGE = 25


@dataclass(frozen=True)
class HistoryLine:
    """A ticket, or a contact that left none; one of the two is there."""

    at: datetime
    ticket: TicketRow | None = None
    contact: ContactRow | None = None


@dataclass(frozen=True)
class HistoryPage:
    """`older` is what to ask the next page with; empty at the end."""

    lines: list[HistoryLine]
    older: str


def history_page(
    person: Person, customer: Customer, after: str = "", size: int = PAGE, *, ids: list[int] | None = None
) -> HistoryPage:
    """What `person` may see of it. `after`: the `older` of the page before; nonsense begins at the newest. `ids`:
    `together` of the customer, where that is known."""
    ids = together(customer) if ids is None else ids
    mark = _mark(after)
    if mark is None and len(ids) == 1:
        tickets = _TICKETS.rows(person, size + 1, customer_id=ids[0])
        contacts = _CONTACTS.rows(size + 1, customer_id=ids[0])
    else:
        tickets = list(_tickets_of(person, size + 1, ids, mark))
        contacts = list(_contacts(size + 1, Q(customer__in=ids), mark))
    found: list[tuple[datetime, str, int, Any]] = [
        *((one.opened_at, "t", one.id, one) for one in rows_of(person, tickets)),
        *((one.started_at, "c", one.pk, one) for one in contacts),
    ]
    found.sort(key=lambda one: (one[0], one[1], one[2]), reverse=True)
    shown, rest = found[:size], found[size:]
    older = f"{shown[-1][0].timestamp():.6f}-{shown[-1][1]}-{shown[-1][2]}" if rest else ""
    return HistoryPage([_line(*one) for one in shown], older)


def _newest(person: Person, most: int, customer_id: int) -> QuerySet[Ticket]:
    """Of one customer, without further pages: what nearly everybody asks for, planned once for all of them.

    A customer has a handful of tickets, so the database would read and sort all of theirs, also those of a customer who
    has five thousand. So first the instant of the last one shown is read off their index, then what is not older."""
    theirs = tickets_for(person).filter(customer_id=customer_id)
    last = theirs.order_by("-opened_at").values("opened_at")[most - 1 : most]
    rows = theirs.filter(opened_at__gte=Coalesce(Subquery(last), Value(_EVER)))
    return with_names(rows.order_by("-opened_at", "-pk"))[:most]


#: Before anything was opened.
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def _tickets_of(person: Person, most: int, ids: list[int], mark: _Mark | None) -> QuerySet[Ticket]:
    """Of several records that are one customer, or past a mark: the first of each record, and of those the first."""
    theirs = [tickets_for(person).filter(customer_id=pk) for pk in ids]
    if mark is not None:
        theirs = [one.filter(_past("opened_at", "t", mark)) for one in theirs]
    rows = among([one.order_by("-opened_at", "-pk") for one in theirs], most)
    return with_names(rows.order_by("-opened_at", "-pk"))[:most]


def _contacts(most: int, whose: Q, mark: _Mark | None = None) -> QuerySet[Contact]:
    rows = Contact.objects.filter(whose).exclude(Exists(ContactEntry.objects.filter(contact=OuterRef("pk"))))
    if mark is not None:
        rows = rows.filter(_past("started_at", "c", mark))
    return rows.select_related("kind").order_by("-started_at", "-pk")[:most]


_TICKETS: Question[Ticket] = Question(_newest, planned=True)
_CONTACTS: Question[Contact] = Question(
    lambda most, customer_id: _contacts(most, Q(customer_id=customer_id)), planned=True
)


def _line(at: datetime, sort: str, _pk: int, row: Any) -> HistoryLine:
    if sort == "t":
        return HistoryLine(at, ticket=row)
    return HistoryLine(at, contact=ContactRow(
        row.pk, row.channel, str(row.get_channel_display()), row.started_at, str(row.get_outcome_display()),
        row.kind.names if row.kind else {}))


@dataclass(frozen=True)
class _Mark:
    at: datetime
    sort: str
    pk: int


def _mark(after: str) -> _Mark | None:
    try:
        stamp, sort, pk = after.split("-")
        return _Mark(datetime.fromtimestamp(float(stamp), UTC), sort, int(pk)) if sort in ("t", "c") else None
    except (ValueError, OverflowError, OSError):
        return None


def _past(column: str, sort: str, mark: _Mark) -> Q:
    """What comes after the mark in the order (instant, ticket before contact, id), all descending."""
    past = Q(**{f"{column}__lt": mark.at})
    if sort == mark.sort:
        return past | Q(**{column: mark.at}, pk__lt=mark.pk)
    return past | Q(**{column: mark.at}) if sort < mark.sort else past

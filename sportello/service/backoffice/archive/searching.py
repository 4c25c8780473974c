"""Search in the archive: closed tickets of long ago, by class, period, customer, words; only what the person may see.

Filters walk the archive's own indexes from the newest closing on, a page at a time. Words go through the ordinary
search index: a rare one names its tickets, a common one is looked for in the tickets the walk meets, a bounded number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import find, surviving, together
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import SearchRow
from sportello.records.tickets.search import expected_rows, query_text

from ..models import Filing
from .holds import under

PAGE: Final = 50
#: Filed tickets that are walked for a common word before the page says that it looked no further.
_WALKED: Final = 5_000
_RARE: Final = 20_000


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; empty values ask for nothing."""

    words: str = ""
    code: str = ""
    kind: int | None = None
    customer: str = ""
    since: date | None = None
    until: date | None = None
    #: Those that were disposed of, by their tombstones, instead of those that are here.
    gone: bool = False


@dataclass(frozen=True)
class Page:
    rows: tuple[Filing, ...]
    #: Where the next page begins: `closed_at|id`; empty on the last.
    after: str
    #: False: a common word was looked for in the newest only.
    complete: bool = True


def look(person: Person, organisation: Organisation, asked: Asked, after: str = "") -> Page:
    """A page of filed tickets, newest closing first."""
    rows = _filtered(person, organisation, asked)
    place = _place(after)
    if place is not None:
        at, pk = place
        rows = rows.filter(Q(closed_at__lt=at) | Q(closed_at=at, pk__lt=pk))
    rows = rows.order_by("-closed_at", "-id")
    complete = True
    query = query_text(asked.words)
    if query:
        named = _named(organisation.pk, query)
        if named is not None:
            rows = rows.filter(ticket__in=named)
        else:
            walked = rows.values_list("pk", flat=True)[:_WALKED]
            met = list(walked)
            complete = len(met) < _WALKED
            rows = Filing.objects.filter(pk__in=met).filter(Exists(_said(query))).order_by("-closed_at", "-id")
    found = list(
        rows.select_related("ticket__customer", "ticket__kind", "ticket__organisation", "file_class")[: PAGE + 1]
    )
    shown = found[:PAGE]
    more = len(found) > PAGE and shown[-1].closed_at is not None
    return Page(tuple(shown), _mark(shown[-1]) if more else "", complete)


def _mark(row: Filing) -> str:
    return f"{row.closed_at.isoformat() if row.closed_at else ''}|{row.pk}"


def _place(after: str) -> tuple[datetime, int] | None:
    at, _bar, pk = after.partition("|")
    try:
        return datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None


def _filtered(person: Person, organisation: Organisation, asked: Asked) -> QuerySet[Filing]:
    rows = Filing.objects.filter(organisation=organisation, closed_at__isnull=False)
    rows = rows.filter(disposed_at__isnull=not asked.gone)
    if asked.code:
        rows = rows.filter(under(asked.code))
    if asked.kind is not None:
        rows = rows.filter(kind=asked.kind)
    zone = clock.zone(organisation)
    if asked.since is not None:
        rows = rows.filter(closed_at__gte=datetime.combine(asked.since, time.min, zone))
    if asked.until is not None:
        rows = rows.filter(closed_at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, zone))
    if asked.customer:
        rows = rows.filter(ticket__customer__in=_customers(person, organisation, asked.customer))
    # row by row along the index: the whole set of what one may see is never made
    return rows.filter(Exists(tickets_for(person).filter(pk=OuterRef("ticket_id"))))


def _customers(person: Person, organisation: Organisation, typed: str) -> list[int]:
    ids = [row.id for row in find(person, organisation, typed)]
    found = Customer.objects.filter(organisation=organisation, pk__in=ids)
    return [one for customer in found.select_related("merged_into") for one in together(surviving(customer))]


def _named(organisation_id: int, query: str) -> Sequence[int] | None:
    """Tickets with a rare word, by the index; None for a common one."""
    if expected_rows(organisation_id, query) > _RARE:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH m AS MATERIALIZED"
            " (SELECT ticket_id FROM tickets_searchrow WHERE words @@ (%s::tsquery && %s::tsquery))"
            " SELECT DISTINCT ticket_id FROM m LIMIT %s",
            [query, f"'org:{organisation_id}'", 2 * _RARE],
        )
        return [row[0] for row in cursor.fetchall()]


def _said(query: str) -> QuerySet[SearchRow]:
    rows = SearchRow.objects.filter(ticket=OuterRef("ticket_id"))
    return rows.extra(where=["words @@ %s::tsquery"], params=[query])

"""Tickets on their way out of the house as a list for a spreadsheet; the import reads it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Identity

from .access import tickets_for
from .models import Closure, Entry, Message, Ticket, TicketTag

_PAGE = 500
#: A cell of a spreadsheet holds no more (32,767 signs in the usual ones).
_LONGEST = 32_000
#: The columns, in words the import knows (`customers/importing/fields.py`). Notes are none of them.
HEAD = ("reference", "subject", "kind", "state", "opened", "closed", "team", "owner", "channel", "outcome", "tags",
        "name", "email", "phone", "tax_code", "text", "answer")  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Opened from `first` to `last`, both included; `state`: open, closed or empty for all."""

    first: date | None = None
    last: date | None = None
    state: str = ""


def wanted_of(person: Person, organisation: Organisation, wanted: Wanted) -> QuerySet[Ticket]:
    """Those `person` may see."""
    zone = clock.zone(organisation)
    found = tickets_for(person).filter(organisation=organisation)
    if wanted.first:
        found = found.filter(opened_at__gte=datetime.combine(wanted.first, time(), zone))
    if wanted.last:
        found = found.filter(opened_at__lt=datetime.combine(wanted.last + timedelta(days=1), time(), zone))
    if wanted.state == "open":
        found = found.exclude(status=Ticket.Status.CLOSED)
    elif wanted.state == "closed":
        found = found.filter(status=Ticket.Status.CLOSED)
    return found


def ticket_rows(person: Person, organisation: Organisation, wanted: Wanted) -> Iterator[tuple[object, ...]]:
    """The head, then a ticket a line, by key: a million cost no more memory than five hundred."""
    yield HEAD
    last = 0
    while True:
        rows = list(
            wanted_of(person, organisation, wanted).filter(pk__gt=last).order_by("pk")
            .select_related("kind", "team", "owner__user", "customer")[:_PAGE]
        )  # fmt: skip
        if not rows:
            return
        last = rows[-1].pk
        yield from _lines(organisation, rows)


def _lines(organisation: Organisation, rows: list[Ticket]) -> Iterator[tuple[object, ...]]:
    language = organisation.language_for("")
    ids = [row.pk for row in rows]
    ended = Closure.objects.filter(ticket__in=ids, reopened_at__isnull=True)
    outcomes = dict(ended.values_list("ticket_id", "outcome"))
    tags: dict[int, list[str]] = {}
    for ticket_id, tag in TicketTag.objects.filter(ticket__in=ids).order_by("pk").values_list("ticket_id", "tag__name"):
        tags.setdefault(ticket_id, []).append(tag)
    known = _identities({row.customer_id for row in rows if row.customer_id})
    asked, answered = _words(ids)
    for row in rows:
        who = known.get(row.customer_id or 0, {})
        yield (
            row.number, row.subject, row.kind.name_in(language), row.status, _instant(organisation, row.opened_at),
            _instant(organisation, row.closed_at), row.team.name_in(language),
            row.owner.user.email if row.owner else "", row.channel, outcomes.get(row.pk, ""),
            ", ".join(tags.get(row.pk, [])),
            row.customer.name if row.customer else "", who.get("email", ""), who.get("phone", ""),
            who.get("tax_code", ""), asked.get(row.pk, ""), answered.get(row.pk, ""),
        )  # fmt: skip


def _instant(organisation: Organisation, at: datetime | None) -> str:
    """ISO with its offset: read back it is the same second."""
    return clock.local(organisation, at).isoformat(timespec="seconds") if at else ""


def _identities(customers: set[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = Identity.objects.filter(customer__in=customers, sort__in=("email", "phone", "tax_code"))
    for row in rows.order_by("-preferred", "added_at", "pk"):
        found.setdefault(row.customer_id, {}).setdefault(row.sort, row.shown)
    return found


def _words(ids: list[int]) -> tuple[dict[int, str], dict[int, str]]:
    """What the customer wrote first and what a person answered last; never a note, never a notice of a program."""
    asked: dict[int, str] = {}
    answered: dict[int, str] = {}
    said = Message.objects.filter(
        entry__ticket__in=ids, entry__visibility=Entry.Visibility.PUBLIC, is_machine=False
    ).order_by("entry__position")
    for ticket_id, direction, text in said.values_list("entry__ticket_id", "direction", "text"):
        if direction == Message.Direction.IN:
            asked.setdefault(ticket_id, text[:_LONGEST])
        else:
            answered[ticket_id] = text[:_LONGEST]
    return asked, answered

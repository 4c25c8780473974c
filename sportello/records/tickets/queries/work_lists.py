"""Which tickets each work list holds, for pages and counts. `config/topics.py` says the same of values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person

from ..access import tickets_for
from ..models import Mention, Ticket

LISTS: Final = ("mine", "unassigned", "waiting", "customer", "due", "overdue", "snoozed", "mentioned", "all")
#: Not counted: the number of all there is says nothing to do.
_UNCOUNTED: Final = ("all",)
#: Counts stop here; the screen shows 99+.
CAP: Final = 100


def day_ends(organisation: Organisation) -> datetime:
    """The first instant of tomorrow on the organisation's wall clock: what is promised before is due today."""
    tomorrow = clock.local(organisation, clock.now(organisation)).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min), clock.zone(organisation))


def tickets_in(person: Person, name: str, slug: str = "") -> QuerySet[Ticket]:
    """The tickets of list `name` this person may see, of one organisation or of all theirs; in no order."""
    tickets = tickets_for(person)
    if slug:
        tickets = tickets.filter(organisation__slug=slug)
    if name == "all":
        return tickets
    if name == "mentioned":
        named = Mention.objects.of(person.membership_ids)
        return tickets.filter(pk__in=named.values("ticket_id"))
    if name == "snoozed":
        return tickets.filter(snoozed_until__isnull=False)
    if name == "overdue":  # nothing sleeps past a term; were it so, it would not be hidden
        return tickets.exclude(status=Ticket.Status.CLOSED).filter(_promised(person, name))
    tickets = tickets.filter(snoozed_until__isnull=True)
    if name == "customer":
        return tickets.filter(status=Ticket.Status.WAITING)
    tickets = tickets.exclude(status=Ticket.Status.CLOSED)
    if name == "mine":
        return tickets.filter(owner_id__in=sorted(person.membership_ids))
    if name == "unassigned":
        return tickets.filter(owner__isnull=True, team_id__in=sorted(person.team_ids))
    if name == "waiting":
        return tickets.filter(unanswered_since__isnull=False)
    return tickets.filter(_promised(person, name))


def _promised(person: Person, name: str) -> Q:
    """By the clock of each organisation, which may be moved."""
    found = Q(pk__in=[])
    for place in person.serving:
        now = clock.now(place.organisation)
        if name == "overdue":
            within = Q(next_promise_at__lt=now)
        else:
            within = Q(next_promise_at__gte=now, next_promise_at__lt=day_ends(place.organisation))
        found |= Q(organisation_id=place.organisation.pk) & within
    return found


def counts(person: Person) -> dict[str, int]:
    """How many tickets each list has, at most `CAP`, of those that name somebody the unread; one statement for all."""
    sets = {name: tickets_in(person, name) for name in LISTS if name not in _UNCOUNTED}
    unread = Mention.objects.of(person.membership_ids).unread().values("ticket_id")
    sets["mentioned"] = tickets_for(person).filter(pk__in=unread)
    return capped(sets)


def capped(sets: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """The size of each set up to `CAP`, in one statement."""
    found = dict.fromkeys(sets, 0)
    parts: list[tuple[str, str, Sequence[Any]]] = []
    for name, rows in sets.items():
        try:
            sql, values = rows.order_by().values("pk")[:CAP].query.sql_with_params()
        except EmptyResultSet:  # whoever has no team has nothing unassigned: no need to ask
            continue
        parts.append((name, sql, values))
    if parts:
        # Django's own SQL, its values apart
        numbers = ", ".join(f"(SELECT count(*) FROM ({sql}) AS part)" for _, sql, _ in parts)  # noqa: S608  # as said
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {numbers}", [value for _name, _sql, values in parts for value in values])
            row = cursor.fetchone()
        found |= {name: number for (name, _sql, _values), number in zip(parts, row or (), strict=True)}
    return found

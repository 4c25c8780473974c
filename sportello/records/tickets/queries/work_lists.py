"""Which tickets each work list holds, for pages and counts. `config/topics.py` says the same of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from sportello.foundation.core.questions import Asked, Question, at_once
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


def instants_of(person: Person, name: str) -> dict[str, datetime]:
    """What list `name` compares promises with, by the clock of each organisation, which may be moved."""
    found: dict[str, datetime] = {}
    if name in ("due", "overdue"):
        for place in person.serving:
            found[f"now_{place.organisation.pk}"] = clock.now(place.organisation)
            if name == "due":
                found[f"end_{place.organisation.pk}"] = day_ends(place.organisation)
    return found


def tickets_in(
    person: Person, name: str, slug: str = "", instants: Mapping[str, datetime] | None = None
) -> QuerySet[Ticket]:
    """The tickets of list `name` this person may see, of one organisation or of all theirs; in no order. `instants` are
    those of `instants_of`, for a question kept in its words."""
    instants = instants_of(person, name) if instants is None else instants
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
        return _not_closed(tickets).filter(_promised(person, name, instants))
    tickets = tickets.filter(snoozed_until__isnull=True)
    if name == "customer":
        return tickets.filter(status=Ticket.Status.WAITING)
    if name == "waiting":
        return _not_closed(tickets).filter(unanswered_since__isnull=False)
    if name == "due":
        return _not_closed(tickets).filter(_promised(person, name, instants))
    tickets = tickets.exclude(status=Ticket.Status.CLOSED)
    if name == "mine":
        return tickets.filter(owner_id__in=sorted(person.membership_ids))
    return tickets.filter(owner__isnull=True, team_id__in=sorted(person.team_ids))


def _not_closed(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """For what has an instant that closed tickets have not, so that nearly all pass. Said in a way from which the
    database guesses nothing: multiplying the share that is open by the share that waits it expected 16 of 1,713, and
    read and sorted them all rather than the first of their index."""
    return tickets.alias(state=Lower("status")).exclude(state=str(Ticket.Status.CLOSED))


def _promised(person: Person, name: str, instants: Mapping[str, datetime]) -> Q:
    found = Q(pk__in=[])
    for place in person.serving:
        now = instants[f"now_{place.organisation.pk}"]
        if name == "overdue":
            within = Q(next_promise_at__lt=now)
        else:
            within = Q(next_promise_at__gte=now, next_promise_at__lt=instants[f"end_{place.organisation.pk}"])
        found |= Q(organisation_id=place.organisation.pk) & within
    return found


def by_organisation(person: Person) -> list[Person]:
    """`person` in one organisation at a time. The indexes of the sorts begin with the organisation: asked for two at
    once the database reads and sorts all there is."""
    return [Person(person.user, (place,)) for place in person.places if person.serves(place)] or [person]


def counts(person: Person) -> dict[str, int]:
    """How many tickets each list has, at most `CAP`, of those that name somebody the unread; one statement for all."""
    asked = counts_asked(person)
    return counts_of(asked, at_once(*asked))


def counts_asked(person: Person) -> list[Asked]:
    """What `counts` asks, for who asks other things with it."""
    # whoever has no team has nothing unassigned: no need to ask
    return [
        Asked(_COUNTED, (each, name), instants_of(each, name), counted=True)
        for each in by_organisation(person)
        for name in LISTS
        if name not in _UNCOUNTED
    ]


def counts_of(asked: Sequence[Asked], answers: Sequence[Sequence[tuple[Any, ...]]]) -> dict[str, int]:
    """The counts in the answers to `counts_asked`."""
    found: dict[str, int] = {}
    for one, ((number,),) in zip(asked, answers, strict=True):
        name = str(one.words[1])
        found[name] = min(CAP, found.get(name, 0) + number)
    return found


def _counted(person: Person, name: str, **instants: datetime) -> QuerySet[Any, Any]:
    if name == "mentioned":
        unread = Mention.objects.of(person.membership_ids).unread().values("ticket_id")
        rows = tickets_for(person).filter(pk__in=unread)
    else:
        rows = tickets_in(person, name, "", instants)
    # in an index's order, so that it is read and not the table: planned for any instants, any third of them may be late
    return rows.order_by(*_COUNTED_BY.get(name, ())).values("pk")[:CAP]


_COUNTED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "mine": ("next_promise_at", "pk"),
    "unassigned": ("next_promise_at", "pk"),
    "waiting": ("unanswered_since", "pk"),
    "customer": ("-moved_at", "-pk"),
    "due": ("next_promise_at", "pk"),
    "overdue": ("next_promise_at", "pk"),
    "snoozed": ("next_promise_at", "pk"),
}


_COUNTED: Question[Any] = Question(_counted)

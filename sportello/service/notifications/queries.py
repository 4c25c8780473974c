"""What the page, the bell and the mails show: rows of who may see the ticket now, whatever they were told then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, When

from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket

from . import words
from .models import Notification
from .models.notification import NotificationQuerySet

#: Rows of a page.
PAGE = 60
#: The bell says 99+ beyond; more need not be counted.
MOST = 100


@dataclass(frozen=True)
class Line:
    """One notification: what happened, why it came, when."""

    id: int
    what: str
    why: str
    icon: str
    at: datetime
    unread: bool


@dataclass(frozen=True)
class About:
    """A ticket with what was told of it, newest first."""

    ticket: Ticket
    now: datetime
    lines: tuple[Line, ...]

    @property
    def unread(self) -> int:
        return sum(one.unread for one in self.lines)


@dataclass(frozen=True)
class Page:
    abouts: tuple[About, ...]
    #: The id to go on from; 0 at the end.
    older: int
    unread: int


def visible_to(person: Person) -> NotificationQuerySet:
    """Theirs, of tickets they may see now."""
    return Notification.objects.of(person.membership_ids).filter(ticket__in=tickets_for(person))


def unread(person: Person) -> int:
    """What the bell shows, counted to `MOST`."""
    return visible_to(person).unread().order_by()[:MOST].count()


def page(person: Person, language: str, *, before: int = 0, only_unread: bool = False) -> Page:
    """A page of their notifications in the desk, from the newest, grouped by ticket; three queries."""
    rows = visible_to(person).filter(in_desk=True)
    if only_unread:
        rows = rows.unread()
    if before:
        rows = rows.filter(pk__lt=before)
    shown = list(with_words(rows).order_by("-pk")[: PAGE + 1])
    older = shown[PAGE - 1].pk if len(shown) > PAGE else 0
    return Page(tuple(by_ticket(shown[:PAGE], language)), older, unread(person))


def with_words(rows: NotificationQuerySet) -> NotificationQuerySet:
    """With all a sentence about them asks."""
    return rows.select_related("ticket__organisation", "ticket__customer", "by_user", "team")


def by_ticket(rows: Iterable[Notification], language: str) -> list[About]:
    """In the order of the newest of each."""
    grouped: dict[int, list[Notification]] = {}
    for row in rows:
        grouped.setdefault(row.ticket_id, []).append(row)
    return [
        About(
            them[0].ticket,
            clock.now(them[0].ticket.organisation),
            tuple(
                Line(one.pk, words.what(one), words.why(one, language), words.icon(one), one.happened_at,
                     one.read_at is None)
                for one in them
            ),
        )
        for them in grouped.values()
    ]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """What decides who sees a ticket; `guarded_id` is the ticket's where only named people do, else 0."""

    organisation_id: int
    team_id: int
    sensitivity: str
    guarded_id: int


def unread_by_standing(user_ids: Collection[int]) -> dict[int, dict[Standing, int]]:
    """User → how many unread notifications they have of tickets standing so, for who then asks which of them they may
    see; who has none is left out. One query for all."""
    guarded = Case(When(ticket__sensitivity=Ticket.Sensitivity.NAMED, then=F("ticket_id")), default=0)
    rows = (
        Notification.objects.unread()
        .filter(member__user_id__in=sorted(user_ids), member__ended_at__isnull=True)
        .values_list("member__user_id", "ticket__organisation_id", "ticket__team_id", "ticket__sensitivity", guarded)
        .annotate(many=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[Standing, int]] = {}
    for user_id, organisation_id, team_id, sensitivity, guarded_id, many in rows:
        found.setdefault(user_id, {})[Standing(organisation_id, team_id, sensitivity, guarded_id)] = many
    return found

"""A page of a work list: four declared sorts with indexes, filters over a bounded window, neighbours of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sportello.foundation.core.among import among
from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import fold
from sportello.records.accounts.people import Person

from ..models import Mention, Ticket, TicketTag
from ..models.tag import LONGEST
from .rows import TicketRow, rows_of, with_names
from .work_lists import LISTS, by_organisation, instants_of, tickets_in

SORTS: Final = ("due", "newest", "oldest_waiting", "opened")
PAGE: Final = 40
#: A filter looks at so many rows of the list's order; older ones only when asked to search further back.
WINDOW: Final = 2_000
#: Asked to search further back it looks at so many at a time, and the page says from where to go on: of a million
#: tickets of which none fits it would else read all while somebody waits.
FURTHER: Final = 10_000
#: `Filters.owner` beside the id of a membership: whoever asks, and nobody.
ME: Final = "me"
NOBODY: Final = "none"


@dataclass(frozen=True)
class Filters:
    """Codes and ids; empty or None: not filtered. `slug` is the organisation's; `owner` an id, `ME` or `NOBODY`."""

    slug: str = ""
    kind_id: int | None = None
    team_id: int | None = None
    channel: str = ""
    status: str = ""
    priority: int | None = None
    owner: str = ""
    #: A tag's name, however it is written; the same word in several organisations.
    tag: str = ""

    def is_empty(self) -> bool:
        return self == Filters(slug=self.slug)


@dataclass(frozen=True)
class Page:
    rows: list[TicketRow]
    #: Key of the next page; empty at the end.
    next: str
    #: False when these are the last rows of a filter's window and older ones were not looked at.
    complete: bool


def list_page(
    person: Person,
    name: str,
    sort: str = "due",
    after: str = "",
    filters: Filters | None = None,
    *,
    limit: int = PAGE,
    further: bool = False,
) -> Page:
    """One page of list `name` in order `sort`, after key `after`. Unknown names fall back to the first."""
    chosen = filters or Filters()
    name = name if name in LISTS else LISTS[0]
    sort = sort if sort in SORTS else SORTS[0]
    position = _parse(after)
    # the place after which rows are wanted: none, among the nulls, or at an instant
    place = "" if position is None else "null" if position[0] == _FAR else "instant"
    values: dict[str, Any] = dict(instants_of(person, name))
    if position is not None:
        values |= {"last": position[1]} if place == "null" else {"instant": position[0], "last": position[1]}
    if further and not chosen.is_empty():
        parts = _parts(person, name, sort, place, chosen.slug, values)
        if len(parts) > 1:
            return _further(parts, name, sort, chosen, person, limit)
        found = _FILTERED.rows(person, name, sort, place, chosen, FURTHER, limit, **values)
        edge = None if len(found) > limit else _edge(parts, sort)
        return _up_to_here(found, edge, sort, person, limit)
    windowed = not chosen.is_empty()
    question = _FILTERED if windowed else _PAGE
    found = question.rows(person, name, sort, place, chosen, WINDOW if windowed else 0, limit, **values)
    rows = rows_of(person, found[:limit])
    more = _key(found[limit - 1], sort) if len(found) > limit else ""
    if more or not windowed:
        return Page(rows, more, complete=True)
    return Page(rows, more, complete=not _is_beyond(_parts(person, name, sort, place, chosen.slug, values)))


def _parts(
    person: Person, name: str, sort: str, place: str, slug: str, values: dict[str, Any]
) -> list[QuerySet[Ticket]]:
    """The list in its order from a place on, in one organisation after the other."""
    instants = {key: value for key, value in values.items() if key not in ("instant", "last")}
    at = (values.get("instant"), values["last"]) if place else None
    return [_ordered(tickets_in(each, name, slug, instants), sort, at) for each in by_organisation(person)]


def _page(
    person: Person, name: str, sort: str, place: str, chosen: Filters, window: int, limit: int, **values: Any
) -> QuerySet[Ticket]:
    parts = _parts(person, name, sort, place, chosen.slug, values)
    if window:
        tickets = _filtered(_ordered(among(parts, window), sort), chosen, person)
    else:
        each = [_filtered(part, chosen, person) for part in parts]
        tickets = each[0] if len(each) == 1 else _ordered(among(each, limit + 1), sort)
    return _shown(tickets, name, person, limit)


def _further(
    parts: list[QuerySet[Ticket]], name: str, sort: str, chosen: Filters, person: Person, limit: int
) -> Page:
    """What fits of the next `FURTHER` rows of the order in several organisations; where they end is asked before:
    behind the end that comes first not all are looked at. Composed anew each time."""
    edge = _edge(parts, sort)
    near = [part.filter(_up_to(edge, sort)) for part in parts] if edge is not None else parts
    tickets = _filtered(_ordered(among(near, FURTHER), sort), chosen, person)
    return _up_to_here(list(_shown(tickets, name, person, limit)), edge, sort, person, limit)


def _up_to_here(found: list[Ticket], edge: Ticket | None, sort: str, person: Person, limit: int) -> Page:
    """The page, and where it goes on: behind its last row, or where what was looked at ends."""
    more = _key(found[limit - 1], sort) if len(found) > limit else _key(edge, sort) if edge is not None else ""
    return Page(rows_of(person, found[:limit]), more, complete=True)


def _shown(tickets: QuerySet[Ticket], name: str, person: Person, limit: int) -> QuerySet[Ticket]:
    """With all that a row draws, and one more than fit to know whether there are more."""
    if name == "mentioned":
        unread = Mention.objects.of(person.membership_ids).unread().filter(ticket=OuterRef("pk"))
        tickets = tickets.annotate(is_named_unread=Exists(unread))
    return with_names(tickets)[: limit + 1]


_PAGE = Question(_page, planned=True)
#: With filters, of which many are typed: not planned ahead.
_FILTERED = Question(_page)


def _firsts(parts: list[QuerySet[Ticket]], most: int) -> QuerySet[Ticket]:
    """The first `most` of each part, chosen inside the statement: ids written out took longer to send and to plan
    than to find. What is shown with a row is joined to these only."""
    chosen = [part.values("pk")[:most] for part in parts]
    return Ticket.objects.filter(pk__in=chosen[0] if len(chosen) == 1 else chosen[0].union(*chosen[1:], all=True))


def _edge(parts: list[QuerySet[Ticket]], sort: str) -> Ticket | None:
    """The last row a search further back looks at; None when it reaches the end. Of several organisations the edge that
    comes first: what lies behind it was not looked at in all of them."""
    column, down = _ORDER[sort]
    ends = [row for part in parts for row in part.only("id", column)[FURTHER - 1 : FURTHER]]
    if not ends:
        return None

    def place(row: Ticket) -> tuple[bool, datetime, int]:
        instant = getattr(row, column)
        return instant is None, instant or _FAR, row.pk

    return max(ends, key=place) if down else min(ends, key=place)


def _up_to(edge: Ticket, sort: str) -> Q:
    """Rows of the order up to and with `edge`."""
    column, down = _ORDER[sort]
    return _beyond(column, getattr(edge, column), edge.pk, later=down) | Q(pk=edge.pk)


def _is_beyond(parts: list[QuerySet[Ticket]]) -> bool:
    """Whether there are more rows than a filter's window looks at."""
    return any(part.values_list("pk", flat=True)[WINDOW : WINDOW + 1] for part in parts)


def neighbours(
    person: Person, name: str, sort: str, filters: Filters, ticket: Ticket
) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """(slug, number) of the ticket before and of the one after `ticket` in a list's order, where it stands by now.

    Filters look at the window only, as the page does.
    """
    column, down = _ORDER[sort if sort in SORTS else SORTS[0]]
    instant = getattr(ticket, column)
    parts = [tickets_in(each, name, filters.slug).exclude(pk=ticket.pk) for each in by_organisation(person)]
    found: list[tuple[str, str] | None] = []
    for back in (True, False):
        beyond = _beyond(column, instant, ticket.pk, later=back == down)
        ordered = [_ordered_by(part.filter(beyond), column, down=back != down) for part in parts]
        if not filters.is_empty():
            window = _ordered_by(_firsts(ordered, WINDOW), column, down=back != down)
            near = _filtered(window, filters, person)
        else:
            near = _ordered_by(_firsts(ordered, 1), column, down=back != down)
        found.append(near.values_list("organisation__slug", "number").first())
    return found[0], found[1]


def _beyond(column: str, instant: datetime | None, pk: int, *, later: bool) -> Q:
    """Rows after (`later`) or before a place of an ascending order in which nulls stand last."""
    if instant is None:
        same = Q(**{f"{column}__isnull": True})
        return same & Q(pk__gt=pk) if later else Q(**{f"{column}__isnull": False}) | same & Q(pk__lt=pk)
    if later:
        more = Q(**{f"{column}__gt": instant}) | Q(**{column: instant}, pk__gt=pk)
        return more | Q(**{f"{column}__isnull": True})
    return Q(**{f"{column}__lt": instant}) | Q(**{column: instant}, pk__lt=pk)


def _ordered_by(tickets: QuerySet[Ticket], column: str, *, down: bool) -> QuerySet[Ticket]:
    if down:
        return tickets.order_by(F(column).desc(), "-pk")
    return tickets.order_by(F(column).asc(), "pk")


def _filtered(tickets: QuerySet[Ticket], filters: Filters, person: Person) -> QuerySet[Ticket]:
    exact: dict[str, Any] = {
        "kind_id": filters.kind_id,
        "team_id": filters.team_id,
        "channel": filters.channel,
        "status": filters.status,
        "priority": filters.priority,
    }
    found = tickets.filter(**{column: value for column, value in exact.items() if value})
    if filters.tag:
        here = [place.organisation.pk for place in person.serving]
        tagged = TicketTag.objects.filter(tag__organisation__in=here, tag__folded=fold(filters.tag)[:LONGEST])
        found = found.filter(pk__in=tagged.values("ticket_id"))
    if filters.owner == ME:
        return found.filter(owner_id__in=sorted(person.membership_ids))
    if filters.owner == NOBODY:
        return found.filter(owner__isnull=True)
    if filters.owner.isascii() and filters.owner.isdigit() and len(filters.owner) < 16:
        return found.filter(owner_id=int(filters.owner))
    return found


#: sort → (column, descending)
_ORDER: Final = {
    "due": ("next_promise_at", False),
    "newest": ("moved_at", True),
    "oldest_waiting": ("unanswered_since", False),
    "opened": ("opened_at", True),
}
_FAR: Final = datetime(9999, 12, 31, tzinfo=UTC)


def _ordered(
    tickets: QuerySet[Ticket], sort: str, after: tuple[datetime | None, int] | None = None
) -> QuerySet[Ticket]:
    """By key, never by offset: after (instant, id) of the last row shown, no instant among nulls. They come last."""
    column, down = _ORDER[sort]
    if after is not None:
        instant, last = after
        if instant is None:
            tickets = tickets.filter(**{f"{column}__isnull": True}, pk__gt=last)
        elif down:
            tickets = tickets.filter(Q(**{f"{column}__lt": instant}) | Q(**{column: instant}, pk__lt=last))
        else:
            tickets = tickets.filter(
                Q(**{f"{column}__gt": instant}) | Q(**{column: instant}, pk__gt=last) | Q(**{f"{column}__isnull": True})
            )
    return _ordered_by(tickets, column, down=down)


def _key(ticket: Ticket, sort: str) -> str:
    instant = getattr(ticket, _ORDER[sort][0]) or _FAR
    return f"{instant.isoformat()}|{ticket.pk}"


def _parse(after: str) -> tuple[datetime, int] | None:
    instant, _, last = after.partition("|")
    try:
        moment = datetime.fromisoformat(instant)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC), int(last))
    except ValueError:
        return None

"""A page of a work list: four declared sorts with indexes, filters over a bounded window, neighbours of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sportello.foundation.core.among import Look, among, that_fit
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
#: tickets of which none fits it would else read all while somebody waits. Each is a row somewhere in the table: 4,000
#: are 2 ms of the database, 3 where the processor is slow, and the page is to come within 15 in all.
FURTHER: Final = 4_000
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
    if not chosen.is_empty():
        return _filtered_page(person, name, sort, place, chosen, limit, further, values)
    found = _PAGE.rows(person, name, sort, place, chosen, limit, **values)
    more = _key(getattr(found[limit - 1], _ORDER[sort][0]), found[limit - 1].pk) if len(found) > limit else ""
    return Page(rows_of(person, found[:limit]), more, complete=True)


def _parts(
    person: Person, name: str, sort: str, place: str, slug: str, values: dict[str, Any]
) -> list[QuerySet[Ticket]]:
    """The list in its order from a place on, in one organisation after the other."""
    instants = {key: value for key, value in values.items() if key not in ("instant", "last")}
    at = (values.get("instant"), values["last"]) if place else None
    return [_ordered(tickets_in(each, name, slug, instants), sort, at) for each in by_organisation(person)]


def _page(
    person: Person, name: str, sort: str, place: str, chosen: Filters, limit: int, **values: Any
) -> QuerySet[Ticket]:
    parts = _parts(person, name, sort, place, chosen.slug, values)
    tickets = parts[0] if len(parts) == 1 else _ordered(among(parts, limit + 1), sort)
    return _shown(tickets, name, person)[: limit + 1]


_PAGE = Question(_page, planned=True)


def _shown(tickets: QuerySet[Ticket], name: str, person: Person) -> QuerySet[Ticket]:
    """With all that a row draws."""
    if name == "mentioned":
        unread = Mention.objects.of(person.membership_ids).unread().filter(ticket=OuterRef("pk"))
        tickets = tickets.annotate(is_named_unread=Exists(unread))
    return with_names(tickets)


def _filtered_page(
    person: Person, name: str, sort: str, place: str, chosen: Filters, limit: int, further: bool,
    values: dict[str, Any],
) -> Page:  # fmt: skip
    """What fits of the rows that are looked at, with what is drawn of it, and where the look ended."""
    fits: list[Ticket] = []
    end = None
    look = Look(WINDOW, FURTHER if further else WINDOW, limit)
    for one in _FOUND.rows(person, name, sort, place, chosen, look, **values):
        if not one.is_end:
            fits.append(one)
            continue
        end = one
        if further:  # behind the end that comes first not all of the other organisations are looked at
            break
    edge = fits[limit - 1] if len(fits) > limit else end if further else None
    return Page(
        rows_of(person, fits[:limit]),
        _key(getattr(edge, _ORDER[sort][0]), edge.pk) if edge else "",
        complete=bool(edge) or further or end is None,
    )


def _found(
    person: Person, name: str, sort: str, place: str, chosen: Filters, look: Look, **values: Any
) -> QuerySet[Ticket]:
    """What fits among the first rows of each organisation and at most one row of each with `is_end`: of a window that
    behind it, which only says that there is one, else the last that was looked at."""
    column, down = _ORDER[sort]
    asked = {"id", column} | {one for one in _EXACT if getattr(chosen, one)} | ({"owner_id"} if chosen.owner else set())
    parts: list[Any] = [part.values(*sorted(asked)) for part in _parts(person, name, sort, place, chosen.slug, values)]
    order = _order_of(column, down=down)
    found = that_fit(parts, _fits(chosen, person), order, look)
    return _shown(found, name, person).order_by(*order, F("is_end").asc())[: look.page + 1 + len(parts)]


#: Of a filter's value the words say nothing: few wordings.
_FOUND: Question[Any] = Question(_found, planned=True)


def _firsts(parts: list[QuerySet[Ticket]], most: int) -> QuerySet[Ticket]:
    """The first `most` of each part, chosen inside the statement: ids written out took longer to send and to plan
    than to find. What is shown with a row is joined to these only."""
    chosen = [part.values("pk")[:most] for part in parts]
    return Ticket.objects.filter(pk__in=chosen[0] if len(chosen) == 1 else chosen[0].union(*chosen[1:], all=True))


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
    return tickets.order_by(*_order_of(column, down=down))


def _order_of(column: str, *, down: bool) -> tuple[Any, Any]:
    return (F(column).desc(), F("pk").desc()) if down else (F(column).asc(), F("pk").asc())


#: What a filter of the same name says exactly.
_EXACT: Final = ("kind_id", "team_id", "channel", "status", "priority")


def _filtered(tickets: QuerySet[Ticket], filters: Filters, person: Person) -> QuerySet[Ticket]:
    return tickets.filter(_fits(filters, person))


def _fits(filters: Filters, person: Person) -> Q:
    found = Q(**{column: value for column in _EXACT if (value := getattr(filters, column))})
    if filters.tag:
        here = [place.organisation.pk for place in person.serving]
        tagged = TicketTag.objects.filter(tag__organisation__in=here, tag__folded=fold(filters.tag)[:LONGEST])
        found &= Q(pk__in=tagged.values("ticket_id"))
    if filters.owner == ME:
        found &= Q(owner_id__in=sorted(person.membership_ids))
    elif filters.owner == NOBODY:
        found &= Q(owner_id__isnull=True)
    elif filters.owner.isascii() and filters.owner.isdigit() and len(filters.owner) < 16:
        found &= Q(owner_id=int(filters.owner))
    return found or Q(pk__isnull=False)  # what was typed says nothing


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


def _key(instant: datetime | None, pk: int) -> str:
    return f"{(instant or _FAR).isoformat()}|{pk}"


def _parse(after: str) -> tuple[datetime, int] | None:
    instant, _, last = after.partition("|")
    try:
        moment = datetime.fromisoformat(instant)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC), int(last))
    except ValueError:
        return None

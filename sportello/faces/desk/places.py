"""Which list somebody is working through, with its order and filters: it travels in the address, nowhere else.

A ticket opened from a list carries the same words, so that the list stays beside it and "back" keeps the place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from sportello.records.tickets.models.tag import LONGEST
from sportello.records.tickets.queries import LISTS, SORTS, Filters
from sportello.records.tickets.queries.lists import ME, NOBODY

#: The order in which a list is most useful when nobody chose one.
_DEFAULT_SORT = {"waiting": "oldest_waiting", "customer": "newest", "mentioned": "newest", "all": "newest"}
#: What the second line of a row may show, and what it shows when nobody chose.
COLUMNS = ("kind", "channel", "organisation", "number", "status", "team", "owner", "opened", "waiting")
COLUMNS_SHOWN = ("kind", "channel", "organisation", "number")


@dataclass(frozen=True)
class ListPlace:
    name: str
    sort: str
    filters: Filters
    after: str = ""
    further: bool = False
    #: The facts each row shows, in their order.
    columns: tuple[str, ...] = COLUMNS_SHOWN

    def __hash__(self) -> int:
        """Asked for by each row of a list: once is enough."""
        known: int | None = vars(self).get("_hash")
        if known is None:
            said = self.name, self.sort, self.filters, self.after, self.further, self.columns
            known = vars(self)["_hash"] = hash(said)
        return known

    # one for all who look at the same list (`place_from`): its addresses are made once

    @cached_property
    def url(self) -> str:
        """The page of this list."""
        return self._with(_address(self.name), self._words())

    @property
    def fragment_url(self) -> str:
        """The rows alone, for the pane beside a ticket."""
        return self._with(_address(self.name), {**self._words(), "fragment": "pane"})

    def ticket_url(self, slug: str, number: str) -> str:
        """A ticket opened from here."""
        words = {**self._words(), "list": self.name}
        return self._with(_way("desk:ticket", ())(slug, number), words)

    def beside_url(self, slug: str, number: str, where: str) -> str:
        """The ticket after (`next`) or before (`previous`) one opened from here."""
        words = {**self._words(), "list": self.name}
        return self._with(_way("desk:beside", (where,))(slug, number), words)

    def next_page(self, after: str) -> str:
        return replace(self, after=after).url if after else ""

    @cached_property
    def first_page(self) -> str:
        return replace(self, after="", further=False).url

    @cached_property
    def further_back(self) -> str:
        return replace(self, further=True).url

    @cached_property
    def plain(self) -> str:
        """The same list without filters."""
        return replace(self, filters=Filters(), after="", further=False).url

    @cached_property
    def sorted_by(self) -> dict[str, str]:
        """The same in each of the orders there are."""
        return {sort: replace(self, sort=sort, after="").url for sort in SORTS}

    @cached_property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The same for the fields of a form."""
        return tuple(replace(self, after="", further=False)._words().items())

    @cached_property
    def words(self) -> str:
        """Order, filters and columns as a saved view keeps them: the part of an address after the question mark."""
        return urlencode(replace(self, after="", further=False)._words())

    @property
    def keeper(self) -> str:
        """Under which name the browser keeps this list's scroll."""
        return f"list:{self.name}:{self.sort}:{self.after}"

    def _words(self) -> dict[str, str]:
        chosen = self.filters
        words = {
            "sort": self.sort if self.sort != _DEFAULT_SORT.get(self.name, "due") else "",
            "after": self.after,
            "org": chosen.slug,
            "kind": str(chosen.kind_id or ""),
            "team": str(chosen.team_id or ""),
            "channel": chosen.channel,
            "status": chosen.status,
            "priority": str(chosen.priority or ""),
            "owner": chosen.owner,
            "tag": chosen.tag,
            "columns": ",".join(self.columns) if self.columns != COLUMNS_SHOWN else "",
            "further": "1" if self.further else "",
        }
        return {name: value for name, value in words.items() if value}

    @staticmethod
    def _with(address: str, words: dict[str, str]) -> str:
        return f"{address}?{urlencode(words)}" if words else address


@cache
def _way(name: str, rest: tuple[str, ...]) -> Callable[[str, str], str]:
    """The address of a ticket's page by its organisation and number, looked up once: both are made of letters, digits
    and hyphens, which stand in an address as they are."""
    slug, number = "an-organisation", "2000-0000000"
    before, _slug, behind = reverse(name, args=[slug, number, *rest]).partition(slug)
    between, _number, after = behind.partition(number)
    return lambda slug, number: f"{before}{slug}{between}{number}{after}"


@cache
def _address(name: str) -> str:
    return reverse("desk:list", args=[name])


def place_from(asked: QueryDict, name: str = "") -> ListPlace:
    """The place an address names; anything unknown in it falls back quietly."""
    chosen = name or asked.get("list", "")
    chosen = chosen if chosen in LISTS else LISTS[0]
    sort = asked.get("sort", "")
    found = ListPlace(
        chosen,
        sort if sort in SORTS else _DEFAULT_SORT.get(chosen, SORTS[0]),
        Filters(
            slug=asked.get("org", ""),
            kind_id=_number(asked.get("kind", "")),
            team_id=_number(asked.get("team", "")),
            channel=asked.get("channel", ""),
            status=asked.get("status", ""),
            priority=_number(asked.get("priority", "")),
            owner=_owner(asked.get("owner", "")),
            tag=asked.get("tag", "").strip()[:LONGEST],
        ),
        asked.get("after", ""),
        asked.get("further", "") == "1",
        _columns(asked.getlist("columns")),
    )
    return _same(found)


@lru_cache(1_000)
def _same(place: ListPlace) -> ListPlace:
    """The first that was equal to it: what is drawn by a place is then found again without a look into it."""
    return place


def _owner(typed: str) -> str:
    return typed if typed in (ME, NOBODY) or _number(typed) else ""


def _columns(typed: list[str]) -> tuple[str, ...]:
    """From an address (`kind,number`) or from boxes that were ticked."""
    asked = {name for part in typed for name in part.split(",")}
    return tuple(name for name in COLUMNS if name in asked) or COLUMNS_SHOWN


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None

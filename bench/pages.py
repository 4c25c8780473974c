"""Which pages are measured, and with what: chosen from what the fill made, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote

from django.db import connection

from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import LISTS
from tests.cast import Cast


@dataclass(frozen=True)
class Page:
    """`addresses` never ends; `budget` is the name in budgets.toml; `who` signs in."""

    name: str
    budget: str
    addresses: Callable[[], Iterator[str]]
    who: str = "Anna"


def pages(cast: Cast, long: Ticket) -> list[Page]:
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    rare, common = words(cast.borgo)
    newest = Ticket.objects.filter(organisation=cast.borgo).order_by("-moved_at")[800]
    after = quote(f"{newest.moved_at.isoformat()}|{newest.pk}")
    lists = [_same(f"list {name}", "list", f"/desk/lists/{name}/") for name in LISTS]
    return [
        *lists,
        _same("list all, page 21", "list", f"/desk/lists/all/?after={after}"),
        _same("list all, by due", "list", "/desk/lists/all/?sort=due"),
        _same("list all, of a kind", "list", f"/desk/lists/all/?org=borgo&kind={kind.pk}"),
        _same("list all, urgent, further", "list", "/desk/lists/all/?priority=4&further=1"),
        _same("list waiting, 2 organisations", "list", "/desk/lists/waiting/", "Hugo"),
        _same("list all, 2 organisations", "list", "/desk/lists/all/", "Hugo"),
        _same("list all, a specialist", "list", "/desk/lists/all/", "Dario"),
        Page("ticket, 6 entries", "ticket", lambda: cycle(address(one) for one in short(cast.borgo, "closed", 6))),
        _same(f"ticket, {long.last_position} entries", "ticket", address(long)),
        _same("context of a ticket", "", f"{address(long)}context/"),
        _same(f"search rare ({rare})", "", f"/desk/search/?q={quote(rare)}"),
        _same("search absent word", "", "/desk/search/?q=introvabilissimo"),
        _same(f"search common ({common})", "", f"/desk/search/?q={quote(common)}"),
        _same(f"search prefix ({rare[:3]})", "", f"/desk/search/?q={quote(rare[:3])}"),
        _same("search number", "", f"/desk/search/?q={long.number}"),
        _same(f"palette ({rare[:4]})", "", f"/desk/palette/?q={quote(rare[:4])}"),
    ]


def _same(name: str, budget: str, path: str, who: str = "Anna") -> Page:
    return Page(name, budget, lambda: cycle([path]), who)


def address(ticket: Ticket) -> str:
    return f"/desk/{ticket.organisation.slug}/tickets/{ticket.number}/"


def short(organisation: Organisation, status: str, entries: int, most: int = 200) -> list[Ticket]:
    """Ordinary tickets everybody of the house may open."""
    found = Ticket.objects.filter(
        organisation=organisation, status=status, sensitivity="normal", last_position=entries
    ).select_related("organisation")
    return list(found.order_by("-id")[:most])


def words(organisation: Organisation) -> tuple[str, str]:
    """A word of about one entry in 5,000, and one of about one in four."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat(%s) WHERE length(word) > 5 AND word ~ '^[a-z]+$'",
            [f"SELECT words FROM tickets_searchrow WHERE organisation_id = {organisation.pk} ORDER BY id LIMIT 40000"],
        )
        counted = sorted(cursor.fetchall(), key=lambda row: (row[1], row[0]))
        rows = max(count for _word, count in counted)
    rare = next(word for word, count in counted if count >= 8)
    common = next(word for word, count in reversed(counted) if count <= rows)
    return rare, common

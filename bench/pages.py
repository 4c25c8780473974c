"""Which pages are measured, and with what: chosen from what the load made, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote

from django.db.models import Count

from sportello.config.load.words import vocabulary
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.queries import LISTS
from tests.cast import Cast

#: Places in the vocabulary (word number r stands in about one entry of r / 7): said by many, some, hardly anybody.
COMMON, MIDDLING, RARE = 12, 1_500, 28_000


@dataclass(frozen=True)
class Page:
    """`addresses` never ends; `budget` is the name in budgets.toml; `who` signs in."""

    name: str
    budget: str
    addresses: Callable[[], Iterator[str]]
    who: str = "Anna"


def pages(cast: Cast) -> list[Page]:
    borgo = cast.borgo
    kind = Kind.objects.get(organisation=borgo, slug="complaint")
    newest = Ticket.objects.filter(organisation=borgo).order_by("-moved_at")[800]
    after = quote(f"{newest.moved_at.isoformat()}|{newest.pk}")
    long = longest(borgo)
    return [
        *(_same(f"list {name}", "list", f"/desk/lists/{name}/") for name in LISTS),
        _same("list all, newest", "list", "/desk/lists/all/?sort=newest"),
        _same("list all, newest, page 21", "list", f"/desk/lists/all/?sort=newest&after={after}"),
        _same("list all, opened", "list", "/desk/lists/all/?sort=opened"),
        _same("list all, of a kind", "list", f"/desk/lists/all/?org=borgo&kind={kind.pk}"),
        _same("list all, urgent", "list", "/desk/lists/all/?priority=4"),
        _same("list all, urgent, beyond its window", "list", "/desk/lists/all/?priority=4&further=1"),
        _same("list all, by phone, beyond its window", "list", "/desk/lists/all/?channel=phone&further=1"),
        _same("list waiting, 2 organisations", "list", "/desk/lists/waiting/", "Hugo"),
        _same("list all, 2 organisations", "list", "/desk/lists/all/", "Hugo"),
        _same("list all, a specialist", "list", "/desk/lists/all/", "Dario"),
        Page("ticket of 3 messages", "ticket", lambda: cycle(address(one) for one in short(borgo))),
        _same(f"ticket of {long.last_position} entries", "ticket", address(long)),
        _same("context of a ticket", "", f"{address(long)}context/"),
        _same("customer with many tickets", "", busiest(borgo)),
        *_searches(borgo, long),
    ]


def _searches(borgo: Organisation, long: Ticket) -> list[Page]:
    words = vocabulary("it")
    common, middling, rare = words[COMMON], words[MIDDLING], words[RARE]
    name = Customer.objects.filter(organisation=borgo).order_by("id")[500].name
    once = next(
        word for text in Message.objects.filter(text__contains=" ORD").order_by("id").values_list("text", flat=True)[:5]
        for word in text.replace(".", " ").split() if word.startswith("ORD")
    )  # fmt: skip

    def page(sort: str, typed: str, budget: str) -> Page:
        return _same(f"search {sort} ({typed})", budget, f"/desk/search/?q={quote(typed)}")

    return [
        page("once", once, "search_rare"), page("rare", rare, "search_rare"),
        page("absent", "introvabilissimo", "search_rare"), page("middling", middling, "search_common"),
        page("common", common, "search_common"), page("common and rare", f"{common} {rare}", "search_common"),
        page("prefix", rare[:4], "search_common"), page("prefix of 3", rare[:3], "search_common"),
        page("name", name, "search_common"), page("number", long.number, ""),
        _same(f"palette ({rare[:4]})", "", f"/desk/palette/?q={quote(rare[:4])}"),
    ]  # fmt: skip


def _same(name: str, budget: str, path: str, who: str = "Anna") -> Page:
    return Page(name, budget, lambda: cycle([path]), who)


def address(ticket: Ticket) -> str:
    return f"/desk/{ticket.organisation.slug}/tickets/{ticket.number}/"


def longest(organisation: Organisation) -> Ticket:
    found = Ticket.objects.select_related("organisation").filter(organisation=organisation)
    return found.order_by("-last_position").first() or found.get()


def busiest(organisation: Organisation) -> str:
    """The page of the customer with the most tickets."""
    found = Ticket.objects.filter(organisation=organisation).values("customer_id").annotate(n=Count("id"))
    customer = found.order_by("-n")[0]["customer_id"]
    return f"/desk/{organisation.slug}/customers/{customer}/"


def short(organisation: Organisation, most: int = 200) -> list[Ticket]:
    """Ordinary closed tickets everybody of the house may open: asked, answered, asked again, receipt and end."""
    found = Ticket.objects.filter(
        organisation=organisation, status="closed", sensitivity="normal", last_position__in=(7, 8)
    ).select_related("organisation")
    return list(found.order_by("-id")[:most])

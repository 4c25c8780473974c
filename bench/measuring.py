"""Times over HTTP from one client, one request after the other; then queries and bytes of the same pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.test import Client as InProcess

from sportello.records.tickets.models import Ticket
from tests.cast import PASSWORD, Cast

from . import inside
from .client import Client, compressed
from .inside import Inside
from .pages import Page, address

WARMING = 20
REPLY = "Gentile cliente,\n\nabbiamo controllato la sua richiesta e il rimborso arriva entro dieci giorni.\n\nSaluti"


@dataclass(frozen=True)
class Figure:
    """Milliseconds at three points, and what the page costs beside time. `size` in bytes, 0 where there is none."""

    name: str
    budget: str
    p50: float
    p95: float
    p99: float
    inside: Inside
    size: int
    #: Failed requests; their times are not counted.
    failed: int = 0


class Signed:
    """People who have signed in, once over HTTP and once in this process."""

    def __init__(self, base: str, cast: Cast) -> None:
        self.base, self.cast = base, cast
        self._over: dict[str, Client] = {}
        self._here: dict[str, InProcess] = {}

    def over(self, name: str) -> Client:
        if name not in self._over:
            self._over[name] = Client(self.base)
            self._over[name].sign_in(self.cast.users[name].email, PASSWORD)
        return self._over[name]

    def here(self, name: str) -> InProcess:
        if name not in self._here:
            self._here[name] = inside.client_of(self.cast.users[name])
        return self._here[name]


def page(signed: Signed, one: Page, requests: int) -> Figure:
    """Figures of a page; its first requests only warm it up."""
    client, times, size = signed.over(one.who), [], 0
    addresses = one.addresses()
    for path in islice(addresses, WARMING):
        client.first_hop(path)
    for path in islice(addresses, requests):
        hop = client.first_hop(path)
        times.append(hop.milliseconds)
        size = max(size, compressed(hop.content)) if hop.status == 200 else size
    here, path = signed.here(one.who), next(addresses)
    here.get(path)
    return figure(one.name, one.budget, times, inside.counted(lambda: here.get(path)), size)


def replies(signed: Signed, requests: int) -> Figure:
    """The composer's own form, posted to tickets that are open; the page after it is not in the time."""
    client, times, failed = signed.over("Anna"), [], 0
    waiting = iter(_answerable(signed, requests + WARMING + 2))
    for count, ticket in enumerate(islice(waiting, requests + WARMING)):
        form = client.get(address(ticket)).form("base_position")
        client.hops.clear()
        client.submit(form, {"text": REPLY, "then": "keep"})
        hop = client.hops[0]
        if hop.status not in (302, 303):
            failed += 1
        elif count >= WARMING:
            times.append(hop.milliseconds)
    here = signed.here("Anna")
    send: list[Callable[[], object]] = [_sender(here, ticket) for ticket in waiting]
    send[0]()
    return figure("reply (POST)", "reply", times, inside.counted(send[1]), 0, failed)


def _answerable(signed: Signed, most: int) -> Iterator[Ticket]:
    found = Ticket.objects.open().filter(organisation=signed.cast.borgo, sensitivity="normal", last_position__lt=20)
    rows = list(found.select_related("organisation").order_by("-id")[:most])
    if len(rows) < most:
        raise RuntimeError(f"only {len(rows)} open tickets to answer, {most} wanted: fill more, or ask for less")
    return iter(rows)


def _sender(here: InProcess, ticket: Ticket) -> Callable[[], object]:
    words = {"text": REPLY, "to": "", "cc": "", "then": "keep", "base_position": str(ticket.last_public_position)}

    def send() -> object:
        answer = here.post(f"{address(ticket)}replies/", words)
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"the reply was answered {answer.status_code}")
        return answer

    return send


def figure(name: str, budget: str, times: list[float], counted: Inside, size: int, failed: int = 0) -> Figure:
    ordered = sorted(times)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    return Figure(name, budget, at(0.5), at(0.95), at(0.99), counted, size, failed)



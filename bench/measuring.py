"""Times over HTTP, from one client that asks for one page after the other and from several at once; what the page cost
the web processes and the database; then queries and bytes of the same pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.test import Client as InProcess

from sportello.records.tickets.models import Ticket
from tests.cast import PASSWORD, Cast

from . import inside, plans
from .client import Client, compressed
from .pages import Page, address
from .results import Figure, Times
from .spent import database as of_database
from .spent import tree as of_tree

WARMING = 20
REPLY = "Gentile cliente,\n\nabbiamo controllato la sua richiesta e il rimborso arriva entro dieci giorni.\n\nSaluti"


@dataclass
class Signed:
    """People who have signed in, over HTTP (several times, where several ask at once) and in this process."""

    base: str
    cast: Cast
    home: Path
    web_pid: int
    _over: dict[tuple[str, int], Client] = field(default_factory=dict)
    _here: dict[str, InProcess] = field(default_factory=dict)

    def over(self, name: str, number: int = 0) -> Client:
        if (name, number) not in self._over:
            client = self._over[name, number] = Client(self.base)
            client.sign_in(self.cast.users[name].email, PASSWORD)
        return self._over[name, number]

    def here(self, name: str) -> InProcess:
        if name not in self._here:
            self._here[name] = inside.client_of(self.cast.users[name])
        return self._here[name]

    def spent(self) -> tuple[float, float]:
        """Milliseconds of processor of the web processes and of the database until now."""
        return of_tree(self.web_pid), of_database(self.home)


def page(signed: Signed, one: Page, requests: int, clients: int) -> Figure:
    """Figures of a page; its first requests only warm it up. `clients`: how many ask at once afterwards."""
    client, addresses = signed.over(one.who), one.addresses()
    for path in islice(addresses, WARMING):
        client.first_hop(path)
    size = 0
    hops: list[float] = []

    def ask() -> None:
        nonlocal size
        for path in islice(addresses, requests):
            hop = client.first_hop(path)
            hops.append(hop.milliseconds)
            size = max(size, len(hop.content)) if hop.status == 200 else size

    alone = _timed(signed, ask, hops)
    together = _together(signed, one, requests, clients) if clients > 1 else None
    here, path = signed.here(one.who), next(addresses)
    here.get(path)
    counted, plan = plans.of(lambda: here.get(path))
    size = compressed(client.first_hop(path).content) if size else 0
    return Figure(one.name, one.budget, alone, together, counted, size, plan)


def _together(signed: Signed, one: Page, requests: int, clients: int) -> Times:
    """`clients` at once, so many requests each that all make twice as many as one alone."""
    each, hops = max(1, requests * 2 // clients), [[] for _ in range(clients)]  # type: tuple[int, list[list[float]]]
    ready = [signed.over(one.who, number) for number in range(clients)]

    def ask(client: Client, into: list[float], skip: int) -> None:
        for path in islice(one.addresses(), skip, skip + each):
            into.append(client.first_hop(path).milliseconds)

    def all_ask() -> None:
        threads = [
            threading.Thread(target=ask, args=(client, into, number * 7))
            for number, (client, into) in enumerate(zip(ready, hops, strict=True))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        everything.extend(number for some in hops for number in some)

    everything: list[float] = []
    return _timed(signed, all_ask, everything)


def _timed(signed: Signed, act: Callable[[], None], hops: list[float]) -> Times:
    """Times of what `act` adds to `hops`."""
    web, database = signed.spent()
    began = time.perf_counter()
    act()
    wall = time.perf_counter() - began
    web_after, database_after = signed.spent()
    ordered, count = sorted(hops), max(1, len(hops))

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    spent = (web_after - web) / count, (database_after - database) / count
    return Times(at(0.5), at(0.95), at(0.99), len(hops) / wall, *spent)


def replies(signed: Signed, requests: int) -> Figure:
    """The composer's own form, posted to tickets that are open; the page after it is not in the time."""
    client, times, failed = signed.over("Anna"), [], 0  # type: tuple[Client, list[float], int]
    waiting = iter(_answerable(signed, requests + WARMING + 2))
    web, database = signed.spent()
    began = time.perf_counter()
    for count, ticket in enumerate(islice(waiting, requests + WARMING)):
        form = client.get(address(ticket)).form("base_position")
        client.hops.clear()
        client.submit(form, {"text": REPLY, "then": "keep"})
        hop = client.hops[0]
        if hop.status not in (302, 303):
            failed += 1
        elif count >= WARMING:
            times.append(hop.milliseconds)
    wall, (web_after, database_after) = time.perf_counter() - began, signed.spent()
    here = signed.here("Anna")
    send: list[Callable[[], object]] = [_sender(here, ticket) for ticket in waiting]
    send[0]()
    ordered, all_of = sorted(times), requests + WARMING
    points = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
    alone = Times(*points, all_of / wall, (web_after - web) / all_of, (database_after - database) / all_of)
    return Figure("reply (POST, its page before it)", "reply", alone, None, inside.counted(send[1]), 0, None, failed)


def _answerable(signed: Signed, most: int) -> Iterator[Ticket]:
    found = Ticket.objects.open().filter(organisation=signed.cast.borgo, sensitivity="normal", last_position__lt=20)
    rows = list(found.select_related("organisation").order_by("-id")[:most])
    if len(rows) < most:
        raise RuntimeError(f"only {len(rows)} open tickets to answer, {most} wanted: load more, or ask for less")
    return iter(rows)


def _sender(here: InProcess, ticket: Ticket) -> Callable[[], object]:
    words = {"text": REPLY, "to": "", "cc": "", "then": "keep", "base_position": str(ticket.last_public_position)}

    def send() -> object:
        answer = here.post(f"{address(ticket)}replies/", words)
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"the reply was answered {answer.status_code}")
        return answer

    return send

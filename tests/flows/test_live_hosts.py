"""Streams of two hosts on one database, as they run: any host serves any browser."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.waiting import wait_until

from .live_process import running
from .test_live import key_of, name_of, note, people, say, settled, topic  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_colleagues_at_two_hosts_see_each_other_and_what_happens(people: Cast) -> None:  # noqa: F811 - the fixture
    """Anna's browser is at one, Carla's at the other; then the one is stopped."""
    with running() as second, running(second.page_port) as first:
        ticket = settled(first, people)
        anna, carla = key_of(people, "Anna"), key_of(people, "Carla")
        first.listen(anna, "lists", topic(ticket))
        hers = second.listen(carla, "lists", topic(ticket))
        assert say(first, anna, topic=topic(ticket), doing="replying", tab="a")[0] == 200
        told = hers.hears("presence", ticket=name_of(ticket))
        assert told["who"] == [[people.users["Anna"].name, "replying"]]
        note(people, ticket)
        hers.hears("ticket", ticket=name_of(ticket), version=ticket.version)
        first.hang_up()
        first.process.terminate()
        wait_until(lambda: hers.of("presence")[-1]["who"] == [], say="who was at a host that has gone was still named")

"""What waits for one browser: bounded, in order, nothing twice, nothing after the end."""

from __future__ import annotations

import asyncio

from sportello.foundation.journal.reader import Position
from sportello.foundation.live import subscriber as room
from sportello.foundation.live import wire
from sportello.foundation.live.page import saying
from sportello.foundation.live.positions import order, parse, text
from sportello.foundation.live.subscriber import Parcel, Subscriber


def at(event_id: int) -> Position:
    return Position(1, str(event_id), event_id)


def anybody() -> Subscriber:
    return Subscriber(viewer=None, user_id=1, session_key="k", rights="", topics=("lists",))


def parcel(event_id: int, *events: str) -> Parcel:
    return Parcel(at(event_id), tuple(saying(name) for name in events or ("lists",)))


def test_a_browser_that_does_not_keep_up_is_told_to_reload_and_let_go() -> None:
    async def story() -> None:
        slow = anybody()
        kept = [slow.put(parcel(n)) for n in range(1, room.ROOM + 2)]
        assert kept == [True] * room.ROOM + [False]
        assert slow.over
        assert slow.last_words == saying("reload")
        assert await slow.take(0.01) == []  # what waited is dropped: it asks everything again
        assert slow.put(parcel(999))  # and costs nothing any more

    asyncio.run(story())


def test_what_waits_comes_in_order_and_moves_the_place_on() -> None:
    async def story() -> None:
        one = anybody()
        one.put(parcel(3))
        one.put(parcel(5))
        assert [got.position.event_id for got in await one.take(1)] == [3, 5]
        assert one.reached == at(5)
        assert await one.take(0.01) == []

    asyncio.run(story())


def test_what_was_read_while_catching_up_is_not_told_again() -> None:
    async def story() -> None:
        one = anybody()
        one.put(parcel(3))
        one.catch_up(at(4))
        one.put(parcel(4))
        one.put(parcel(6))
        assert [got.position.event_id for got in await one.take(1)] == [6]

    asyncio.run(story())


def test_whose_rights_are_gone_hears_nothing_that_still_waited() -> None:
    async def story() -> None:
        one = anybody()
        one.put(parcel(3))
        one.end(saying("bye", why="rights"))
        one.end(saying("other"))
        assert await one.take(1) == []
        assert one.last_words == saying("bye", why="rights")

    asyncio.run(story())


def test_only_the_last_event_of_a_parcel_says_the_place() -> None:
    """A line lost between the two must come back before both."""
    sent = wire.parcels([parcel(7, "ticket", "lists"), parcel(9)]).decode()
    blocks = sent.strip().split("\n\n")
    assert ["id:" in block for block in blocks] == [False, True, True]
    assert "id: 1:9:9" in blocks[2]


def test_places_sort_by_number_and_survive_the_wire() -> None:
    early, late = Position(1, "999", 5), Position(1, "1000", 4)
    assert order(early) < order(late)
    assert parse(text(late)) == late

"""Whoever goes is noticed, by servers that call back and by those that can only be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sportello.foundation.live.audience import Audience
from sportello.foundation.live.stream import Line
from sportello.foundation.live.subscriber import Subscriber


async def turns() -> None:
    """So many of the loop that whatever is ready has been done, however long the machine takes for each."""
    for _ in range(20):
        await asyncio.sleep(0)


Messages = asyncio.Queue[dict[str, Any]]


def awaited(messages: Messages) -> Callable[[], Awaitable[dict[str, Any]]]:
    return messages.get


def calls_back(messages: Messages) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: asyncio.ensure_future(messages.get())


@pytest.mark.parametrize("server", [awaited, calls_back])
def test_a_browser_that_goes_ends_its_stream(server: Callable[[Messages], Any]) -> None:
    async def story() -> tuple[bool, bool]:
        messages: Messages = asyncio.Queue()
        subscriber = Subscriber(viewer=None, user_id=1, session_key="k", rights="", topics=("lists",))
        Line(server(messages), subscriber, Audience())
        messages.put_nowait({"type": "http.request"})
        await turns()
        before = subscriber.over
        messages.put_nowait({"type": "http.disconnect"})
        await turns()
        return before, subscriber.over

    assert asyncio.run(story()) == (False, True)


@pytest.mark.parametrize("server", [awaited, calls_back])
def test_when_the_stream_has_ended_nobody_asks_any_more(server: Callable[[Messages], Any]) -> None:
    async def story() -> tuple[bool, int]:
        messages: Messages = asyncio.Queue()
        subscriber = Subscriber(viewer=None, user_id=1, session_key="k", rights="", topics=("lists",))
        line = Line(server(messages), subscriber, Audience())
        await turns()
        line.let_go()
        await turns()
        messages.put_nowait({"type": "http.disconnect"})
        await turns()
        return subscriber.over, messages.qsize()

    assert asyncio.run(story()) == (False, 1), "what was waiting has been called off"

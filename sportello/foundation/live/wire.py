"""How it looks on the wire: event stream, one JSON answer, plain refusals."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

from sportello.foundation.journal.reader import Position

from .page import Saying
from .positions import text
from .subscriber import Parcel

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: How long a browser that does not run our module waits before it comes back, in milliseconds.
RETRY = b"retry: 2000\n\n"


def event(told: Saying, position: Position | None = None) -> bytes:
    """One event; `position` only where everything before it has been told, for a browser comes back from there."""
    at = f"id: {text(position)}\n" if position is not None else ""
    return f"event: {told.event}\n{at}data: {told.data}\n\n".encode()


def parcels(taken: Iterable[Parcel]) -> bytes:
    """Parcels as events; the last of each carries the position. Each is written once, for however many it goes to."""
    return b"".join(parcel.written or _written(parcel) for parcel in taken)


def _written(parcel: Parcel) -> bytes:
    last = len(parcel.sayings)
    parcel.written = b"".join(
        event(told, parcel.position if number == last else None) for number, told in enumerate(parcel.sayings, 1)
    )
    return parcel.written


def answer(taken: Iterable[Saying], position: Position) -> bytes:
    """`{"at": position, "events": [{"event": name, "data": {…}}]}`."""
    told = ",".join(f'{{"event":{json.dumps(one.event)},"data":{one.data}}}' for one in taken)
    return f'{{"at":"{text(position)}","events":[{told}]}}'.encode()


def cors(origin: str) -> list[tuple[bytes, bytes]]:
    """The answer depends on who asks, also when nobody did: a cache must not mix them."""
    headers = [(b"vary", b"Origin, Cookie"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
        ]
    return headers


async def begin_stream(send: Send, origin: str) -> None:
    headers = [
        *cors(origin),
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


def spread(least: float, most: float) -> float:
    """A number between the two: what must not happen to thousands in one moment."""
    return random.uniform(least, most)  # noqa: S311 - no secret depends on it


def soon(seconds: float) -> tuple[bytes, bytes]:
    """When to come back: not all in the same moment."""
    return b"retry-after", str(max(1, round(seconds * spread(0.75, 1.25)))).encode()


async def more(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def finish(send: Send, body: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def whole(send: Send, status: int, body: bytes, kind: str, origin: str, *extra: tuple[bytes, bytes]) -> None:
    headers = [*cors(origin), (b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await finish(send, body)


async def refuse(send: Send, status: HTTPStatus, origin: str = "", *extra: tuple[bytes, bytes]) -> None:
    """A plain word: whoever reads it is a program, or a person with a tool."""
    await whole(send, status, status.phrase.encode(), "text/plain; charset=utf-8", origin, *extra)


async def body(receive: Receive, most: int) -> bytes:
    """The body of a request; what is longer than `most` bytes comes back empty."""
    read: bytes = b""
    while True:
        message = await receive()
        read += message.get("body", b"")
        if message["type"] == "http.disconnect" or len(read) > most:
            return b""
        if not message.get("more_body"):
            return read

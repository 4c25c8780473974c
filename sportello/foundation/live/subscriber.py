"""One open stream: what it hears of, and what waits to be sent to it.

There are thousands: each holds as little as it can, and waits without a task of its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sportello.foundation.journal.reader import Position

from .page import Saying, saying
from .positions import later, order

#: So many parcels may wait for a slow browser; then it is told to ask everything again, and let go.
ROOM = 100


@dataclass(slots=True)
class Parcel:
    """What one window brought one subscriber, or many who hear the same: it is written once for all of them (`wire`).
    `position` is where to go on from once it has arrived."""

    position: Position
    sayings: tuple[Saying, ...]
    #: As it goes over the wire, from when it was first sent.
    written: bytes = field(default=b"", compare=False, repr=False)


@dataclass(eq=False, slots=True)
class Subscriber:
    """A viewer and their topics. Its methods run in the event loop; the hub's thread only reads its fields."""

    viewer: Any
    user_id: int
    session_key: str
    #: The viewer's rights when they were admitted.
    rights: str
    topics: tuple[str, ...]
    #: `time.monotonic()` before the rights were read.
    asked_at: float = 0.0
    #: Everything up to here has been put in the queue or was not for this viewer; the hub may know of a later place.
    reached: Position = field(default_factory=lambda: Position(0))
    #: Told while catching up.
    floor: Position = field(default_factory=lambda: Position(0))
    over: bool = False
    last_words: Saying | None = None
    #: Since when the browser has not taken what was sent; 0 while nothing is under way. And the task that sends it.
    sending_since: float = 0.0
    task: asyncio.Task[Any] | None = None
    _waiting: deque[Parcel] | None = None
    _ready: asyncio.Future[None] | None = None
    _enough: asyncio.TimerHandle | None = None

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    def put(self, parcel: Parcel) -> bool:
        """Queue a parcel; False when that was one too many and the stream ends with `reload`."""
        if self.over or order(parcel.position) <= order(self.floor):
            return True
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= ROOM:
            self.end(saying("reload"))
            return False
        self._waiting.append(parcel)
        self._wake()
        return True

    def put_aside(self, told: Saying, reached: Position) -> None:
        """Queue what no journal knows, without moving on; dropped when the queue is full, for it will be said again.
        `reached`: all before it has been put in the queue."""
        if self._waiting is None:
            self._waiting = deque()
        if not self.over and len(self._waiting) < ROOM:
            at = self._waiting[-1].position if self._waiting else later(self.reached, reached)
            self._waiting.append(Parcel(at, (told,)))
            self._wake()

    def end(self, last_words: Saying | None = None) -> None:
        """Nothing more is sent but `last_words`: what still waits may no longer be theirs to hear."""
        if not self.over:
            self.over, self.last_words = True, last_words
            self._waiting = None
        self._wake()

    def catch_up(self, position: Position) -> None:
        """What came before has been read up to `position`; what waits of that would be told twice."""
        self.floor = position
        if self._waiting:
            self._waiting = deque(one for one in self._waiting if order(one.position) > order(position))
        self.reached = later(self.reached, position)

    def coming(self, seconds: float) -> asyncio.Future[None]:
        """To be awaited: done when something has come, when the stream is over, or after so long; then `taken`. Not a
        coroutine: while it waits, and it waits nearly always, one more would be a part of what an idle stream takes."""
        loop = asyncio.get_running_loop()
        ready = self._ready = loop.create_future()
        if self._waiting or self.over:
            ready.set_result(None)
        else:
            self._enough = loop.call_later(seconds, self._wake)
        return ready

    def taken(self) -> list[Parcel]:
        """What has come; empty when nothing came or the stream is over."""
        if self._enough is not None:
            self._enough.cancel()
        self._ready = self._enough = None
        taken = list(self._waiting or ())
        self._waiting = None  # an empty queue takes as much room as all the rest of a stream that is idle
        if taken:
            self.reached = later(self.reached, taken[-1].position)
        return taken

    async def take(self, seconds: float) -> list[Parcel]:
        """`coming` and `taken`."""
        await self.coming(seconds)
        return self.taken()

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

"""One open stream: what it hears of, and what waits to be sent to it."""

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


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one window brought one subscriber; `position` is where to go on from once it has arrived."""

    position: Position
    sayings: tuple[Saying, ...]


@dataclass(eq=False)
class Subscriber:
    """A viewer and their topics. Its methods run in the event loop; the hub's thread only reads its fields."""

    viewer: Any
    user_id: int
    session_key: str
    #: The viewer's rights when they were admitted.
    rights: str
    topics: set[str]
    #: `time.monotonic()` before the rights were read.
    asked_at: float = 0.0
    #: Everything up to here has been put in the queue or was not for this viewer.
    reached: Position = field(default_factory=lambda: Position(0))
    #: Told while catching up.
    floor: Position = field(default_factory=lambda: Position(0))
    over: bool = False
    last_words: Saying | None = None
    _waiting: deque[Parcel] = field(default_factory=deque)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    def put(self, parcel: Parcel) -> bool:
        """Queue a parcel; False when that was one too many and the stream ends with `reload`."""
        if self.over or order(parcel.position) <= order(self.floor):
            return True
        if len(self._waiting) >= ROOM:
            self.end(saying("reload"))
            return False
        self._waiting.append(parcel)
        self._ready.set()
        return True

    def put_aside(self, told: Saying) -> None:
        """Queue what no journal knows, without moving on; dropped when the queue is full, for it will be said again."""
        if not self.over and len(self._waiting) < ROOM:
            at = self._waiting[-1].position if self._waiting else self.reached
            self._waiting.append(Parcel(at, (told,)))
            self._ready.set()

    def end(self, last_words: Saying | None = None) -> None:
        """Nothing more is sent but `last_words`: what still waits may no longer be theirs to hear."""
        if not self.over:
            self.over, self.last_words = True, last_words
            self._waiting.clear()
        self._ready.set()

    def catch_up(self, position: Position) -> None:
        """What came before has been read up to `position`; what waits of that would be told twice."""
        self.floor = position
        self._waiting = deque(one for one in self._waiting if order(one.position) > order(position))
        self.reached = later(self.reached, position)

    async def take(self, seconds: float) -> list[Parcel]:
        """What has come, waiting for it at most so long; empty when nothing came or the stream is over."""
        if not self._waiting and not self.over:
            try:
                await asyncio.wait_for(self._ready.wait(), seconds)
            except TimeoutError:
                return []
        self._ready.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        for parcel in taken:
            self.reached = later(self.reached, parcel.position)
        return taken

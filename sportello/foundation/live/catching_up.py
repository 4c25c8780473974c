"""What subscribers missed: the same events, merged and decided in the same way, from where their browsers were.

Coming back and listening on are one path: who joins hears from their position to the end of what the hub has read,
while what happens meanwhile is put in their queue. A change may be told twice where the two meet; none is left out.

The hub remembers the last `FAR` events. Thousands who come back in one moment were nearly all at the same few places:
what happened after each place is asked of the database once for all of them, as it is now.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sportello.foundation.journal.reader import Position, Read, current_epoch, head

from .page import Change, Page, Saying, Topic, merged, saying
from .positions import order
from .subscriber import Parcel, Subscriber

#: Who missed more asks everything again: cheaper than hearing of each.
FAR = 2_000


@dataclass(frozen=True)
class Recent:
    """The last events the hub has read: those after `begins`, oldest first, up to `ends`."""

    begins: Position
    ends: Position
    events: Sequence[Read]


class Memory:
    """The last `FAR` events; `events` to begin with are the last of the journal of this epoch, as many at most."""

    def __init__(self, epoch: int = 0, events: Sequence[Read] = ()) -> None:
        self._events: deque[Read] = deque(maxlen=FAR)
        # fewer than were asked for are all there are
        self._begins = Position(epoch) if len(events) < FAR else events[0].position
        self._events.extend(events[1:] if len(events) == FAR else events)

    def add(self, events: Sequence[Read]) -> None:
        over = len(self._events) + len(events) - FAR
        if over > 0:
            self._begins = [*self._events, *events][over - 1].position
        self._events.extend(events)

    def recent(self, ends: Position) -> Recent:
        events = tuple(self._events)
        return Recent(self._begins, events[-1].position if events else ends, events)


def missed(page: Page, recent: Recent, joined: Sequence[tuple[Subscriber, Position]]) -> list[Parcel]:
    """For each subscriber, who has joined already, one parcel with what came after their position: `resync` when that
    lies too far back or in another journal, perhaps no sayings. Its position is where to go on. A few queries for
    all of them."""
    places = {since for _, since in joined}
    beyond = _beyond(places, recent)
    keys = [order(event.position) for event in recent.events]
    changes = {
        since: merged(recent.events[bisect_right(keys, order(since)) :], page.verbs)
        for since in places
        if order(recent.begins) <= order(since) <= order(recent.ends)
    }
    told = {since: _Told(feeding) for since, feeding in _feeding(page, changes).items()}
    again = Parcel(recent.ends, (saying("resync"),))
    parcels = []
    for subscriber, since in joined:
        if since in told:
            parcels.append(told[since].to(subscriber, recent.ends))
        else:
            parcels.append(Parcel(since, ()) if since in beyond else again)
    return parcels


def _beyond(places: set[Position], recent: Recent) -> set[Position]:
    """Places in this journal that the hub itself has not reached yet: what follows them it will tell."""
    after = {since for since in places if order(since) > order(recent.ends)}
    if not after:
        return set()
    epoch, last = current_epoch(), head()
    return {since for since in after if since.epoch == epoch == recent.ends.epoch and order(since) <= order(last)}


def _feeding(
    page: Page, changes: dict[Position, list[Change]]
) -> dict[Position, dict[str, list[tuple[Topic, Any]]]]:
    """Place → topic → what feeds it, of all places asked of the database together."""
    every = [change for those in changes.values() for change in those]
    abouts = iter(page.gather(every) if every else ())
    return {since: page.heard_by([next(abouts) for _ in those]) for since, those in changes.items()}


class _Told:
    """What those who were at one place hear; who hears the same gets the same parcel."""

    def __init__(self, feeding: dict[str, list[tuple[Topic, Any]]]) -> None:
        self._feeding = feeding
        self._parcels: dict[tuple[int, ...], Parcel] = {}

    def to(self, subscriber: Subscriber, position: Position) -> Parcel:
        sayings: list[Saying] = []
        for name in sorted(subscriber.topics & self._feeding.keys()):
            for topic, about in self._feeding[name]:
                told = topic.tell(subscriber.viewer, about)
                if told is not None:
                    sayings.append(told)
        key = tuple(map(id, sayings))
        if key not in self._parcels:
            self._parcels[key] = Parcel(position, tuple(sayings))
        return self._parcels[key]

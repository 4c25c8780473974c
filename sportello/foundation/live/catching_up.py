"""What a subscriber missed: the same events, merged and decided in the same way, from where their browser was.

Coming back and listening on are one path: who joins reads from their position to the end of the journal, while what
happens meanwhile is put in their queue. A change may be told twice where the two meet; none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sportello.foundation.journal.reader import Position, current_epoch, head, read_after

from .page import Page, Saying, merged, saying
from .positions import order
from .subscriber import Parcel, Subscriber

READ_AT_ONCE = 500
#: Who missed more asks everything again: cheaper than hearing of each.
FAR = 2_000


def missed(page: Page, subscriber: Subscriber, since: Position, known: Position) -> Iterator[Parcel]:
    """Parcels after `since`, oldest first; one `resync` when that lies too far back or in another journal.

    `known` is a place this journal surely has. Asks the database. Always yields at least one parcel, perhaps
    without sayings: its position is where to go on.
    """
    if not _is_here(since, known):
        yield Parcel(head(), (saying("resync"),))
        return
    read = 0
    while True:
        events = read_after(since, READ_AT_ONCE)
        read += len(events)
        if read > FAR:
            yield Parcel(head(), (saying("resync"),))
            return
        since = events[-1].position if events else since
        changes = merged(events, page.verbs)
        yield Parcel(since, tuple(_told(page, subscriber, page.gather(changes) if changes else ())))
        if len(events) < READ_AT_ONCE:
            return


def _is_here(since: Position, known: Position) -> bool:
    """Whether `since` lies in this journal: not in one restored over, not beyond its end."""
    if since.epoch == known.epoch and order(since) <= order(known):
        return True
    return since.epoch == current_epoch() and order(since) <= order(head())


def _told(page: Page, subscriber: Subscriber, abouts: Sequence[Any]) -> Iterator[Saying]:
    for about in abouts:
        for topic in page.topics:
            if topic.name(about) in subscriber.topics:
                told = topic.tell(subscriber.viewer, about)
                if told is not None:
                    yield told

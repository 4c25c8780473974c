"""The one reader of the journal in a process, and who listens.

A thread of its own polls with a connection of its own; what it finds is gathered for a moment, merged by subject,
decided for every subscriber and handed to the event loop. A database that is away is waited for.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.sessions.models import Session
from django.db import DatabaseError, InterfaceError, connection

from sportello.foundation.journal.reader import (
    Position,
    Read,
    current_epoch,
    head,
    read_after,
    read_before,
    settled_below,
)
from sportello.foundation.tenancy.clock import server_now

from .audience import Audience
from .catching_up import FAR, Memory, Recent
from .page import Page, Saying, merged, saying
from .positions import later
from .presence import Presence
from .rounds import Round
from .subscriber import Parcel, Subscriber

log = logging.getLogger(__name__)

POLL = 0.05
#: The same where nobody listens: who comes wakes the reader (`be_current`), and hears again of what is so old at most.
POLL_ALONE = 0.25
#: Changes of one subject within this time are one: an answer that also closes is one refetch, not four.
WINDOW = 0.05
#: Telling thousands takes its time: so many times as long passes before the next telling, most of it for others.
BREATH = 3.0
LONGEST_WINDOW = 1.0
READ_AT_ONCE = 500
#: So many changes may be gathered before they go out whatever the window says.
GATHER = 2_000
RECHECK = 30.0
#: Streams are looked at in so many parts, of so many at least: asking for thousands at once would be felt by all.
RECHECK_PARTS = 10
RECHECK_AT_ONCE = 500
LOOK_AT_EPOCH = 2.0
REPORT = 5.0
LOOK_FOR_LAPSED = 5.0
LOOK_AT_CLOCK = 20.0
LONGEST_PAUSE = 2.0
#: A page says how long ago it was asked for; so far back its stream can begin.
REMEMBERED = 60.0

Parcels = list[tuple[Subscriber, Parcel]]


class Hub(Audience):
    """Subscribers join and leave from any thread; what is between is the hub's own, what is sent the event loop's."""

    def __init__(
        self, page: Page, *, recheck: float = RECHECK, report: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        super().__init__()
        self.page = page
        self.presence = Presence(page)
        self.ready = threading.Event()
        #: Everything up to here has been handed out.
        self.position = Position(0)
        self._read_to: Position | None = None
        self._pending: list[Read] = []
        self._window_ends = 0.0
        self._past: deque[tuple[float, Position]] = deque()
        self._memory = Memory()
        #: Below this transaction everything has been read: as long as it is the oldest running one, nothing is new.
        self._settled = ""
        #: Everything up to here is in the queues of whom it concerns.
        self.delivered = Position(0)
        self._delivering = False
        self._took = self._told_at = 0.0
        self._part = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = threading.Event()
        self._wake, self._current = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._report = report
        self._rounds = (
            Round(self._check_epoch, LOOK_AT_EPOCH),
            Round(self._check_some, recheck / RECHECK_PARTS),
            Round(self._tell_how, REPORT),
            Round(self._tell_lapsed, LOOK_FOR_LAPSED),
            Round(self._tell_moments, LOOK_AT_CLOCK),
        )
        self._counted = {"events": 0, "sent": 0, "dropped": 0, "cut": 0, "resyncs": 0}
        self._away_since = 0.0

    # ---- the process

    def start(self) -> None:
        """Begin to read. A second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; open streams are the server's to end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def stats(self) -> dict[str, Any]:
        """For `sportello status`: open streams, people behind them, what was sent; seconds without database."""
        listening = self.everybody()
        away = time.monotonic() - self._away_since if self._away_since else 0.0
        people = len({one.user_id for one in listening})
        counted = {**self._counted, "admitted": self.admitted}
        return {"open": len(listening), "people": people, "away_seconds": round(away, 1), **counted}

    # ---- subscribers

    def attend(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop the streams run in: what is told is handed over there."""
        self._loop = loop

    def be_current(self, seconds: float = 1.0) -> None:
        """Before the first comes: what happened while nobody listened is read, and no news to them."""
        if not self._subscribers and self._thread is not None:
            self._current.clear()
            self._wake.set()
            self._current.wait(seconds)

    def recent(self) -> Recent:
        """What has been read last: asked after joining, it and what is told later leave nothing out."""
        with self._lock:
            return self._memory.recent(self._read_to or self.position)

    def position_before(self, seconds: float) -> Position:
        """Where the journal stood so long ago; as far back as is remembered."""
        moment = time.monotonic() - seconds
        past = list(self._past)
        earliest = past[0][1] if past else self.position
        return next((position for at, position in reversed(past) if at <= moment), earliest)

    # ---- the thread

    def _run(self) -> None:
        pause = POLL
        while not self._stop.is_set():
            self._wake.wait(pause)
            self._wake.clear()
            try:
                self._step()
                self._current.set()
                pause = self._pause()
                self._away_since = 0.0
            except (DatabaseError, InterfaceError) as error:
                if not self._away_since:
                    self._away_since = time.monotonic()
                    log.warning("the live stream lost its database, waiting: %s", str(error).strip().split("\n")[0])
                connection.close()
                self._settled = ""
                pause = min(max(pause, POLL) * 2, LONGEST_PAUSE)
            except Exception:
                log.exception("the live stream stumbled")
                pause = LONGEST_PAUSE
        connection.close()

    def _pause(self) -> float:
        if self._pending:
            return max(0.01, min(POLL, self._window_ends - time.monotonic()))
        return POLL if self._subscribers else POLL_ALONE

    def _step(self) -> None:
        events = self._read()
        now = time.monotonic()
        if events:
            self._counted["events"] += len(events)
            self._cut_those_named(events)
            if not self._pending:
                self._window_ends = max(now + WINDOW, self._told_at + min(LONGEST_WINDOW, BREATH * self._took))
            self._pending += events
        is_due = now >= self._window_ends or len(self._pending) >= GATHER or not self._subscribers
        if self._pending and is_due and not self._delivering:
            self._flush()
        for one in self._rounds:
            one.go(now)

    def _read(self) -> list[Read]:
        """What is new. Where nobody writes this is one question that reads no table."""
        read_to = self._read_to or self._begin(head())
        settled = settled_below()
        if settled == self._settled:
            return []
        events = read_after(read_to, READ_AT_ONCE)
        if len(events) < READ_AT_ONCE:
            self._settled = settled
        if events:
            with self._lock:
                self._memory.add(events)
                self._read_to = events[-1].position
        return events

    def _begin(self, position: Position) -> Position:
        events = read_before(position, FAR)
        with self._lock:
            self._memory = Memory(position.epoch, events)
            self._read_to = self.position = self.delivered = position
        self._settled = ""
        self._past = deque([(time.monotonic(), position)])
        self.ready.set()
        return position

    def _flush(self) -> None:
        position = self._pending[-1].position
        try:
            parcels = self._parcels(position, self._pending)
        except (DatabaseError, InterfaceError):
            raise  # nothing was handed out: the same events again once the database is back
        except Exception:
            log.exception("what happened up to %s could not be told: everybody asks again", position)
            parcels = self._to_all(position, saying("resync"))
        self._pending = []
        self._hand_over(position, parcels)

    def _parcels(self, position: Position, events: Sequence[Read]) -> Parcels:
        """What every subscriber hears of these events; who hears the same gets the same parcel."""
        changes = merged(events, self.page.verbs)
        if not changes or not self._listening:
            return []
        feeding = self.page.heard_by(self.page.gather(changes))
        with self._lock:
            listening = {name: tuple(self._listening.get(name, ())) for name in feeding}
        gathered: dict[Subscriber, list[Saying]] = {}
        for name, those in feeding.items():
            listeners = listening[name]
            for topic, about in those:
                written: dict[int, Saying] = {}
                for subscriber in listeners:
                    told = topic.tell(subscriber.viewer, about)
                    if told is not None:
                        if told.asks:
                            told = written.setdefault(id(told), told.among(len(listeners)))
                        gathered.setdefault(subscriber, []).append(told)
        shared: dict[tuple[int, ...], Parcel] = {}
        return [
            (subscriber, shared.setdefault(tuple(map(id, told)), Parcel(position, tuple(told))))
            for subscriber, told in gathered.items()
        ]

    def _to_all(self, position: Position, told: Saying) -> Parcels:
        parcel = Parcel(position, (told,))
        with self._lock:
            self._counted["resyncs"] += len(self._subscribers)
            return [(subscriber, parcel) for subscriber in self._subscribers]

    def _hand_over(self, position: Position, parcels: Parcels) -> None:
        now = time.monotonic()
        self._past.append((now, position))
        while len(self._past) > 1 and self._past[1][0] < now - REMEMBERED:
            self._past.popleft()
        self.position = position
        self._delivering = True  # before: the loop may have done with it before this thread goes on
        if not self._in_loop(self._deliver, position, parcels):
            self._delivering = False

    def _in_loop(self, function: Callable[..., None], *arguments: Any) -> bool:
        """Whether there is a loop to do it in."""
        if self._loop is None or self._loop.is_closed():
            return False
        self._loop.call_soon_threadsafe(function, *arguments)
        return True

    def _tell_moments(self) -> None:
        """Instants that passed: told like changes, to lists; the journal and its positions stay as they are."""
        abouts = self.page.by_clock() if self.page.by_clock else ()
        for about in abouts:
            for topic in self.page.topics:
                with self._lock:
                    listeners = tuple(self._listening.get(topic.name(about), ()))
                for one in listeners:
                    told = topic.tell(one.viewer, about)
                    if told is not None:
                        self._in_loop(self._aside, one, told)

    def _tell_lapsed(self) -> None:
        for topic, about in self.presence.lapsed():
            self.tell_presence(topic, about)

    def tell_presence(self, topic: str, about: Any) -> None:
        """Who is at `topic`, to everybody who listens and may see what it is about."""
        names = {topic, *(one.name(about) for one in self.page.topics)}
        with self._lock:
            listeners = {one for name in names for one in self._listening.get(name, ())}
        for one in listeners:
            if self.page.may_hear is not None and self.page.may_hear(one.viewer, about):
                self._in_loop(self._aside, one, self.presence.telling(topic, one.user_id))

    # ---- back in the event loop

    def _deliver(self, position: Position, parcels: Parcels) -> None:
        began = time.monotonic()
        try:
            for subscriber, parcel in parcels:
                self._counted["sent"] += len(parcel.sayings)
                if not subscriber.put(parcel):
                    self._counted["dropped"] += 1
                for told in parcel.sayings:
                    if told.ends:
                        with self._lock:
                            subscriber.topics = tuple(one for one in subscriber.topics if one != told.ends)
                            self._forget(told.ends, subscriber)
            # after the parcels: whoever hears "reached" has been given all that lies before
            self.delivered = position
        finally:
            # its turn comes after all those who were woken here
            if self._loop is not None:
                self._loop.call_soon(self._told, began)

    def _told(self, began: float) -> None:
        self._told_at = time.monotonic()
        self._took = self._told_at - began
        self._delivering = False

    def _aside(self, subscriber: Subscriber, told: Saying) -> None:
        subscriber.put_aside(told, self.delivered)

    def reached(self, subscriber: Subscriber) -> Position:
        """The place a browser comes back from that has been sent all that waited for it."""
        return subscriber.reached if subscriber.has_waiting else later(subscriber.reached, self.delivered)

    def _end(self, subscribers: Iterable[Subscriber], why: str) -> None:
        for subscriber in subscribers:
            if not subscriber.over:
                self._counted["cut"] += 1
                subscriber.end(saying("bye", why=why))

    # ---- who may go on hearing

    def _cut_those_named(self, events: Iterable[Read]) -> None:
        users = {event.payload.get(self.page.cuts[event.verb]) for event in events if event.verb in self.page.cuts}
        if not users:
            return
        now = time.monotonic()
        with self._lock:
            self._cut_at = {user: at for user, at in self._cut_at.items() if at > now - REMEMBERED}
            self._cut_at |= dict.fromkeys((user for user in users if isinstance(user, int)), now)
            concerned = [one for one in self._subscribers if one.user_id in users]
        self._in_loop(self._end, concerned, "rights")

    def _check_some(self) -> None:
        """One part of those who listen, so that within `recheck` everybody's turn has come."""
        listening = self.everybody()
        parts = max(1, min(RECHECK_PARTS, len(listening) // RECHECK_AT_ONCE))
        self._part = (self._part + 1) % RECHECK_PARTS
        if self._part < parts:
            self._check_people([one for one in listening if one.user_id % parts == self._part])

    def _check_people(self, listening: Sequence[Subscriber] | None = None) -> None:
        """Sessions that ended, users switched off, rights changed in a way no event told: a few queries for all."""
        if listening is None:
            listening = self.everybody()
        if not listening:
            return
        keys = {one.session_key for one in listening}
        alive = set(
            Session.objects.filter(session_key__in=keys, expire_date__gt=server_now()).values_list("pk", flat=True)
        )
        rights = self.page.rights_now({one.user_id for one in listening})
        here = [one for one in listening if one.session_key in alive and one.user_id in rights]
        gone = [one for one in listening if one.session_key not in alive or one.user_id not in rights]
        self._in_loop(self._end, gone, "session")
        self._in_loop(self._end, [one for one in here if rights[one.user_id] != one.rights], "rights")

    def _check_epoch(self) -> None:
        """A restored backup begins a new epoch: its positions are others, what was shown may be gone."""
        epoch = current_epoch()
        if self._read_to is None or epoch == self._read_to.epoch:
            return
        position = head()
        self._pending = []
        self._begin(position)
        self._hand_over(position, self._to_all(position, saying("resync")))

    def _tell_how(self) -> None:
        if self._report is not None:
            self._report(self.stats())


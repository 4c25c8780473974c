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
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db import DatabaseError, InterfaceError, connection

from sportello.foundation.journal.reader import Position, Read, current_epoch, head, read_after
from sportello.foundation.tenancy.clock import server_now

from .page import Page, Saying, merged, saying
from .positions import later
from .presence import Presence
from .subscriber import Parcel, Subscriber

log = logging.getLogger(__name__)

POLL = 0.1
#: Changes of one subject within this time are one: an answer that also closes is one refetch, not four.
WINDOW = 0.15
READ_AT_ONCE = 500
#: So many changes may be gathered before they go out whatever the window says.
GATHER = 2_000
RECHECK = 30.0
LOOK_AT_EPOCH = 2.0
REPORT = 5.0
LOOK_FOR_LAPSED = 5.0
LOOK_AT_CLOCK = 20.0
LONGEST_PAUSE = 2.0
#: A page says how long ago it was asked for; so far back its stream can begin.
REMEMBERED = 60.0

Parcels = list[tuple[Subscriber, tuple[Saying, ...]]]


@dataclass
class Round:
    """Something the thread does every `seconds`, beside reading."""

    work: Callable[[], None]
    seconds: float
    due: float = 0.0

    def go(self, now: float) -> None:
        if now >= self.due:
            self.due = now + self.seconds
            self.work()


class Hub:
    """Subscribers join and leave in the event loop; everything between is the hub's thread."""

    def __init__(
        self, page: Page, *, recheck: float = RECHECK, report: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self.page = page
        self.presence = Presence(page)
        self.ready = threading.Event()
        #: Everything up to here has been handed out.
        self.position = Position(0)
        self._read_to: Position | None = None
        self._pending: list[Read] = []
        self._window_ends = 0.0
        self._past: deque[tuple[float, Position]] = deque()
        self._cut_at: dict[int, float] = {}
        self._subscribers: set[Subscriber] = set()
        self._listening: dict[str, set[Subscriber]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._report = report
        self._rounds = (
            Round(self._check_epoch, LOOK_AT_EPOCH),
            Round(self._check_people, recheck),
            Round(self._tell_how, REPORT),
            Round(self._tell_lapsed, LOOK_FOR_LAPSED),
            Round(self._tell_moments, LOOK_AT_CLOCK),
        )
        self._counted = {"events": 0, "sent": 0, "dropped": 0, "cut": 0, "resyncs": 0, "admitted": 0}
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
        if self._thread is not None:
            self._thread.join(5)

    def stats(self) -> dict[str, Any]:
        """For `sportello status`: open streams, people behind them, what was sent; seconds without database."""
        with self._lock:
            listening = list(self._subscribers)
        away = time.monotonic() - self._away_since if self._away_since else 0.0
        people = len({one.user_id for one in listening})
        return {"open": len(listening), "people": people, "away_seconds": round(away, 1), **self._counted}

    # ---- subscribers, called in the event loop

    def join(self, subscriber: Subscriber) -> None:
        """From now on `subscriber` is told; what was before it reads for itself (`catching_up`)."""
        self._loop = asyncio.get_running_loop()
        with self._lock:
            self._counted["admitted"] += 1
            self._subscribers.add(subscriber)
            for name in subscriber.topics:
                self._listening.setdefault(name, set()).add(subscriber)
            # rights may have gone between reading them and joining, and the event with them
            missed = self._cut_at.get(subscriber.user_id, -1.0) >= subscriber.asked_at
        if missed:
            subscriber.end(saying("bye", why="rights"))

    def leave(self, subscriber: Subscriber) -> None:
        with self._lock:
            self._subscribers.discard(subscriber)
            for name in subscriber.topics:
                self._forget(name, subscriber)

    def streams_of(self, user_id: int) -> int:
        with self._lock:
            return sum(one.user_id == user_id for one in self._subscribers)

    def position_before(self, seconds: float) -> Position:
        """Where the journal stood so long ago; as far back as is remembered."""
        moment = time.monotonic() - seconds
        past = list(self._past)
        earliest = past[0][1] if past else self.position
        return next((position for at, position in reversed(past) if at <= moment), earliest)

    def _forget(self, name: str, subscriber: Subscriber) -> None:
        listeners = self._listening.get(name, set())
        listeners.discard(subscriber)
        if not listeners:
            self._listening.pop(name, None)

    # ---- the thread

    def _run(self) -> None:
        pause = POLL
        while not self._stop.wait(pause):
            try:
                self._step()
                pause = max(0.01, min(POLL, self._window_ends - time.monotonic())) if self._pending else POLL
                self._away_since = 0.0
            except (DatabaseError, InterfaceError) as error:
                if not self._away_since:
                    self._away_since = time.monotonic()
                    log.warning("the live stream lost its database, waiting: %s", str(error).strip().split("\n")[0])
                connection.close()
                pause = min(max(pause, POLL) * 2, LONGEST_PAUSE)
            except Exception:
                log.exception("the live stream stumbled")
                pause = LONGEST_PAUSE
        connection.close()

    def _step(self) -> None:
        events = read_after(self._read_to or self._begin(head()), READ_AT_ONCE)
        now = time.monotonic()
        if events:
            self._read_to = events[-1].position
            self._counted["events"] += len(events)
            self._cut_those_named(events)
            if not self._pending:
                self._window_ends = now + WINDOW
            self._pending += events
        if self._pending and (now >= self._window_ends or len(self._pending) >= GATHER):
            self._flush()
        for one in self._rounds:
            one.go(now)

    def _begin(self, position: Position) -> Position:
        self._read_to = self.position = position
        self._past = deque([(time.monotonic(), position)])
        self.ready.set()
        return position

    def _flush(self) -> None:
        position = self._pending[-1].position
        try:
            parcels = self._parcels(self._pending)
        except (DatabaseError, InterfaceError):
            raise  # nothing was handed out: the same events again once the database is back
        except Exception:
            log.exception("what happened up to %s could not be told: everybody asks again", position)
            parcels = self._to_all(saying("resync"))
        self._pending = []
        self._hand_over(position, parcels)

    def _parcels(self, events: Sequence[Read]) -> Parcels:
        """What every subscriber hears of these events."""
        gathered: dict[Subscriber, list[Saying]] = {}
        changes = merged(events, self.page.verbs)
        with self._lock:
            listening = {name: tuple(them) for name, them in self._listening.items()} if changes else {}
        if not listening:
            return []
        for about in self.page.gather(changes):
            for topic in self.page.topics:
                for subscriber in listening.get(topic.name(about), ()):
                    told = topic.tell(subscriber.viewer, about)
                    if told is not None:
                        gathered.setdefault(subscriber, []).append(told)
        return [(subscriber, tuple(told)) for subscriber, told in gathered.items()]

    def _to_all(self, told: Saying) -> Parcels:
        with self._lock:
            self._counted["resyncs"] += len(self._subscribers)
            return [(subscriber, (told,)) for subscriber in self._subscribers]

    def _hand_over(self, position: Position, parcels: Parcels) -> None:
        now = time.monotonic()
        self._past.append((now, position))
        while len(self._past) > 1 and self._past[1][0] < now - REMEMBERED:
            self._past.popleft()
        self.position = position
        self._in_loop(self._deliver, position, parcels)

    def _in_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

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
                        self._in_loop(one.put_aside, told)

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
                self._in_loop(one.put_aside, self.presence.telling(topic, one.user_id))

    # ---- back in the event loop

    def _deliver(self, position: Position, parcels: Parcels) -> None:
        for subscriber, sayings in parcels:
            self._counted["sent"] += len(sayings)
            if not subscriber.put(Parcel(position, sayings)):
                self._counted["dropped"] += 1
            for told in sayings:
                if told.ends:
                    with self._lock:
                        subscriber.topics.discard(told.ends)
                        self._forget(told.ends, subscriber)
        # after the parcels: whoever hears "reached" has been given all that lies before
        for subscriber in tuple(self._subscribers):
            if not subscriber.has_waiting:
                subscriber.reached = later(subscriber.reached, position)

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

    def _check_people(self) -> None:
        """Sessions that ended, users switched off, rights changed in a way no event told: a few queries for all."""
        with self._lock:
            listening = list(self._subscribers)
        if not listening:
            return
        keys = {one.session_key for one in listening}
        alive = set(
            Session.objects.filter(session_key__in=keys, expire_date__gt=server_now()).values_list("pk", flat=True)
        )
        rights = self.page.rights_now({one.user_id for one in listening})
        gone = [one for one in listening if one.session_key not in alive or one.user_id not in rights]
        changed = [one for one in listening if one not in gone and rights[one.user_id] != one.rights]
        self._in_loop(self._end, gone, "session")
        self._in_loop(self._end, changed, "rights")

    def _check_epoch(self) -> None:
        """A restored backup begins a new epoch: its positions are others, what was shown may be gone."""
        epoch = current_epoch()
        if self._read_to is None or epoch == self._read_to.epoch:
            return
        position = head()
        self._pending = []
        self._begin(position)
        self._hand_over(position, self._to_all(saying("resync")))

    def _tell_how(self) -> None:
        if self._report is not None:
            self._report(self.stats())


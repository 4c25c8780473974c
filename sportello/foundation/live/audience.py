"""Who listens: by topic, by person, by session. They join and leave from any thread."""

from __future__ import annotations

import threading
from collections import Counter

from .page import saying
from .subscriber import Subscriber


class Audience:
    """What the hub looks up for each change; none of it grows with the time a stream is open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: How many were let in so far.
        self.admitted = 0
        self._subscribers: set[Subscriber] = set()
        self._listening: dict[str, set[Subscriber]] = {}
        self._of_user: Counter[int] = Counter()
        #: Nearly always one: a set of one takes four times what a tuple of one does.
        self._of_session: dict[str, tuple[Subscriber, ...]] = {}
        #: User → when their rights were last said to have changed.
        self._cut_at: dict[int, float] = {}

    def join(self, subscriber: Subscriber, most: int = 0) -> bool:
        """From now on `subscriber` is told; what was before it is read for it (`catching_up`). False, and nothing done,
        when its person has `most` streams already."""
        with self._lock:
            if most and self._of_user[subscriber.user_id] >= most:
                return False
            self.admitted += 1
            self._subscribers.add(subscriber)
            self._of_user[subscriber.user_id] += 1
            self._of_session[subscriber.session_key] = (*self._of_session.get(subscriber.session_key, ()), subscriber)
            for name in subscriber.topics:
                self._listening.setdefault(name, set()).add(subscriber)
            # rights may have gone between reading them and joining, and the event with them
            missed = self._cut_at.get(subscriber.user_id, -1.0) >= subscriber.asked_at
        if missed:
            subscriber.end(saying("bye", why="rights"))
        return True

    def leave(self, subscriber: Subscriber) -> None:
        """Nothing more is told to it. A second call does nothing."""
        with self._lock:
            if subscriber not in self._subscribers:
                return
            self._subscribers.discard(subscriber)
            self._of_user[subscriber.user_id] -= 1
            if not self._of_user[subscriber.user_id]:
                del self._of_user[subscriber.user_id]
            others = tuple(one for one in self._of_session[subscriber.session_key] if one is not subscriber)
            if others:
                self._of_session[subscriber.session_key] = others
            else:
                del self._of_session[subscriber.session_key]
            for name in subscriber.topics:
                self._forget(name, subscriber)

    def everybody(self) -> list[Subscriber]:
        with self._lock:
            return list(self._subscribers)

    def hearing(self, session_key: str, topic: str) -> Subscriber | None:
        """A stream of this session that may hear `topic` now: it was admitted to it, and is cut when that ends."""
        with self._lock:
            those = self._of_session.get(session_key, ())
            return next((one for one in those if topic in one.topics and not one.over), None)

    def _forget(self, name: str, subscriber: Subscriber) -> None:
        listeners = self._listening.get(name, set())
        listeners.discard(subscriber)
        if not listeners:
            self._listening.pop(name, None)

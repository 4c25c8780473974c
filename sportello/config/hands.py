"""Few threads that do many periodic works.

A thread holds a connection to the database, and a connection is a process there: two dozen works that almost always
find nothing do not need two dozen. Where a work is long and others are due meanwhile, more hands come, as many as there
are works; when it is quiet again they go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from django.db import connections

from sportello.config.schedule import Loop

USUAL = 1
#: Due for so long and not begun: the hands there are do not suffice.
LATE = 0.5
#: How often that is looked at.
LOOK_EVERY = 0.1
#: Not needed for so long, a hand more than usual goes.
LINGERS = 20.0


class Work(Protocol):
    """What the hands do."""

    loop: Loop

    def once(self) -> float:
        """Work, and say how many seconds may pass until the next time."""


class Hands:
    """The threads and when each work is due. Started by `begin`; they end when `stop` is set."""

    def __init__(self, works: Sequence[Work], stop: threading.Event) -> None:
        self.stop = stop
        self.due: dict[int, float] = dict.fromkeys(range(len(works)), 0.0)
        self.works = works
        self.under_way: set[int] = set()
        self.threads: list[threading.Thread] = []
        self.needed_at = 0.0
        self._change = threading.Condition()

    def begin(self) -> None:
        """The usual hands: one does what is seldom anything."""
        for _ in range(min(USUAL, len(self.works))):
            self._one_more()

    def look(self) -> None:
        """One hand more where something has been due for long. Called every `LOOK_EVERY` seconds."""
        now = time.monotonic()
        with self._change:
            late = any(at <= now - LATE for at in self._open().values())
            if late:
                self.needed_at = now
        if late and len(self.threads) < len(self.works):
            self._one_more()

    def end(self, deadline: float) -> None:
        """Wait for the pieces under way, until `deadline` (monotonic) at most."""
        with self._change:
            self._change.notify_all()
        for thread in list(self.threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _one_more(self) -> None:
        # a stubborn piece of work cannot keep the process alive after it should end
        thread = threading.Thread(target=self._go_on, name=f"hand {len(self.threads) + 1}", daemon=True)
        with self._change:
            self.threads.append(thread)
        thread.start()

    def _go_on(self) -> None:
        while (number := self._take()) is not None:
            pause = self.works[number].loop.every
            try:
                pause = self.works[number].once()
            finally:
                with self._change:
                    self.under_way.discard(number)
                    self.due[number] = time.monotonic() + pause
        connections.close_all()

    def _take(self) -> int | None:
        """The work that is due, waiting for it; None when this hand should go."""
        with self._change:
            while not self.stop.is_set():
                if len(self.threads) > USUAL and time.monotonic() - self.needed_at > LINGERS:
                    break
                waiting = self._open()
                number = min(waiting, key=lambda one: waiting[one], default=None)
                if number is not None and waiting[number] <= time.monotonic():
                    self.under_way.add(number)
                    return number
                at = LOOK_EVERY if number is None else waiting[number] - time.monotonic()
                self._change.wait(min(max(at, 0.0), 1.0))
            self.threads.remove(threading.current_thread())
            return None

    def _open(self) -> dict[int, float]:
        return {number: at for number, at in self.due.items() if number not in self.under_way}

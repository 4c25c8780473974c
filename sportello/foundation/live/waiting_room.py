"""Where callers wait until they are let in: first come first, as many together as stand there, nobody for long.

A browser waits six seconds for the first word of its stream (`static/live/js/source.js`). Whoever would wait nearly so
long is sent away at once, and comes back a moment later: working for callers who have given up would let nobody in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from .admission import Admitted, Answer, Caller

log = logging.getLogger(__name__)

#: So many are let in together: their questions are one list each, and the event loop has its turns between.
TOGETHER = 200
#: Seconds anybody waits; less than the browser does.
PATIENCE = 4.0
#: Callers a second before any were measured: of a cold process.
PACE = 300.0

_T = TypeVar("_T")


@dataclass(eq=False, slots=True)
class Waiting:
    """One caller in the room; `answer` is None when the database is away or their time is up."""

    caller: Caller
    answer: asyncio.Future[Answer | None]
    came: float = field(default_factory=time.monotonic)


class WaitingRoom:
    """`admit` answers for several callers; it runs in a thread of its own with a connection of its own. `undo` is told
    of whoever was let in and had gone."""

    def __init__(self, admit: Callable[[Sequence[Caller]], list[Answer]], undo: Callable[[Admitted], None]) -> None:
        self._admit, self._undo = admit, undo
        self._waiting: deque[Waiting] = deque()
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pace = PACE

    def is_full(self) -> bool:
        """Whether one more would wait too long."""
        return len(self._waiting) > self._pace * PATIENCE

    def seconds_to_wait(self) -> float:
        """Until those who wait now have been let in."""
        return len(self._waiting) / self._pace

    async def enter(self, caller: Caller) -> Answer | None:
        """Wait to be let in. None: come back later."""
        one = Waiting(caller, asyncio.get_running_loop().create_future())
        with self._some:
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="live-door", daemon=True)
                self._thread.start()
            self._waiting.append(one)
            self._some.notify()
        try:
            return await one.answer
        except asyncio.CancelledError:
            if one.answer.done() and not one.answer.cancelled():
                self._let_go(one.answer.result())
            raise

    # ---- the thread

    def _go_on(self) -> None:
        while True:
            with self._some:
                while not self._waiting:
                    self._some.wait()
                group = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            began = time.monotonic()
            self._answer([one for one in group if began - one.came > PATIENCE], None)
            served = [one for one in group if began - one.came <= PATIENCE and not one.answer.cancelled()]
            self._answer_all(served)
            # one alone says little of how many together would take
            if len(served) > TOGETHER // 4:
                took = max(time.monotonic() - began, 0.001)
                self._pace = 0.5 * self._pace + 0.5 * len(served) / took

    def _answer_all(self, group: Sequence[Waiting]) -> None:
        if not group:
            return
        try:
            answers: list[Answer | None] = list(fresh(lambda: self._admit([one.caller for one in group])))
        except (OperationalError, InterfaceError):
            answers = [None] * len(group)
        except Exception:
            if len(group) > 1:  # one of them asks what cannot be answered: not the others' fault
                for one in group:
                    self._answer_all([one])
                return
            log.exception("one who came to listen could not be answered")
            answers = [None]
        for one, answer in zip(group, answers, strict=True):
            self._answer([one], answer)

    def _answer(self, those: Sequence[Waiting], answer: Answer | None) -> None:
        for one in those:
            loop = one.answer.get_loop()
            if loop.is_closed():
                self._let_go(answer)
            else:
                loop.call_soon_threadsafe(self._tell, one, answer)

    # ---- in the event loop

    def _tell(self, one: Waiting, answer: Answer | None) -> None:
        if one.answer.done():
            self._let_go(answer)
        else:
            one.answer.set_result(answer)

    def _let_go(self, answer: Answer | None) -> None:
        if isinstance(answer, Admitted):
            self._undo(answer)


def fresh(work: Callable[[], _T]) -> _T:
    """`work`, which only reads, on a connection that answers: a database that was restarted is no reason to refuse
    anybody, nor one that cut the line under our question."""
    close_old_connections()
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        return work()
    finally:
        close_old_connections()

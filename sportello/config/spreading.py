"""Where several processes serve the pages, a connection stays with the one that took it; who has many gives some up.

The system deals new connections out without knowing who is busy: of two processes one may have all four of the people
who work just then, and the other none, for as long as their browsers, or a proxy, keep their connections. So a process
that answers more at once than half its threads (they share one processor) lets some of these connections go after the
answer: `Connection: close`. Whoever asks again comes by a new one, perhaps to another process. Nobody waits for that,
nothing is refused, and where all are equally busy it costs a handshake now and then.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[..., Iterable[bytes]]
#: Of the connections that are too many, so many are let go at an answer.
_SHARE = 0.2
_CLOSE = ("Connection", "close")


def spread(application: Application, threads: int) -> Application:
    """`application` as one of several processes of so many threads serves it."""
    lock, most, under_way = threading.Lock(), threads // 2, 0

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal under_way
        with lock:
            under_way += 1
            is_too_many = under_way > most

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if is_too_many and random.random() < _SHARE:  # noqa: S311 - no secret depends on it
                headers = [*headers, _CLOSE]
            return start(status, headers, *more)

        try:
            return application(environ, begin)
        finally:
            with lock:
                under_way -= 1

    return answer

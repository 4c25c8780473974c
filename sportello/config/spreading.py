"""Where several processes serve the pages, a connection stays with the one that took it; who has many gives some up.

The system deals new connections out without knowing who is busy: of two processes one may have all four of the people
who work just then, and the other none, for as long as their browsers, or a proxy, keep their connections. So a process
that answers several at once (its threads share one processor) lets some of these connections go after the answer, more
of them the more they are: `Connection: close`. Whoever asks again comes anew, perhaps to another process. Nobody
waits for that, nothing is refused, and where all are equally busy it costs a handshake now and then.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[..., Iterable[bytes]]
#: How many are answered at once → the share of answers after which the connection is let go; beyond: as the last.
_SHARES = (0.0, 0.0, 0.02, 0.2)
_CLOSE = ("Connection", "close")


def spread(application: Application) -> Application:
    """`application` as one of several processes serves it."""
    lock, under_way = threading.Lock(), 0

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal under_way
        with lock:
            under_way += 1
            share = _SHARES[min(under_way, len(_SHARES) - 1)]

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if share and random.random() < share:  # noqa: S311 - no secret depends on it
                headers = [*headers, _CLOSE]
            return start(status, headers, *more)

        try:
            return application(environ, begin)
        finally:
            with lock:
                under_way -= 1

    return answer

"""One process that takes people from the open socket the supervisor holds, without a master of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces, Loops, RuntimeModes
from granian.server import Server

from sportello.config.supervisor.doors import BACKLOG


def serve(server: Server, door: int, load: Callable[[str], Any], *, cut_after: float | None = None) -> None:
    """What granian's master would start as a worker, here: until SIGTERM, then until what is under way has been
    answered; `cut_after`: for so many seconds at most (open streams end by nobody's will but ours).

    The worker is made by granian and not started, so that what it is given is granian's own business.
    """
    from granian._granian import SocketHolder

    holder: Callable[..., Any] = SocketHolder  # its stub names no arguments
    server._shd, server._ssp, server._sso = holder(door, False, BACKLOG), None, None
    server._ipc = {0: (None, None, None)}
    server.loop, server.runtime_mode = Loops.asyncio, RuntimeModes.mt
    target = server._spawn_wsgi_worker if server.interface is Interfaces.WSGI else server._spawn_asgi_worker

    def loaded() -> Any:
        if cut_after is not None:
            _cut(asyncio.get_event_loop_policy().get_event_loop(), cut_after)
        return load(server.target)

    made = server._spawn_worker(0, target, loaded).inner
    made._target(*made._args)


def _cut(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """So long after the signal to end, end."""
    usual = loop.add_signal_handler

    def over() -> None:
        sys.exit(0)

    def handle(number: int, callback: Callable[..., Any], *args: Any) -> None:
        def told() -> None:
            callback(*args)
            loop.call_later(seconds, over)

        usual(number, told)

    vars(loop)["add_signal_handler"] = handle  # of this one loop

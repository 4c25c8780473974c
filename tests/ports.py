"""Ports of the loopback interface for what a test starts."""

from __future__ import annotations

import random
import socket

_given: set[int] = set()


def free_port() -> int:
    """One that nobody has, and nobody is given: below those the system hands out to whoever calls out or asks for any, so
    that between the look and the start, or while ours is dead, nobody sits down on it; and to no second test of this run."""
    while True:
        port = random.SystemRandom().randrange(21_000, 31_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port

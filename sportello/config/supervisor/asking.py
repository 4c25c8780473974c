"""What the supervisor is told by its environment, and what it asks of its ports."""

from __future__ import annotations

import os
import socket

from sportello.config.supervisor.trouble import Trouble

_HEALTH = b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"


def port(name: str, usual: int) -> int:
    """The port a variable names. Trouble when that is none."""
    given = os.environ.get(name, "")
    if not given:
        return usual
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise Trouble(f"{name} must be a port number, not {given!r}.")
    return int(given)


def count(name: str, most: int, usual: int = 0) -> int:
    """The number from 0 to `most` a variable names. Trouble when that is none."""
    given = os.environ.get(name, "") or str(usual)
    if not given.isdigit() or int(given) > most:
        raise Trouble(f"{name} must be a number from 0 to {most}, not {given!r}.")
    return int(given)


def loopback(bind: str) -> str:
    """Where to reach ourselves: everywhere includes here."""
    return "127.0.0.1" if bind in ("0.0.0.0", "", "::") else bind  # noqa: S104 - compared, not bound


def pages_answer(bind: str, number: int) -> bool:
    """Do the pages say that they are well? By the bare protocol: an HTTP library is megabytes for a process that
    asks this once in its life."""
    try:
        with socket.create_connection((loopback(bind), number), 1.0) as asked:
            asked.sendall(_HEALTH)
            return asked.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


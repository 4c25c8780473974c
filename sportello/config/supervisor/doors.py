"""The listening sockets of the installation: the supervisor opens them, its programs take who comes.

Whoever comes while a program is started again, or has gone to rest, waits in the socket instead of being refused; a
program that rests is started when somebody waits (as inetd does). The number of the socket is in the program's
environment; a program without opens its own.
"""

from __future__ import annotations

import os
import select
import socket

from sportello.config.supervisor.trouble import Trouble

#: The file number of the socket a program was given.
GIVEN = "SPORTELLO_DOOR"
#: So many may wait to be taken: thousands of browsers lose their line at once.
BACKLOG = 4096


class Door:
    """One port. `take` it (nobody else may then), `open` it when there is somebody to take who comes."""

    def __init__(self, bind: str, port: int, variable: str) -> None:
        self.bind, self.port, self.variable = bind, port, variable
        self.socket: socket.socket | None = None
        self.is_open = False

    def take(self) -> None:
        """Trouble when somebody else has it: it would only show as a program that ends again and again."""
        if self.socket is not None:
            return
        family = socket.AF_INET6 if ":" in self.bind else socket.AF_INET
        found = socket.socket(family)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((self.bind, self.port))
        except OSError as error:
            found.close()
            why = f"port {self.port} of {self.bind} cannot be used ({error.strerror})"
            raise Trouble(f"{why}: set {self.variable} to another one.") from None
        found.setblocking(False)
        self.socket = found

    def open(self) -> None:
        """From now on whoever comes is let wait."""
        if self.socket is not None and not self.is_open:
            self.socket.listen(BACKLOG)
            self.is_open = True

    def close(self) -> None:
        """Our side of it; a program that holds it goes on."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
            self.is_open = False

    def fileno(self) -> int:
        """For `select`, and to be handed over; -1 when closed."""
        return -1 if self.socket is None else self.socket.fileno()

    def is_knocked_at(self) -> bool:
        """Does somebody wait whom nobody has taken?"""
        return self.socket is not None and self.is_open and bool(select.select([self.socket], [], [], 0)[0])


def given() -> socket.socket | None:
    """The open socket this process was given by the supervisor; None when it is to open one itself."""
    number = os.environ.get(GIVEN, "")
    return socket.socket(fileno=os.dup(int(number))) if number.isdigit() else None

"""A line that breaks: a small proxy before a mail server, which hangs up at the command it is told, before or in the
middle of the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """Hangs up when the client has sent its `at`-th line (0: never), after `after` bytes of the answer to it."""

    target: int
    port: int = 0
    at: int = 0
    after: int = 0
    #: Connections it cut.
    cuts: int = 0
    #: The words of the commands that were let through or cut, first words only.
    heard: set[str] = field(default_factory=set)

    def serve(self, ears: socket.socket) -> None:
        while True:
            try:
                client, _address = ears.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.target), 5)
        told = threading.Event()
        back = threading.Thread(target=self._back, args=(server, client, told), daemon=True)
        back.start()
        lines = 0
        with suppress(OSError):
            while said := client.recv(65536):
                lines += said.count(b"\n")
                words = said.split()
                self.heard.add(b" ".join(words[1:3] if words[1:2] == [b"UID"] else words[1:2]).decode("latin-1").upper())
                if self.at and lines >= self.at:
                    self.cuts += 1
                    told.set()
                    if not self.after:
                        break
                server.sendall(said)
        if not (self.after and told.is_set()):
            _hang_up(client, server)

    def _back(self, server: socket.socket, client: socket.socket, told: threading.Event) -> None:
        given = 0
        with suppress(OSError):
            while said := server.recv(4096):
                if told.is_set():
                    said = said[: self.after - given]
                    given += len(said)
                if said:
                    client.sendall(said)
                if told.is_set() and given >= self.after:
                    break
        _hang_up(client, server)


def _hang_up(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def line_to(target: int) -> Iterator[Line]:
    """A line to the server on this port of the loopback."""
    ears = socket.create_server(("127.0.0.1", 0))
    line = Line(target, port=ears.getsockname()[1])
    threading.Thread(target=line.serve, args=(ears,), daemon=True).start()
    try:
        yield line
    finally:
        ears.close()

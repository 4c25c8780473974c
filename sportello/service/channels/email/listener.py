"""`sportello listen`: takes mail by SMTP, and by LMTP where asked. Knows nothing of what mail says.

What is answered 250 is on disk and in the database. While the database is away every answer is 451: the sending
server keeps the message and comes again. No address and no word of a message is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from sportello.foundation.core.errors import StoreAway
from sportello.foundation.watch import keeping

from .addresses import mailbox_for
from .taking import Addressed, Peer, take

log = logging.getLogger("sportello.listen")
Result = TypeVar("Result")

#: Threads that talk to the database; each holds one connection.
STORING = 4
#: Messages whose bytes are being received at once: what bounds memory, with `MAIL_BYTES`.
RECEIVING = 20
CONNECTIONS = 200
RECIPIENTS = 100
#: Seconds a silent client may hold a connection (RFC 5321 section 4.5.3.2.7: five minutes at least).
SILENCE = 600
#: Real programs write lines beyond the 998 bytes of RFC 5322: refusing them would lose mail.
LINE_BYTES = 1 << 20
#: Seconds SIGTERM waits for messages under way.
PATIENCE = 4.0
BACKLOG = 256
LOOK_EVERY = 5.0

TRY_LATER = "451 4.3.0 We cannot store mail at this moment. Please try again later."
DISK_FULL = "452 4.3.1 We have no room at this moment. Please try again later."
UNKNOWN = "550 5.1.1 There is no mailbox with this address here."
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients at once. Please send the rest in another message."
#: PostgreSQL's disk_full.
DATABASE_FULL = "53100"
STOPPING = "421 4.3.2 We are closing for a moment. Please try again later."
BUSY = "421 4.7.0 Too many connections at once. Please try again later."
TAKEN = "250 2.0.0 Safe here."


class Doorkeeper:
    """What aiosmtpd asks for each command; one for all connections."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(STORING, thread_name_prefix="store")
        self.receiving = asyncio.Semaphore(RECEIVING)
        self.connections = 0
        self.under_way = 0
        self.stopping = False
        self.left_at = time.monotonic()

    def quiet(self) -> float:
        """Seconds since the last one hung up; 0 while somebody is there."""
        return 0.0 if self.connections else time.monotonic() - self.left_at

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.stopping:
            return STOPPING
        envelope.mail_from = address or ""
        envelope.mail_options.extend(options)
        return "250 2.1.0 Go on."

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        try:
            mailbox = await self._in_thread(lambda: mailbox_for(address))
        except Exception as error:
            return _refused(error, "a recipient could not be looked up")
        if mailbox is None:
            return UNKNOWN
        envelope.rcpt_tos.append(Addressed(mailbox, address))
        return "250 2.1.5 Known here."

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipients: list[Addressed] = envelope.rcpt_tos
        lmtp = isinstance(server, LMTP)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        self.under_way += 1
        door, peer = ("lmtp", None) if lmtp else ("smtp", _peer(session))
        try:
            await self._in_thread(lambda: take(raw, recipients, door=door, envelope_from=envelope.mail_from, peer=peer))
            answer = TAKEN
        except Exception as error:
            answer = _refused(error, "a message could not be stored")
        finally:
            self.under_way -= 1
        # RFC 2033 section 4.2: an answer for each recipient; stored for all of them or for none
        return "\r\n".join([answer] * len(recipients)) if lmtp else answer

    async def handle_exception(self, error: Exception) -> str:
        log.error("an SMTP session failed: %s", type(error).__name__)
        return TRY_LATER

    def hang_up(self) -> None:
        """Let every thread close its connection, and end."""
        together = threading.Barrier(STORING)

        def close() -> None:
            connections.close_all()
            with suppress(threading.BrokenBarrierError):  # a thread takes a second one of these only when all have one
                together.wait(timeout=1.0)

        for _ in range(STORING):
            self.pool.submit(close)
        self.pool.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.pool, _with_fresh_connection, work)


def _peer(session: Session) -> Peer | None:
    """The other end, for SPF; None behind a socket that has no address."""
    address = session.peer[0] if isinstance(session.peer, tuple) and session.peer else ""
    return Peer(str(address).partition("%")[0][:45], str(session.host_name or "")) if address else None


def _with_fresh_connection(work: Callable[[], Result]) -> Result:
    """A connection the database closed in the meantime must cost nobody a refusal."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def _refused(error: Exception, what: str) -> str:
    """The temporary refusal for what went wrong here: the sender keeps the message."""
    if isinstance(error, DatabaseError | StoreAway):
        log.warning("%s: %s", what, type(error).__name__)
        return DISK_FULL if getattr(error.__cause__, "sqlstate", "") == DATABASE_FULL else TRY_LATER
    log.error("%s: %s", what, type(error).__name__, exc_info=not isinstance(error, OSError))
    return DISK_FULL if isinstance(error, OSError) else TRY_LATER


class _Bounded(SMTP):  # type: ignore[misc]  # the library has no types
    """aiosmtpd's protocol with a bound on connections and on messages received at once."""

    line_length_limit = LINE_BYTES
    event_handler: Doorkeeper

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        if self.event_handler.connections > CONNECTIONS and isinstance(transport, asyncio.Transport):
            transport.write(BUSY.encode() + b"\r\n")
            transport.close()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections -= 1
        self.event_handler.left_at = time.monotonic()
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        async with self.event_handler.receiving:
            await super().smtp_DATA(arg)


class _BoundedLmtp(_Bounded, LMTP):  # type: ignore[misc]  # the library has no types
    """The same for LMTP."""


class Listener:
    """The open doors. Port 0 takes a free one; `port` and `lmtp_port` say which."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, lmtp_port: int | None = None, door: socket.socket | None = None
    ) -> None:
        self.host, self.port, self.lmtp_port = host, port, lmtp_port
        #: Open already, in place of `port`.
        self.door = door
        self.doorkeeper = Doorkeeper()
        self._servers: list[asyncio.Server] = []

    async def open(self) -> None:
        """Begin to listen; OSError when a port is taken."""
        self.port = await self._serve(_Bounded, self.port, self.door)
        if self.lmtp_port is not None:
            self.lmtp_port = await self._serve(_BoundedLmtp, self.lmtp_port)

    async def _serve(self, protocol: type[_Bounded], port: int, door: socket.socket | None = None) -> int:
        loop = asyncio.get_running_loop()

        def speak() -> _Bounded:
            return protocol(
                self.doorkeeper,
                data_size_limit=settings.MAIL_BYTES,
                enable_SMTPUTF8=True,
                hostname=os.environ.get("SPORTELLO_MAIL_NAME", "localhost"),
                ident="Sportello",
                timeout=SILENCE,
                loop=loop,
            )

        if door is not None:
            server = await loop.create_server(speak, sock=door, backlog=BACKLOG)
        else:
            server = await loop.create_server(speak, self.host, port, backlog=BACKLOG)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take nothing new, finish what is under way, then go."""
        self.doorkeeper.stopping = True
        for server in self._servers:
            server.close()
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while self.doorkeeper.under_way and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        self.doorkeeper.hang_up()


def main(door: socket.socket | None = None, rest_after: float | None = None) -> int:
    """Listen until SIGTERM or SIGINT, or until nobody has come for `rest_after` seconds. 1 when the port is taken.
    `door`: a socket that is open already."""
    keeping.called("listen")
    # the library writes commands, with addresses, to this logger
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_until_told(door, rest_after))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        print(f"sportello: cannot take mail on port {settings.MAIL_PORT}: {reason}", file=sys.stderr)  # noqa: T201 - a terminal
        return 1


async def _until_told(door: socket.socket | None, rest_after: float | None) -> int:
    lmtp = os.environ.get("SPORTELLO_LMTP_PORT", "")
    if lmtp:
        rest_after = None  # a door that is ours alone: nobody would see who stands there
    address = os.environ.get("SPORTELLO_MAIL_BIND") or os.environ.get("SPORTELLO_BIND", "127.0.0.1")
    listener = Listener(address, settings.MAIL_PORT, int(lmtp) if lmtp else None, door)
    await listener.open()
    log.info("taking mail on port %s", listener.port)
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    while not told.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), LOOK_EVERY)
        if rest_after is not None and listener.doorkeeper.quiet() > rest_after:
            break
    await listener.close()
    return 0

"""Mail as tests need it: letters of customers, our door in a thread, and a mail server that refuses at will."""

from __future__ import annotations

import asyncio
import email
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from itertools import count

from aiosmtpd.smtp import SMTP
from django.db import connections

from sportello.foundation.files.actions import read
from sportello.service.channels import intake, outbox
from sportello.service.channels.email.addresses import mailbox_for
from sportello.service.channels.email.listener import Listener
from sportello.service.channels.email.taking import Addressed, take
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import IncomingMail, Mailbox, OutTrayMail
from tests.ports import free_port
from tests.waiting import LIMIT

_serial = count(1)

URP = "urp@borgo.test"
TAXES = "tributi@borgo.test"
MARIA = "Maria Popescu <maria@example.org>"


def letter(
    text: str = "Buongiorno, vorrei sapere gli orari dello sportello.",
    *,
    sender: str = MARIA,
    to: str = URP,
    subject: str = "Orari",
    message_id: str | None = None,
    **headers: str,
) -> bytes:
    """A customer's message; `message_id=""` leaves it out, `In_Reply_To=…` sets any other field."""
    message = EmailMessage()
    if sender:
        message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    if message_id is None:
        message_id = f"<n{next(_serial)}@example.org>"
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes(policy=policy.SMTP)


def arrive(raw: bytes, to: str = URP, envelope_from: str | None = "maria@example.org", door: str = "smtp") -> IncomingMail:
    """Through the door without the wire, then read."""
    mail = stored(raw, to, envelope_from, door)
    intake.work()
    mail.refresh_from_db()
    return mail


def stored(raw: bytes, to: str = URP, envelope_from: str | None = "maria@example.org", door: str = "smtp") -> IncomingMail:
    mailbox = mailbox_for(to)
    assert mailbox is not None, to
    (mail,) = take(raw, [Addressed(mailbox, to)], door=door, envelope_from=envelope_from)
    return mail


def ticket_of(mail: IncomingMail):
    return mail.message.entry.ticket


def tray() -> list[MailRecord]:
    """What lies in the out-tray, oldest first, as its recipients' programs read it."""
    outbox.work()
    return [parse(read(one.raw)) for one in OutTrayMail.objects.order_by("pk").select_related("raw")]


def adds_up() -> dict[str, int]:
    """The promise: every message that came is in exactly one state."""
    states = list(IncomingMail.objects.values_list("state", flat=True))
    return {state: states.count(state) for state in sorted(set(states))}


# Our door ------------------------------


@dataclass
class Door:
    port: int
    lmtp_port: int

    def send(self, raw: bytes, to: str | list[str] = URP, sender: str = "maria@example.org") -> dict:
        """By SMTP, as a mail server would. Returns refused recipients; raises what smtplib raises."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=LIMIT) as client:
            return client.sendmail(sender, to, raw)


@contextmanager
def open_door() -> Iterator[Door]:
    """Our listener in a thread of its own, on free ports."""
    ready, listener = threading.Event(), Listener(port=0, lmtp_port=0)
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def life() -> None:
        await listener.open()
        told = asyncio.Event()
        stop.append((asyncio.get_running_loop(), told))
        ready.set()
        await told.wait()
        await listener.close()
        await asyncio.get_running_loop().run_in_executor(None, listener.doorkeeper.pool.shutdown)

    thread = threading.Thread(target=lambda: asyncio.run(life()), daemon=True)
    thread.start()
    assert ready.wait(LIMIT)
    try:
        yield Door(listener.port, listener.lmtp_port)
    finally:
        loop, told = stop[0]
        loop.call_soon_threadsafe(told.set)
        thread.join(LIMIT)


# A server that takes our mail ------------------------------


@dataclass
class Sink:
    """Takes mail, or refuses at the stages named in `says`: connect, ehlo, mail, rcpt:ADDRESS, data, end; the value is
    the answer, or "cut" to hang up."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    tries: int = 0

    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=policy.default) for _sender, _to, raw in self.taken]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.tries += 1
        session.host_name = hostname
        return [self.says["ehlo"]] if "ehlo" in self.says else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "mail" in self.says:
            return self._say(server, "mail")
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if f"rcpt:{address}" in self.says:
            return self._say(server, f"rcpt:{address}")
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if "end" in self.says and self.says["end"] != "cut":
            return self.says["end"]
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return self._say(server, "end") if "end" in self.says else "250 2.0.0 queued as 4711"

    def _say(self, server, stage):
        if self.says[stage] == "cut":
            server.transport.abort()
            return "421 gone"
        return self.says[stage]


class _Server(SMTP):
    async def smtp_DATA(self, arg):
        if "data" in self.event_handler.says:
            await self.push(self.event_handler._say(self, "data"))
            return
        await super().smtp_DATA(arg)


@contextmanager
def sink() -> Iterator[Sink]:
    """A mail server on a free port, until the end of the block."""
    server, ready = Sink(), threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def life() -> None:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: _Server(server, loop=loop, hostname="sink"), "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        told = asyncio.Event()
        stop.append((loop, told))
        ready.set()
        await told.wait()
        listening.close()

    thread = threading.Thread(target=lambda: asyncio.run(life()), daemon=True)
    thread.start()
    assert ready.wait(LIMIT)
    try:
        yield server
    finally:
        loop, told = stop[0]
        loop.call_soon_threadsafe(told.set)
        thread.join(LIMIT)


def send_by(server: Sink | int, address: str = URP) -> Mailbox:
    """Let a mailbox send by `server` (or by a port where nobody listens)."""
    port = server if isinstance(server, int) else server.port
    Mailbox.objects.filter(address=address).update(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    return Mailbox.objects.get(address=address)


def closed_port() -> int:
    return free_port()


def in_threads(work, times: int) -> list[object]:
    """`work(number)` so many times at once; what each returned or raised. Connections of the threads are closed."""
    results: list[object] = [None] * times

    def run(number: int) -> None:
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    return results

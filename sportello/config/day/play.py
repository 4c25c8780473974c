"""Playing the needs: customers knock, the office answers, time goes on."""

from __future__ import annotations

import heapq
import logging
import random
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from sportello.config.day import colleagues
from sportello.config.day.answered import Answered, number_on
from sportello.config.day.doors import FormDoor, Letter, MailDoor
from sportello.config.day.needs import Need, Question
from sportello.config.day.pace import Pace
from sportello.foundation.core.errors import Refusal
from sportello.foundation.files import actions as files
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.tickets.actions import ending
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import intake, outbox
from sportello.service.channels.models import IncomingMail, Mailbox, OutTrayMail

log = logging.getLogger(__name__)

Thing = Callable[[], None]
#: A ticket once it is there: what was handed in at a door is read by the service, which may be away.
Find = Callable[[], Ticket | None]
#: How much later somebody looks again for what is not there yet, and how often.
_LATER, _LOOKS = timedelta(minutes=10), 200


@dataclass(order=True)
class Due:
    at: datetime
    order: int
    slug: str = field(compare=False)
    do: Thing = field(compare=False)


class Play:
    """One run. `said` is told how far it is: things done, things known of.

    Without `patience` it plays alone, on moved clocks: the forms of the whole run are opened ahead, so that weeks need
    not wait for every reader, and what came in is read before time goes on. With it, it plays before a service at work,
    which reads and sends by itself and may be away: so many seconds everybody tries again.
    """

    def __init__(
        self,
        organisations: list[Organisation],
        drawn: list[Need | Question],
        seed: int,
        pace: Pace,
        said: Callable[[int, int], None],
        answered: Answered,
        *,
        patience: float = 0.0,
    ) -> None:
        self.organisations = {one.slug: one for one in organisations}
        self.chance = random.Random(seed + 1)  # noqa: S311 - repeatable on purpose
        self.seed, self.pace, self.said, self.patience = seed, pace, said, patience
        self.calendars = {
            one.slug: OfficeCalendar.objects.get(organisation=one, is_default=True).calendar for one in organisations
        }
        self.mailboxes = {
            one.slug: Mailbox.objects.get(organisation=one, is_default=True).address for one in organisations
        }
        self.mail = MailDoor("127.0.0.1", settings.MAIL_PORT, answered, patience)
        self.forms = FormDoor(f"http://127.0.0.1:{settings.PORT}", answered, patience)
        self.queue: list[Due] = []
        self.order = self.done = 0
        if not patience:
            forms = Counter(
                (one.slug, one.story.language) for one in drawn if isinstance(one, Need) and one.channel == "webform"
            )
            for (slug, language), many in forms.items():
                self.forms.prepare(slug, language, many)
        for one in drawn:
            self._plan(one.at, one.slug, self._coming(one))

    def run(self) -> int:
        """Play to the end; returns how many things happened."""
        try:
            while self.queue:
                due = heapq.heappop(self.queue)
                if not self.pace.until(self.organisations[due.slug], due.at):
                    break
                self._patiently(due.do)
                self.done += 1
                self.said(self.done, self.done + len(self.queue))
        finally:
            self.pace.end()
        return self.done

    def _patiently(self, do: Thing) -> None:
        """Do it, again while the database is away: what is done must look first whether it was done already."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return do()
            except (OperationalError, InterfaceError):
                connection.close()
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def _plan(self, at: datetime, slug: str, do: Thing) -> None:
        self.order += 1
        heapq.heappush(self.queue, Due(at, self.order, slug, do))

    def _coming(self, one: Need | Question) -> Thing:
        if isinstance(one, Question):
            return lambda: colleagues.count(self.organisations[one.slug], one, self.chance)
        return lambda: self._open(one)

    # -- a need --

    def _open(self, need: Need) -> None:
        if need.channel == "email":
            found = self._write(need)
        elif need.channel == "webform":
            found = self._fill_in(need)
        else:
            ticket = colleagues.record(self.organisations[need.slug], need, self.chance)
            found = lambda: ticket  # noqa: E731 - as the other two
        self._settle()
        if self.patience:
            self._next_step(found, need, 0, need.at)
        elif there := found():
            self._next_step(lambda: there, need, 0, need.at)

    def _letter(
        self, need: Need, text: str, to: str, subject: str, in_reply_to: str = "", files: bool = False
    ) -> Letter:
        organisation = self.organisations[need.slug]
        self.order += 1
        return Letter(
            need.name,
            need.address,
            to,
            subject,
            text,
            clock.now(organisation),
            f"<{self.seed}.{self.order}.{self.chance.randrange(10**9)}@posta.example>",
            in_reply_to,
            ("foto.png", picture(self.chance)) if files else None,
        )

    def _write(self, need: Need) -> Find:
        letter = self._letter(need, need.text, self.mailboxes[need.slug], need.subject, files=need.story.attachment)
        self.mail.send(letter)
        ids = (letter.message_id, letter.message_id.strip("<>"))

        def found() -> Ticket | None:
            message = Message.objects.filter(rfc_id__in=ids).select_related("entry__ticket").first()
            return message.entry.ticket if message else None

        return found

    def _fill_in(self, need: Need) -> Find:
        receipt = self.forms.send(
            need.slug,
            {
                "kind": need.story.kind,
                "sheet": need.story.sheet,
                "subject": need.subject,
                "text": need.text,
                "name": need.name,
                "email": need.address,
                "phone": need.phone,
                "language": need.story.language,
            },
            ("foto.png", picture(self.chance)) if need.story.attachment else None,
        )
        number = number_on(receipt)
        return lambda: Ticket.objects.filter(organisation__slug=need.slug, number=number).first()

    def _next_step(self, found: Find, need: Need, number: int, after: datetime) -> None:
        if number >= len(need.story.steps):
            if need.confirms:
                self._plan(after + timedelta(hours=6), need.slug, lambda: self._confirm(found))
            return
        at = self._office_time(need.slug, after + timedelta(hours=need.waits[number]))
        self._plan(at, need.slug, lambda: self._step(found, need, number, at, []))

    def _office_time(self, slug: str, at: datetime) -> datetime:
        """The moment, or the next opening with some minutes in hand."""
        calendar = self.calendars[slug]
        if calendar.is_open(at):
            return at
        return calendar.next_open(at) + timedelta(minutes=self.chance.randint(5, 90))

    def _step(self, found: Find, need: Need, number: int, at: datetime, looked: list[int | None]) -> None:
        """`looked`: where the ticket stood at each look. One who tried and got no answer sees whether it was done."""
        step = need.story.steps[number]
        ticket = found()
        if ticket is not None:
            ticket.refresh_from_db()
        tried = [position for position in looked if position is not None]
        looked.append(ticket.last_position if ticket else None)
        if ticket is None:
            if len(looked) < _LOOKS:
                self._plan(at + _LATER * len(looked), need.slug, lambda: self._step(found, need, number, at, looked))
            return
        if not tried or tried[0] == ticket.last_position:
            colleagues.do(ticket, step, need, self.chance)
        self._settle()
        if step[0] != "ask":
            self._next_step(found, need, number + 1, at)
        elif need.back_after:
            back = at + timedelta(hours=need.back_after)
            self._plan(back, need.slug, lambda: self._reply(ticket, need, number, back))

    def _reply(self, ticket: Ticket, need: Need, number: int, at: datetime) -> None:
        """The customer answers the mail in their mailbox, at the address it says."""
        received = self._newest_mail(need, ticket)
        if received is not None:
            message_id, reply_to, subject = received
            self.mail.send(self._letter(need, need.story.back, reply_to, f"Re: {subject}", message_id))
            self._settle()
        self._next_step(lambda: ticket, need, number + 1, at)

    def _newest_mail(self, need: Need, ticket: Ticket) -> tuple[str, str, str] | None:
        import email
        import email.policy

        organisation = self.organisations[need.slug]
        for mail in OutTrayMail.objects.filter(organisation=organisation).select_related("raw").order_by("-id")[:200]:
            if need.address in str(mail.recipients) and ticket.number in mail.subject:
                parsed = email.message_from_bytes(files.read(mail.raw), policy=email.policy.default)
                address = parsed["Reply-To"] or parsed["From"]
                return str(parsed["Message-ID"]), address.addresses[0].addr_spec, str(parsed["Subject"])
        return None

    @staticmethod
    def _confirm(found: Find) -> None:
        ticket = found()
        if ticket is None:
            return
        ticket.refresh_from_db()
        if ticket.is_closed:
            with suppress(Refusal):  # confirmed already
                ending.confirm(ticket)

    def _settle(self) -> None:
        """What came in is read and what goes out has left before time goes on; a service at work does it by itself."""
        if self.patience:
            return
        for _ in range(100):
            intake.work()
            if not IncomingMail.objects.filter(state=IncomingMail.State.PENDING).exists():
                break
        for _ in range(20):
            if not outbox.work():
                break


def picture(chance: random.Random) -> bytes:
    """A small PNG of one colour: a photograph as far as a file goes (PNG, third edition, 2025)."""
    width = height = 64
    colour = bytes(chance.randrange(256) for _ in range(3))
    rows = b"".join(b"\x00" + colour * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

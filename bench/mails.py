"""Mail intake: a spool of mails through the door and through intake, in this process, fsync on."""

from __future__ import annotations

import random
import time
from email.message import EmailMessage

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.config.load.words import Words, person_name
from sportello.records.tickets.models import Message
from sportello.service.channels import intake
from sportello.service.channels.email.taking import Addressed, take
from sportello.service.channels.models import IncomingMail, Mailbox

from .inside import summed
from .results import Intake

#: Mails whose queries are counted, apart from those that are timed.
COUNTED = 20


def measure(mailbox: Mailbox, count: int, seed: int) -> Intake:
    """Three of five from strangers, one of five from a known customer, one of five an answer on a ticket."""
    chance = random.Random(seed)
    words = Words("it", chance)
    known = list(
        Message.objects.filter(organisation=mailbox.organisation, direction="in")
        .exclude(rfc_id="")
        .filter(entry__ticket__last_position__lt=20)
        .order_by("-id")[: count + 2 * COUNTED]
    )
    last = IncomingMail.objects.order_by("-id").values_list("id", flat=True).first() or 0
    opening = [_mail(words, chance, mailbox, None, n) for n in range(COUNTED)]
    joining = [_mail(words, chance, mailbox, known.pop(), COUNTED + n, answers=True) for n in range(COUNTED)]
    to_take, to_open = _count(mailbox, opening)
    to_take_too, to_join = _count(mailbox, joining)
    spool = []
    for n in range(count):
        sort = n % 5
        spool.append(_mail(words, chance, mailbox, known.pop() if sort > 2 else None, 1000 + n, answers=sort == 4))
    began = time.perf_counter()
    for raw, sender in spool:
        take(raw, [Addressed(mailbox, mailbox.address)], door="smtp", envelope_from=sender)
    taken = time.perf_counter()
    while intake.work():
        pass
    settled = time.perf_counter()
    return Intake(
        count, count / (taken - began), count / (settled - taken), (to_take + to_take_too) / 2, to_open, to_join,
        _states(last),
    )  # fmt: skip


def _states(after: int) -> dict[str, int]:
    states: dict[str, int] = {}
    for state in IncomingMail.objects.filter(pk__gt=after).values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    return states


def _count(mailbox: Mailbox, mails: list[tuple[bytes, str]]) -> tuple[float, float]:
    """Queries a mail at the door and in intake."""
    with CaptureQueriesContext(connection) as door:
        for raw, sender in mails:
            take(raw, [Addressed(mailbox, mailbox.address)], door="smtp", envelope_from=sender)
    with CaptureQueriesContext(connection) as inside:
        while intake.work():
            pass
    return summed(door.captured_queries).queries / len(mails), summed(inside.captured_queries).queries / len(mails)


def _mail(
    words: Words, chance: random.Random, mailbox: Mailbox, known: Message | None, serial: int, *, answers: bool = False
) -> tuple[bytes, str]:
    """(raw bytes, sender)."""
    mail = EmailMessage()
    sender = known.sender_address if known else f"nuovo.{serial}.{chance.getrandbits(40)}@example.com"
    name = known.sender_name if known else person_name(chance)
    mail["From"], mail["To"] = f"{name} <{sender}>", mailbox.address
    mail["Subject"] = f"Re: {known.subject[:60]}" if known and answers else words.subject()[:60]
    mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = f"<{serial}.{chance.getrandbits(60)}@mail.example.com>"
    text = words.text()
    if known and answers:
        mail["In-Reply-To"] = mail["References"] = known.rfc_id
        quoted = "\n".join(f"> {line}" for line in known.text.splitlines())
        text += f"\n\nIl giorno 1 novembre 2026 ha scritto:\n{quoted}\n"
    mail.set_content(text)
    return mail.as_bytes(), sender

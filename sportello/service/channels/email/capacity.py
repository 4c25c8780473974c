"""How much a message may weigh: known before it is sent, from what the mailbox's server said last time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.models import LearnedServer, Mailbox

#: Of all files of a message where no server has said anything: base64 adds a third, and most refuse above 25 MB.
MOST_FILES = 18 * 1024 * 1024
#: Bytes of a message beside its files: fields, and text twice.
_BESIDE = 64 * 1024


def on_the_wire(text: str, files: Sequence[File]) -> int:
    """Bytes of the message, a little more than it will really have: base64 in lines, quoted-printable."""
    return _BESIDE + 6 * len(text.encode()) + sum(file.blob.size * 138 // 100 + 1_000 for file in files)


def most_for_files(mailbox: Mailbox | None) -> int:
    """Bytes all files of one message may have together when it leaves from `mailbox`."""
    known = learned(mailbox)
    if known is None or not known.most_bytes:
        return MOST_FILES
    return max(0, min(MOST_FILES, (known.most_bytes - _BESIDE) * 100 // 138))


def learned(mailbox: Mailbox | None) -> LearnedServer | None:
    """What the mailbox's present server said of itself; None when it was never spoken to."""
    known = getattr(mailbox, "learned", None)
    if mailbox is None or known is None or (known.host, known.port) != (mailbox.smtp_host, mailbox.smtp_port):
        return None
    return cast(LearnedServer, known)


def learn(mailbox: Mailbox, features: dict[str, str]) -> None:
    """Keep what the server said to EHLO (names in lower case): nothing is written while it says the same."""
    said = {
        "host": mailbox.smtp_host,
        "port": mailbox.smtp_port,
        "most_bytes": _number(features.get("size", "")),
        "has_smtputf8": "smtputf8" in features,
        "has_8bitmime": "8bitmime" in features,
        "has_starttls": "starttls" in features,
    }
    known = LearnedServer.objects.filter(mailbox=mailbox).first()
    if known is not None and all(getattr(known, name) == value for name, value in said.items()):
        return
    LearnedServer.objects.update_or_create(
        organisation_id=mailbox.organisation_id,
        mailbox=mailbox,
        defaults={**said, "learned_at": clock.server_now()},
    )


def refuse_too_large(ticket: Ticket, text: str, files: Sequence[File]) -> None:
    """Refusal in plain words before anything is sent that the server would refuse."""
    if not files:
        return
    from .answering import answering  # which asks how heavy an answer may be

    most = answering(ticket).most_files
    weight = sum(file.blob.size for file in files)
    if weight > most:
        raise Refusal(
            _(
                "The files weigh %(weight)s MB together and a message can carry %(most)s MB: leave some out, or send "
                "them in two messages."
            )
            % {"weight": _megabytes(weight), "most": _megabytes(most)},
            field="files",
        )


def _megabytes(number: int) -> str:
    return f"{number / 1024 / 1024:.1f}".removesuffix(".0")


def _number(typed: str) -> int | None:
    first = typed.split(" ")[0]
    return int(first) if first.isdigit() and 0 < int(first) < 1 << 62 else None

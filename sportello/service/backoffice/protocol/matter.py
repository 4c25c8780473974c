"""What is to be registered, with everything art. 53(1) asks, read from a message or a document of a ticket."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sportello.foundation.core.text import one_line
from sportello.foundation.files.actions import read
from sportello.records.tickets.models import Attachment, Message
from sportello.service.channels.models import IncomingMail

from ..documents import segnatura
from ..models import Document, LetterDraft, ProtocolEntry

_IN, _OUT = ProtocolEntry.Direction.IN, ProtocolEntry.Direction.OUT
#: Larger files are no mark of a protocol; they are not read to look.
_LARGEST_MARK = segnatura.LARGEST
_MOST = 100


@dataclass(frozen=True)
class Matter:
    """`correspondents` as [{"name", "address"}], `attachments` as [{"name", "sha256"}]; `happened_at` ISO 8601."""

    direction: str
    subject: str
    correspondents: list[dict[str, str]]
    happened_at: str
    means: str
    digest: str
    digest_of: str
    attachments: list[dict[str, str]]
    sender_number: str = ""
    sender_date: str = ""
    sender_office: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.happened_at)


def of_message(message: Message) -> Matter:
    """A message with the customer. What came in by mail is known by its bytes, anything else by its words."""
    entry = message.entry
    files = list(Attachment.objects.filter(entry=entry).select_related("blob").order_by("id")[:_MOST])
    mail = IncomingMail.objects.filter(message=message).select_related("raw").first() if message.is_incoming else None
    mark = segnatura_in(files) if message.is_incoming else None
    words = f"{message.subject}\n\n{message.text}"
    return Matter(
        direction=str(_IN if message.is_incoming else _OUT),
        subject=one_line(message.subject or entry.ticket.subject, 500),
        correspondents=_correspondents(message),
        happened_at=(mail.received_at if mail else entry.happened_at).isoformat(),
        means=message.channel,
        digest=mail.raw.sha256 if mail else hashlib.sha256(words.encode()).hexdigest(),
        digest_of="mail" if mail else "text",
        attachments=[{"name": one.filename, "sha256": one.blob.sha256} for one in files],
        sender_number=mark.number if mark else "", sender_date=mark.registered_on[:40] if mark else "",
        sender_office=" ".join(filter(None, (mark.administration, mark.office)))[:100] if mark else "",
    )  # fmt: skip


def _correspondents(message: Message) -> list[dict[str, str]]:
    if message.is_incoming:
        name = message.sender_name or (message.entry.ticket.customer.name if message.entry.ticket.customer else "")
        return [{"name": name, "address": message.sender_address}]
    found = [{"name": one.name, "address": one.address} for one in message.recipients.order_by("id")[:_MOST]]
    customer = message.entry.ticket.customer
    return found or [{"name": customer.name if customer else "", "address": ""}]


def segnatura_in(files: list[Attachment]) -> segnatura.Segnatura | None:
    """The mark of another office's protocol among the files of a message."""
    for one in files:
        name = one.filename.lower()
        if name.endswith("segnatura.xml") and one.blob.size <= _LARGEST_MARK and not one.blob.is_infected:
            found = segnatura.read(read(one.blob))
            if found is not None:
                return found
    return None


def of_draft(draft: LetterDraft, at: datetime) -> Matter:
    """A letter that is to bear its number: its digest is that of the words, the paper has none yet."""
    name, _line, address = draft.recipient.partition("\n")
    words = f"{draft.title}\n\n{draft.recipient}\n\n{draft.text}"
    return Matter(
        direction=str(_OUT), subject=one_line(draft.title, 500),
        correspondents=[{"name": name, "address": one_line(address)}], happened_at=at.isoformat(), means="letter",
        digest=hashlib.sha256(words.encode()).hexdigest(), digest_of="text", attachments=[],
    )  # fmt: skip


def of_document(document: Document, direction: str = _OUT) -> Matter:
    """A document of ours that leaves on paper or with a reply."""
    name, _line, address = document.recipient.partition("\n")
    return Matter(
        direction=str(direction), subject=one_line(document.title, 500),
        correspondents=[{"name": name, "address": one_line(address)}], happened_at=document.issued_at.isoformat(),
        means="letter", digest=document.sha256, digest_of="pdf", attachments=[],
    )  # fmt: skip

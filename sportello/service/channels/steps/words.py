"""Step 5: the record as words of a ticket. Everything is bounded; the whole is in the raw message."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, cast

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.actions import keep_all
from sportello.foundation.files.models import Blob
from sportello.records.customers.identities import normal
from sportello.records.tickets.words import File, Words
from sportello.service.channels.email.addresses import is_ours
from sportello.service.channels.mailkit.record import MailRecord

from .mail import Arrived
from .who import Writer

TEXT = 200_000
HTML = 500_000
FILES = 100
RECIPIENTS = 50
_CUT = "\n[…]"


def words_of(mail: Arrived, writer: Writer, *, is_machine: bool = False) -> Words:
    """What was said, its files kept as blobs."""
    record = mail.record
    return Words(
        text=text_of(record),
        subject=one_line(record.subject, 500),
        quoted=bounded(record.quoted_text),
        signature=bounded(record.signature),
        html=record.html if len(record.html) <= HTML else "",
        language=record.language,
        sender_name=writer.name,
        sender_address=writer.address,
        rfc_id=mail.rfc_id,
        recipients=_recipients(mail, writer),
        files=tuple(
            File(one.filename, blob, one.content_id, one.inline)
            for one, blob in zip(record.attachments, _blobs(mail), strict=False)
        ),
        is_machine=is_machine,
    )


def keep_files(mails: Sequence[Arrived]) -> None:
    """Keep the files of messages of one organisation together, before their words are written."""
    having = [mail for mail in mails if mail.record.attachments]
    files = [[one.content for one in mail.record.attachments[:FILES]] for mail in having]
    blobs = iter(keep_all(mails[0].organisation, [content for each in files for content in each]) if having else ())
    for mail, each in zip(having, files, strict=True):
        mail.__dict__["_blobs"] = list(islice(blobs, len(each)))


def _blobs(mail: Arrived) -> list[Blob]:
    if mail.record.attachments and "_blobs" not in mail.__dict__:
        keep_files([mail])
    return cast("list[Blob]", mail.__dict__.get("_blobs", []))


def text_of(record: MailRecord) -> str:
    """The customer's own words; the whole where nothing was left of them."""
    return bounded(record.reply_text or record.text)


def left_out(mail: Arrived) -> dict[str, Any]:
    """What did not fit, for the reason row: the raw message holds it."""
    record = mail.record
    facts: dict[str, Any] = {}
    if len(record.attachments) > FILES:
        facts["files_left"] = len(record.attachments) - FILES
    if len(record.reply_text or record.text) > TEXT:
        facts["text_cut"] = True
    if len(record.html) > HTML:
        facts["html_left"] = True
    return facts


def subject_of(mail: Arrived) -> str:
    """The ticket's subject: the message's, else the first line of its words."""
    subject = one_line(mail.record.subject, 300)
    if subject:
        return subject
    first = next((line for line in clean(mail.record.reply_text).split("\n") if line.strip()), "")
    return one_line(first, 80)


def bounded(text: str) -> str:
    return text if len(text) <= TEXT else text[:TEXT] + _CUT


def _recipients(mail: Arrived, writer: Writer) -> tuple[tuple[str, str, str], ...]:
    """Who else was written to. Our own mailboxes are no party to the ticket, with or without a token."""
    found: dict[str, tuple[str, str, str]] = {}
    for role, people in (("to", mail.record.to), ("cc", mail.record.cc)):
        for one in people:
            address = normal("email", one.address)
            if address and address != writer.address and not is_ours(address, mail.ours):
                found.setdefault(address, (role, one_line(one.name, 300), address))
    return tuple(found.values())[:RECIPIENTS]

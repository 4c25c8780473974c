"""An outgoing message as bytes. The same message composed twice is the same to the byte: a repeat must look
like one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from sportello.service.channels.mailkit import charsets, wire
from sportello.service.channels.mailkit.wire import BadMail

Person = tuple[str, str]
"""Name (may be empty) and address."""

REFERENCES: Final = 20
"""Ids written in References: the first of the thread and the newest; some servers refuse the field beyond 8
kB."""

REFERENCES_CHARACTERS: Final = 4_000

_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send. With a content id and `inline`, the HTML shows it as `cid:…`."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Everything the bytes of a message are made of.

    date: aware. auto_submitted: for a notice no person wrote, auto-replied or
    auto-generated (RFC 3834). loop_marks: marks of the message that caused this
    one, so that two desks answering each other can count.
    """

    from_: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    message_id: str
    date: datetime
    cc: tuple[Person, ...] = ()
    html: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: Person | None = None
    attachments: tuple[OutgoingFile, ...] = ()
    auto_submitted: str = ""
    language: str = ""
    loop_marks: tuple[str, ...] = ()


def compose(mail: OutgoingMail) -> bytes:
    """The message. Raises `BadMail` when an address or the message's own id cannot be written."""
    if mail.date.tzinfo is None:
        raise BadMail("the date has no offset")
    if not mail.to and not mail.cc:
        raise BadMail("nobody to send to")
    return _head(mail) + _body(mail)


def needs_smtputf8(mail: OutgoingMail) -> bool:
    """Whether an address holds letters beyond ASCII before its @ (RFC 6531)."""
    people = (mail.from_, *mail.to, *mail.cc, *((mail.reply_to,) if mail.reply_to else ()))
    return any(not address.rpartition("@")[0].isascii() for _, address in people)


def _head(mail: OutgoingMail) -> bytes:
    fields = [
        wire.field("Date", format_datetime(mail.date)),
        wire.addresses_field("From", (mail.from_,)),
        wire.addresses_field("To", mail.to),
        wire.addresses_field("Cc", mail.cc),
        wire.addresses_field("Reply-To", (mail.reply_to,) if mail.reply_to else ()),
        wire.text_field("Subject", mail.subject),
        wire.field("Message-ID", wire.message_id(mail.message_id)),
    ]
    answered = wire.known_ids((mail.in_reply_to,))
    if answered:
        fields.append(wire.field("In-Reply-To", answered[0]))
    references = _references(mail)
    if references:
        fields.append(wire.field("References", " ".join(references)))
    if mail.auto_submitted:
        # RFC 3834 section 5; the second field is what keeps Exchange from answering with an absence note. Not "All",
        # which stands for NDR too: then nobody would tell us that the notice did not arrive.
        fields.append(wire.field("Auto-Submitted", mail.auto_submitted))
        fields.append(wire.field("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"))
    if _LANGUAGE.fullmatch(mail.language):
        fields.append(wire.field("Content-Language", mail.language))
    own_mark = wire.wire_address(mail.from_[1])
    for mark in (*mail.loop_marks[:10], own_mark):
        fields.append(wire.text_field("X-Sportello-Loop", mark[:200]))
    fields.append(b"MIME-Version: 1.0\r\n")
    return b"".join(fields)


def _references(mail: OutgoingMail) -> list[str]:
    ids = wire.known_ids((*mail.references, mail.in_reply_to))
    # The last place of each counts: the parent stands at the end.
    unique = list(dict.fromkeys(reversed(ids)))[::-1]
    if len(unique) > REFERENCES:
        unique = [unique[0], *unique[-(REFERENCES - 1) :]]
    while len(unique) > 1 and sum(len(each) + 1 for each in unique) > REFERENCES_CHARACTERS:
        del unique[1 if len(unique) > 2 else 0]
    return unique


# Bodies: each function gives back a whole entity, its own fields first.


def _body(mail: OutgoingMail) -> bytes:
    shown = [file for file in mail.attachments if file.inline and file.content_id and mail.html is not None]
    apart = [file for file in mail.attachments if file not in shown]
    entity = _text_entity(mail.text)
    if mail.html is not None:
        page = _html_entity(mail.html)
        if shown:
            page = _multipart("related", [page, *map(_file_entity, shown)], mail.message_id, "text/html")
        entity = _multipart("alternative", [entity, page], mail.message_id)
    if apart:
        entity = _multipart("mixed", [entity, *map(_file_entity, apart)], mail.message_id)
    return entity


def _text_entity(text: str) -> bytes:
    flowed = wire.flow(charsets.clean(text)).removesuffix("\r\n") + "\r\n"
    lines = flowed.split("\r\n")
    plain = flowed.isascii() and not any(
        len(line) > 998 or line == "." or line.startswith("From ") or line.endswith(" ") for line in lines
    )
    head = b"Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: "
    if plain:
        return head + b"7bit\r\n\r\n" + flowed.encode("ascii")
    # Quoted-printable also guards the spaces at line ends on which the flowing hangs.
    return head + b"quoted-printable\r\n\r\n" + wire.quoted_printable(flowed)


def _html_entity(html: str) -> bytes:
    text = charsets.clean(html).replace("\n", "\r\n")
    head = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head + wire.quoted_printable(text + "\r\n")


def _file_entity(file: OutgoingFile) -> bytes:
    kind = file.content_type.lower()
    # RFC 2046 forbids base64 inside message/ and multipart/ types, and our bytes must arrive unchanged.
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    disposition = "inline" if file.inline and file.content_id else "attachment"
    fields = [
        wire.field("Content-Type", kind),
        wire.field("Content-Disposition", disposition + wire.parameter("filename", file.filename or "file")),
        b"Content-Transfer-Encoding: base64\r\n",
    ]
    if file.content_id:
        fields.append(wire.field("Content-ID", wire.message_id(f"<{file.content_id}>")))
    return b"".join(fields) + b"\r\n" + wire.base64_lines(file.content)


def _multipart(subtype: str, entities: list[bytes], message_id: str, root_type: str = "") -> bytes:
    """Boundaries hold `=_`, which no quoted-printable or base64 can write; 7bit texts are looked through."""
    number = 0
    while True:
        seed = f"{message_id}/{subtype}/{number}".encode()
        boundary = f"=_{hashlib.sha256(seed).hexdigest()[:32]}".encode("ascii")
        if not any(boundary in entity for entity in entities):
            break
        number += 1
    more = f'; type="{root_type}"' if root_type else ""
    head = f"Content-Type: multipart/{subtype}{more};\r\n boundary=".encode("ascii") + b'"' + boundary
    head += b'"\r\n\r\n'
    body = b"".join(b"--" + boundary + b"\r\n" + entity + b"\r\n" for entity in entities)
    return head + body + b"--" + boundary + b"--\r\n"

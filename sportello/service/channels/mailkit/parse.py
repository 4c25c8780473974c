"""A message, read: bytes in, a record out. Never raises, whatever the bytes; time and memory follow their
number."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from sportello.service.channels.mailkit import (
    addresses,
    attachments,
    authenticity,
    bodies,
    bounces,
    charsets,
    dates,
    headers,
    ids,
    language,
    limits,
    machine,
    mime,
    pec,
    pec_opening,
    smime,
    unpacking,
    words,
)  # fmt: skip
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.headers import Headers
from sportello.service.channels.mailkit.record import Address, Bounce, MachineSign, MailRecord, first_author

log = logging.getLogger(__name__)

_DELIVERED_FIELDS = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-forwarded-to",
    "resent-to",
    "apparently-to",
)  # fmt: skip


def parse(raw: bytes, *, envelope_from: str | None = None) -> MailRecord:
    """The record of a message.

    envelope_from: MAIL FROM of the SMTP session, empty or `<>` for the null sender; None when not known, and
    then Return-Path tells.
    """
    defects = Defects()
    try:
        record = _parse(raw, envelope_from, defects)
        if record.pec is None:
            return record
        top, _body = headers.read_block(raw, 0, len(raw), Defects())
        return pec_opening.opened(record, top, lambda inside: _parse(inside, None, Defects()))
    except Exception:
        # The last net, and the one place that may catch all: a bug here must cost a defect code and not a
        # message.
        log.exception("mail parser failed", extra={"sha256": hashlib.sha256(raw).hexdigest()})
        defects.add("parser_error")
        return _unread(raw, envelope_from, defects)


def _parse(raw: bytes, envelope_from: str | None, defects: Defects) -> MailRecord:
    source = _with_line_feeds(raw)
    root = mime.read(source, defects)
    top = root.headers
    unpacked = unpacking.unpack(source, root, defects)
    found = bodies.find(root)
    said = bodies.read(source, found, defects)
    text = smime.without_armour(said.text, unpacked.seal)
    split = words.split(text)
    subject = top.text("subject", defects)[: limits.SUBJECT]
    from_ = _authors(top, defects)
    sender = first_author(from_)
    in_reply_to, references = _threading(top, defects)
    return_path = _return_path(top, envelope_from, defects)
    signs = _signs(source, root, found, text, sender, subject, return_path)
    return MailRecord(
        from_=from_,
        reply_to=_people(top, "reply-to", defects),
        to=_people(top, "to", defects),
        cc=_people(top, "cc", defects),
        delivered_to=_delivered_to(top, defects),
        subject=subject,
        date=dates.parse(top.raw("date", 1_000), defects),
        message_id=ids.own(top.raw("message-id"), defects),
        in_reply_to=in_reply_to,
        references=references,
        text=text,
        html=said.html,
        reply_text=split.reply,
        quoted_text=split.quoted,
        signature=split.signature,
        attachments=attachments.read(source, found, defects),
        auto_submitted=machine.writes_itself(signs.machine),
        machine=signs.machine,
        bounce=signs.bounce,
        pec=signs.pec,
        language=language.detect(split.reply or subject),
        return_path=return_path,
        loop_marks=tuple(charsets.clean_line(mark)[:200] for mark in top.raw_all("x-sportello-loop")[:100]),
        received_count=top.count("received"),
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        defects=defects.codes(),
        signature_state=unpacked.seal.state,
        signature_kind=unpacked.seal.kind,
        calendar=tuple(unpacked.events),
        authentication=top.by_hop("authentication-results", authenticity.FIELDS, authenticity.SIGNS),
    )


def _with_line_feeds(raw: bytes) -> bytes:
    """Old Macs and some gateways end lines with CR alone; only then is a copy made."""
    head = raw[:65_536]
    return raw.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else raw


def _people(top: Headers, name: str, defects: Defects) -> tuple[Address, ...]:
    """Addresses of every field of that name: RFC 5322 allows one, programs write several."""
    found: list[Address] = []
    for value in top.raw_all(name)[:20]:
        if len(found) < limits.ADDRESSES:
            found.extend(addresses.parse(value, defects))
    return tuple(found[: limits.ADDRESSES])


def _authors(top: Headers, defects: Defects) -> tuple[Address, ...]:
    """From; without one, Sender; without that, nobody, which the record says."""
    for name in ("from", "sender"):
        authors = _people(top, name, defects)
        if authors:
            return authors
        defects.add(f"no_{name}")
    return ()


def _threading(top: Headers, defects: Defects) -> tuple[str, tuple[str, ...]]:
    answered = ids.several(top.raw("in-reply-to"), defects)
    references = ids.several(" ".join(top.raw_all("references")[:20]), defects)
    return (answered[0] if answered else ""), references + tuple(i for i in answered[1:] if i not in references)


def _delivered_to(top: Headers, defects: Defects) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in _DELIVERED_FIELDS:
        for value in top.raw_all(name)[:50]:
            for entry in addresses.parse(value, Defects()):
                if "@" in entry.address:
                    found[entry.address] = None
    return tuple(found)[: limits.ADDRESSES]


def _return_path(top: Headers, envelope_from: str | None, defects: Defects) -> str | None:
    written = envelope_from if envelope_from is not None else top.raw("return-path", 2_000)
    if envelope_from is None and "return-path" not in top:
        return None
    address = charsets.clean_line(written).strip().strip("<>").strip()
    return address[: limits.ADDRESS]


@dataclass(frozen=True, slots=True)
class _Signs:
    machine: MachineSign | None
    bounce: Bounce | None
    pec: str | None


def _signs(
    source: bytes,
    root: mime.Part,
    found: bodies.Found,
    text: str,
    sender: Address,
    subject: str,
    return_path: str | None,
) -> _Signs:
    """What kind of message it is, apart from what it says."""
    kind = pec.kind(root.headers)
    sign = machine.sign(root.headers, root, sender, subject, return_path, kind)
    bounce = None
    if not pec.is_receipt(kind):
        bounce = bounces.read(source, root.headers, root, found, text, sender, subject, return_path == "")
    if bounce is not None and (sign is None or sign.kind != "report"):
        sign = MachineSign("bounce", "report", "from", sender.address)
    return _Signs(sign, bounce, kind)


def _unread(raw: bytes, envelope_from: str | None, defects: Defects) -> MailRecord:
    """What can be said of a message the parser failed on: its first bytes as text, so that a person can read
    it."""
    fields = Headers([])
    try:
        fields, _ = headers.read_block(raw, 0, len(raw), Defects())
        from_ = _authors(fields, Defects())
        subject = fields.text("subject", Defects())[: limits.SUBJECT]
        message_id = ids.own(fields.raw("message-id"), Defects())
    except Exception:
        log.exception("mail headers could not be read either")
        from_, subject, message_id = (), "", ""
    text = charsets.decode(raw[: limits.TEXT], "utf-8", Defects())
    return MailRecord(
        from_=from_, reply_to=(), to=(), cc=(), delivered_to=(), subject=subject, date=None,
        message_id=message_id, in_reply_to="", references=(), text=text, html="", reply_text=text,
        quoted_text="", signature="", attachments=(), auto_submitted=False, machine=None, bounce=None,
        pec=None, language="", return_path=None, loop_marks=(), received_count=0, size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(), defects=defects.codes(),
    )  # fmt: skip

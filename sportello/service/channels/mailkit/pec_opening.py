"""A certified message, opened: what the provider certifies of it, and the customer's own message inside.

RFC 6109 section 3: a transport envelope and an anomaly envelope carry the original as `postacert.eml`; receipts carry
`daticert.xml`, and some bring the original back as well, which is not the message then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sportello.service.channels.mailkit import ids, pec, pec_data
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.headers import Headers
from sportello.service.channels.mailkit.record import Address, Attachment, Certified, MailRecord

ORIGINAL: Final = "postacert.eml"
DATA: Final = "daticert.xml"
_FOR: Final = ("per conto di:", "on behalf of:")
_XML: Final = ("application/xml", "text/xml")


def opened(outer: MailRecord, top: Headers, read: Callable[[bytes], MailRecord]) -> MailRecord:
    """The record of `outer`, opened; itself when it is ordinary mail. `read` parses the message inside, and opens
    nothing further: envelopes in envelopes end here."""
    if outer.pec is None:
        return outer
    certified = _certified(outer, top)
    kind = _kind(outer.pec, certified)
    if pec.is_receipt(kind):
        return replace(outer, pec=kind, certified=certified)
    original = _original(outer)
    inside = read(original.content) if original is not None else None
    return _inside(replace(outer, pec=kind), certified, inside)


def _kind(by_header: str, certified: Certified) -> str:
    """The header's, unless its value is none we know and the data's is."""
    if by_header in pec.KINDS or certified.kind not in pec.KINDS:
        return by_header
    return certified.kind


def _certified(outer: MailRecord, top: Headers) -> Certified:
    about = ids.several(top.raw("x-riferimento-message-id", 2_000), Defects())
    form = top.raw("x-tiporicevuta", 100).strip().lower()[:20]
    facts = Certified(
        kind=outer.pec or "", error="", sender="", recipients=(), reply_to="", subject="", issuer="", at=None,
        identifier="", msgid="", header_msgid=about[0] if about else "", receipt_form=form, about="", error_text="",
    )  # fmt: skip
    file = _data_file(outer)
    if file is None:
        # nobody certifies anything of ordinary mail in an anomaly envelope
        return _by_headers(facts, outer, "" if outer.pec == pec.ANOMALY else pec_data.MISSING)
    data = pec_data.read(file.content)
    if data is None:
        return _by_headers(facts, outer, pec_data.MALFORMED)
    return replace(
        facts,
        kind=pec.named(data.kind) or facts.kind,
        error=data.error,
        sender=data.sender,
        recipients=data.recipients,
        reply_to=data.reply_to,
        subject=data.subject,
        issuer=data.issuer,
        at=data.at,
        identifier=data.identifier,
        msgid=data.msgid,
        receipt_form=data.receipt_form or form,
        about=data.about,
        error_text=data.error_text,
    )


def _by_headers(facts: Certified, outer: MailRecord, error: str) -> Certified:
    """What the headers alone say; none of it is certified, and `error` tells so."""
    name = outer.sender.name
    sender = next((name[len(word) :].strip() for word in _FOR if name.lower().startswith(word)), "")
    subject = outer.subject
    for prefix in pec.SUBJECT_PREFIXES:
        if subject.upper().startswith(prefix):
            subject = subject[len(prefix) :].strip()
            break
    certain = sender if "@" in sender else ""
    return replace(facts, error=error, sender=certain, subject=subject)


def _data_file(outer: MailRecord) -> Attachment | None:
    named = [one for one in outer.attachments if one.filename.lower() == DATA]
    typed = [one for one in outer.attachments if one.declared_type in _XML and b"postacert" in one.content[:2_000]]
    return next(iter((*named, *typed)), None)


def _original(outer: MailRecord) -> Attachment | None:
    named = [one for one in outer.attachments if one.filename.lower() == ORIGINAL]
    typed = [one for one in outer.attachments if one.declared_type == "message/rfc822"]
    return next(iter((*named, *typed)), None)


def _inside(outer: MailRecord, certified: Certified, inside: MailRecord | None) -> MailRecord:
    """The inside's words under the outside's hash, size and way: what is stored is the envelope."""
    record = inside if inside is not None else outer
    ordinary = outer.pec == pec.ANOMALY
    defects = dict.fromkeys((*outer.defects, *record.defects))
    if inside is None and not ordinary:
        defects["postacert_missing"] = None
    return replace(
        record,
        from_=record.from_ if ordinary else _authors(record, outer, certified, inside is not None),
        subject=record.subject or certified.subject or outer.subject,
        date=record.date or outer.date,
        delivered_to=tuple(dict.fromkeys((*outer.delivered_to, *record.delivered_to))),
        return_path=record.return_path if inside is not None else outer.return_path,
        pec=outer.pec,
        certified=certified,
        loop_marks=tuple(dict.fromkeys((*outer.loop_marks, *record.loop_marks))),
        received_count=outer.received_count + (record.received_count if inside is not None else 0),
        size=outer.size,
        sha256=outer.sha256,
        defects=tuple(defects),
        authentication=outer.authentication,
    )


def _authors(
    record: MailRecord, outer: MailRecord, certified: Certified, is_inside: bool
) -> tuple[Address, ...]:
    """Who wrote: whom the provider certifies, under the name the message itself gives that address."""
    address = certified.sender
    if not address:
        if is_inside and "@" in record.sender.address:
            return record.from_
        return next(((one,) for one in outer.reply_to if "@" in one.address), outer.from_)
    same = next((one for one in record.from_ if one.address.lower() == address.lower()), None)
    return (Address(same.name if same is not None else "", address),)

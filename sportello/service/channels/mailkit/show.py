"""`sportello mail show --jsonl`: one request a line, one answer a line, from the parser the mailboxes use.

Request `{"id": …, "kind": "mail", "raw": base64}`; answer the record, or `{"id": …, "error": sentence}`. No
database.
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from sportello.service.channels.mailkit import authenticity
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.mailkit.record import Address, Bounce, CalendarEvent, Certified, MailRecord


def main(stdin: Iterable[str] | None = None, stdout: TextIO | None = None) -> int:
    """Answer every line until the input ends; a bad line is answered with an error. Returns the exit code."""
    source: Iterable[str] = _standard_input() if stdin is None else stdin
    sink = sys.stdout if stdout is None else stdout
    for line in source:
        if not line.strip():
            continue
        # ASCII only: the reader's locale must not matter.
        sink.write(json.dumps(answer(line), ensure_ascii=True) + "\n")
        sink.flush()
    return 0


def _standard_input() -> Iterable[str]:
    """Lines as they come; bytes that are no UTF-8 make a bad line and not a crash."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def answer(line: str) -> dict[str, Any]:
    """The answer to one request line."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "the line is no JSON"}
    if not isinstance(request, dict):
        return {"id": None, "error": "the line is no JSON object"}
    asked = request.get("id")
    if request.get("kind") != "mail":
        return {"id": asked, "error": 'the kind is not "mail"'}
    raw = request.get("raw")
    if not isinstance(raw, str):
        return {"id": asked, "error": "raw is missing: the message in base64"}
    try:
        content = base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return {"id": asked, "error": "raw is no base64"}
    return {"id": asked, "kind": "mail", **as_json(parse(content))}


def as_json(record: MailRecord) -> dict[str, Any]:
    """The record as plain data; attachments without their bytes, the date in ISO 8601 or null."""
    return {
        "from": _addresses(record.from_),
        "to": _addresses(record.to),
        "cc": _addresses(record.cc),
        "subject": record.subject,
        "date": record.date.isoformat() if record.date else None,
        "message_id": record.message_id,
        "in_reply_to": record.in_reply_to,
        "references": list(record.references),
        "text": record.text,
        "html": record.html,
        "reply_text": record.reply_text,
        "signature": record.signature,
        "attachments": [
            {
                "filename": file.filename,
                "content_type": file.content_type,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in record.attachments
        ],
        "auto_submitted": record.auto_submitted,
        "bounce": _bounce(record.bounce) if record.bounce else None,
        "pec": _pec(record.certified) if record.certified else None,
        "language": record.language,
        "signature_state": record.signature_state,
        "signature_kind": record.signature_kind,
        "calendar": [_event(event) for event in record.calendar],
        "authentication": [_checked(value) for _hops, value in record.authentication],
    }


def _checked(value: str) -> dict[str, Any]:
    """One Authentication-Results as its writer put it; `said`: passed, failed or not_said. Nobody is believed here:
    a mailbox names the host it believes."""
    host, results = authenticity.read(value)
    told = [
        {"method": method, "result": one.result, "domain": one.domain, "said": one.said} for method, one in results
    ]
    return {"host": host, "results": told}


def _event(event: CalendarEvent) -> dict[str, Any]:
    names = ("method", "summary", "starts", "ends", "zone", "place", "description", "uid")
    return {
        **{name: getattr(event, name) for name in names},
        "organiser": {"name": event.organiser.name, "address": event.organiser.address},
    }


def _addresses(entries: Iterable[Address]) -> list[dict[str, str]]:
    return [{"name": entry.name, "address": entry.address} for entry in entries]


def _pec(certified: Certified) -> dict[str, Any]:
    return {
        "kind": certified.kind,
        "error": certified.error,
        "sender": certified.sender,
        "recipients": [{"address": one.address, "type": one.sort} for one in certified.recipients],
        "subject": certified.subject,
        "issuer": certified.issuer,
        "identifier": certified.identifier,
        "msgid": certified.msgid or certified.header_msgid,
        "error_text": certified.error_text,
    }


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "hard": bounce.hard,
        "original_ids": list(bounce.original_ids),
        "recipients": [
            {
                "address": who.address,
                "action": who.action,
                "status": who.status,
                "diagnostic": who.diagnostic,
                "reason": who.reason,
                "hard": who.hard,
            }
            for who in bounce.recipients
        ],
    }

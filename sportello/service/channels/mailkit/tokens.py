"""The random token by which a reply finds its ticket: in our Message-ID and in the reply address.

Only the shape lives here. Who makes a token takes fifteen random bytes from the organisation's source;
whether a token is one of ours is asked of the database. A subject or a ticket number never joins anything.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Final

from sportello.service.channels.mailkit.record import MailRecord

TOKEN_BYTES: Final = 15
TOKEN_LETTERS: Final = 24

_TOKEN: Final = re.compile(r"[a-z2-7]{24}")
_OUR_ID: Final = re.compile(r"<?\s?sp\.([a-z2-7]{24})@[^<>\s@]{1,255}>?", re.IGNORECASE)
_ID_IN_BYTES: Final = re.compile(rb"<sp\.([a-z2-7]{24})@[^<>\s@]{1,255}>", re.IGNORECASE)
_BYTES: Final = 200_000
_OUR_ADDRESS: Final = re.compile(r"[^@\s]{1,64}\+sp-([a-z2-7]{24})@[^@\s]{1,255}", re.IGNORECASE)


def from_bytes(random: bytes) -> str:
    """A token of 24 letters out of 15 bytes: lower-case base32, which survives every mail program."""
    if len(random) != TOKEN_BYTES:
        raise ValueError(f"a token is made of {TOKEN_BYTES} bytes, not {len(random)}")
    return base64.b32encode(random).decode("ascii").lower()


def message_id(token: str, domain: str) -> str:
    """Message-ID of an outgoing message: `<sp.TOKEN@domain>`."""
    return f"<sp.{_checked(token)}@{domain}>"


def reply_address(mailbox_address: str, token: str) -> str:
    """Where replies to one message go: `local+sp-TOKEN@domain`. ValueError when the mailbox is no address."""
    local, at, domain = mailbox_address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("a mailbox address holds one @ with something on both sides")
    return f"{local}+sp-{_checked(token)}@{domain}"


def mailbox_of(address: str) -> str:
    """The mailbox behind a reply address; any other address comes back unchanged."""
    match = _OUR_ADDRESS.fullmatch(address)
    if not match:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local[: -len('+sp-') - TOKEN_LETTERS]}@{domain}"


def ours(candidate: str) -> str | None:
    """The token in a Message-ID of our shape, else None."""
    match = _OUR_ID.fullmatch(candidate.strip())
    return match.group(1).lower() if match else None


def find_tokens(record: MailRecord, envelope_recipients: Iterable[str] = ()) -> list[str]:
    """Tokens a message carries, each once: envelope, In-Reply-To, To, Cc, Delivered-To and kin, References
    newest first.

    The order is that of trust: where the message was really sent to, what it really answers, and then the
    rest.
    """
    found: dict[str, None] = {}
    written = [entry.address for entry in (*record.to, *record.cc)]
    for address in envelope_recipients:
        _add(found, _OUR_ADDRESS.fullmatch(address.strip().strip("<>")))
    _add(found, _OUR_ID.fullmatch(record.in_reply_to))
    for address in (*written, *record.delivered_to):
        _add(found, _OUR_ADDRESS.fullmatch(address))
    for reference in reversed(record.references):
        _add(found, _OUR_ID.fullmatch(reference))
    return list(found)


def in_files(record: MailRecord) -> list[str]:
    """Tokens of our messages that came back as a file (the third part of a report, RFC 6522), each once."""
    found: dict[str, None] = {}
    for one in record.attachments[:5]:
        if one.declared_type.startswith(("message/", "text/rfc822")):
            for match in _ID_IN_BYTES.finditer(one.content[:_BYTES]):
                found[match[1].decode("ascii").lower()] = None
    return list(found)[:20]


def _add(found: dict[str, None], match: re.Match[str] | None) -> None:
    if match:
        found[match.group(1).lower()] = None


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("a token is 24 letters of lower-case base32")
    return token

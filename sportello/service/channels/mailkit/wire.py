"""Header fields and bodies as they go over the wire (RFC 5322, 2045, 2047, 2231). Nothing a value holds can
end its field.

Written by hand because the standard library's folding turns message ids longer than a line into encoded
words, and a thread is lost with them.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import quote

from sportello.service.channels.mailkit import charsets

LINE: Final = 76
"""Characters of a folded line where there is a choice (RFC 5322 asks for at most 78, demands at most 998)."""

_ATOM_PHRASE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ADDRESS: Final = re.compile(r"(?=[^@]{1,64}@[^@]{1,255}$)[^\s<>()\[\]\\,;:\"\x00-\x1f\x7f]+")
_MESSAGE_ID: Final = re.compile(r"<[^\s<>\x00-\x1f\x7f]{1,996}>")
_ENCODED_BYTES: Final = 42  # 56 letters of base64 and the 12 around them stay within a line


class BadMail(ValueError):
    """An outgoing message holds what cannot be sent: an address that is none, an id with white space."""


def field(name: str, value: str) -> bytes:
    """One field whose value is already made of printable pieces; folded at its spaces."""
    line = f"{name}:"
    lines: list[str] = []
    for word in value.split(" "):
        if not word:
            continue
        if len(line) + 1 + len(word) > LINE and line.strip() != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    lines.append(line)
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"


def text_field(name: str, value: str) -> bytes:
    """A field of free text such as Subject: plain when it is ASCII, else encoded words."""
    return field(name, _words(charsets.clean_line(value)))


def addresses_field(name: str, people: tuple[tuple[str, str], ...]) -> bytes:
    """A field of addresses, or nothing when there are none."""
    if not people:
        return b""
    return field(name, ", ".join(mailbox(person, address) for person, address in people))


def mailbox(name: str, address: str) -> str:
    """`Maria Popescu <maria@example.ro>`; BadMail when the address is none."""
    safe = wire_address(address)
    name = charsets.clean_line(name)
    if not name:
        return safe
    if not name.isascii() or "=?" in name or len(name) > 200:
        return f"{_words(name, always=True)} <{safe}>"
    if _ATOM_PHRASE.fullmatch(name):
        return f"{name} <{safe}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{safe}>'


def wire_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); the local part stays, and may need SMTPUTF8."""
    address = address.strip()
    if not _ADDRESS.fullmatch(address):
        raise BadMail("not an e-mail address")
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise BadMail("not a domain name") from error
    return f"{local}@{domain}"


def message_id(value: str) -> str:
    """An id fit for a field; BadMail when it is none."""
    if not _MESSAGE_ID.fullmatch(value) or not value.isascii():
        raise BadMail("not a message id")
    return value


def known_ids(values: tuple[str, ...]) -> list[str]:
    """Those of the ids strangers sent that can be written back. The shortened ones of the parser cannot
    be."""
    return [value for value in values if _MESSAGE_ID.fullmatch(value) and value.isascii()]


def _words(text: str, *, always: bool = False) -> str:
    """Encoded words in UTF-8 and base64, no character split between two; joined by spaces, where lines may
    fold."""
    short = all(len(word) < 900 for word in text.split(" "))
    if text.isascii() and short and "=?" not in text and not always:
        return text
    words: list[str] = []
    waiting = b""
    for char in text:
        encoded = char.encode("utf-8", "replace")
        if len(waiting) + len(encoded) > _ENCODED_BYTES:
            words.append(_word(waiting))
            waiting = b""
        waiting += encoded
    words.append(_word(waiting))
    return " ".join(words)


def _word(data: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(data).decode('ascii')}?="


def parameter(name: str, value: str) -> str:
    """`; name="value"`, or the pieces of RFC 2231 when it is long or not ASCII.

    No plain name stands beside the pieces: readers differ in which of two names they believe.
    """
    value = charsets.clean_line(value).replace('"', "'").replace("\\", "_")
    if value.isascii() and len(value) <= 60:
        return f'; {name}="{value}"'
    pieces = _pieces(quote(value.encode("utf-8", "replace"), safe=""))
    charset = "utf-8''"
    if len(pieces) == 1:
        return f"; {name}*={charset}{pieces[0]}"
    return "".join(f"; {name}*{number}*={piece if number else charset + piece}" for number, piece in enumerate(pieces))


def _pieces(encoded: str, size: int = 54) -> list[str]:
    """Cut percent-encoded text so that no `%C3` falls apart."""
    pieces: list[str] = []
    while len(encoded) > size:
        cut = size
        while encoded[cut - 1] == "%" or encoded[cut - 2] == "%":
            cut -= 1
        pieces.append(encoded[:cut])
        encoded = encoded[cut:]
    return [*pieces, encoded]


def flow(text: str) -> str:
    """Format a text as `format=flowed` (RFC 3676): soft line ends at spaces, stuffed where a line would be
    misread."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        paragraph = paragraph if paragraph == "-- " else paragraph.rstrip(" ")
        while len(paragraph) > LINE and not paragraph.startswith(">"):
            cut = paragraph.rfind(" ", 1, LINE - 2)
            cut = paragraph.find(" ", LINE - 2) if cut < 0 else cut
            if cut < 0:
                break
            lines.append(_stuffed(paragraph[: cut + 1]))
            paragraph = paragraph[cut + 1 :]
        lines.append(_stuffed(paragraph))
    return "\r\n".join(lines)


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith((" ", "From ")) else line


def quoted_printable(text: str) -> bytes:
    """A text with CRLF line ends in quoted-printable; a dot or `From ` at a line's start cannot be tampered
    with."""
    encoded = binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\r\n", b"\n")
    lines = encoded.split(b"\n")
    for number, line in enumerate(lines):
        if line == b".":
            lines[number] = b"=2E"
        elif line.startswith(b"From "):
            lines[number] = b"=46" + line[1:]
    return b"\r\n".join(lines)


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76 letters."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")

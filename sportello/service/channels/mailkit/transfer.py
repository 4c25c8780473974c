"""Content-Transfer-Encoding (RFC 2045 section 6), decoded from a window of the raw message without copying it
first."""

from __future__ import annotations

import binascii
import re
from typing import Final

from sportello.service.channels.mailkit import limits
from sportello.service.channels.mailkit.defects import Defects

_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_LETTERS: Final = bytes(code for code in range(256) if code not in _LETTERS)
_JUNK: Final = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]*={0,2}[ \t\r]*")
_SAMPLE: Final = 4_096


def decode(raw: bytes, start: int, end: int, encoding: str, defects: Defects, limit: int | None = None) -> bytes:
    """The bytes of a part. `limit` bounds how much of the encoded text is read (text parts need no more)."""
    if limit is not None and end - start > limit:
        defects.add("text_cut")
        end = start + limit
    encoding = encoding.strip().strip('"').lower()
    if encoding == "base64":
        return _base64(raw, start, end, defects)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw[start:end], header=False)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(raw[start:end], defects)
    if encoding not in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "none"):
        defects.add("encoding_unknown")
    return raw[start:end]


def _base64(raw: bytes, start: int, end: int, defects: Defects) -> bytes:
    """Plain text that only claims to be base64 is kept; text that follows real base64 (list footers) is kept
    too."""
    sample = raw[start : min(end, start + _SAMPLE)]
    if _JUNK.search(sample):
        return _mixed(raw[start:end], defects)
    padding = raw.find(b"=", start, end)
    if padding < 0 or not raw[padding:end].strip(b"= \t\r\n"):
        return _block(memoryview(raw)[start:end], defects)
    return _mixed(raw[start:end], defects)


def _mixed(data: bytes, defects: Defects) -> bytes:
    """Lines of base64 until one is none, each padded run by itself; from there on it is text."""
    defects.add("bad_base64")
    if len(data) > limits.DAMAGED:
        return _block(data, defects)
    decoded: list[bytes] = []
    waiting: list[bytes] = []
    offset = 0
    for line in data.split(b"\n"):
        if not _BASE64_LINE.fullmatch(line) or (b" " in line.strip()):
            break
        offset += len(line) + 1
        waiting.append(line)
        if b"=" in line:
            decoded.append(_block(b"".join(waiting), defects))
            waiting = []
    decoded.append(_block(b"".join(waiting), defects))
    rest = data[offset:]
    if rest.strip():
        head = b"".join(decoded)
        if not head:
            return rest
        # A binary file with a damaged line: drop the strangers and go on; a text with a footer: keep both.
        if not rest.isascii() or _is_mostly_base64(rest):
            return head + _block(rest, defects)
        return head + b"\n" + rest
    return b"".join(decoded)


def _is_mostly_base64(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    lines = [line for line in sample.split(b"\n") if line.strip()]
    good = sum(1 for line in lines if len(line) >= 40 and _BASE64_LINE.fullmatch(line))
    return good * 2 > len(lines)


def _block(data: bytes | memoryview, defects: Defects) -> bytes:
    """One run of base64. Padding in its middle would end binascii's work, so damaged data is read without any."""
    if "bad_base64" not in defects:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            defects.add("bad_base64")
    letters = bytes(data).translate(None, _NO_LETTERS)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uuencoded(data: bytes, defects: Defects) -> bytes:
    if len(data) > limits.DAMAGED:
        defects.add("bad_uuencode")
        return data
    out: list[bytes] = []
    inside = False
    for line in data.split(b"\n"):
        line = line.rstrip(b"\r")
        if line.startswith(b"begin "):
            inside = True
        elif line == b"end":
            break
        elif inside and line:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                # Some encoders pad the line; its first character says how many bytes are meant.
                size = (((line[0] - 32) & 63) * 4 + 5) // 3
                try:
                    out.append(binascii.a2b_uu(line[:size]))
                except binascii.Error:
                    defects.add("bad_uuencode")
    if not inside:
        defects.add("bad_uuencode")
        return data
    return b"".join(out)

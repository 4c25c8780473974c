"""Words out of Rich Text (RTF 1.9), which Outlook packs into winmail.dat (MS-OXRTFCP) and some people send as their
letter. Text only: nothing of its looks, nothing of its objects."""

from __future__ import annotations

import re
import struct
from typing import Final

from sportello.service.channels.mailkit import charsets, limits
from sportello.service.channels.mailkit.defects import Defects

_HEAD: Final = struct.Struct("<IIII")
_PACKED: Final = 0x75465A4C
_PLAIN: Final = 0x414C454D
_WINDOW: Final = 4_096
# The window's first content, given by MS-OXRTFCP section 2.1.2.1.
_BEGINNING: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)

_TOKEN: Final = re.compile(
    rb"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-f]{2})|\\(?P<sign>[^a-z])|(?P<brace>[{}])|"
    rb"[\r\n]+|(?P<text>[^\\{}\r\n]+)|\\",
    re.IGNORECASE,
)
_SPOKEN: Final = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"page": "\n", b"sect": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SIGNS: Final = {b"~": "\xa0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n", b"{": "{", b"}": "}", b"\\": "\\"}
_NO_WORDS: Final = frozenset({
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"listtable", b"listoverridetable", b"rsidtbl",
    b"generator", b"themedata", b"datastore", b"xmlnstbl", b"filetbl", b"revtbl", b"fldinst", b"htmltag",
})  # fmt: skip


def unpacked(packed: bytes, defects: Defects) -> bytes:
    """The RTF inside a PR_RTF_COMPRESSED property; empty when it is none. At most `limits.RTF` bytes are made."""
    if len(packed) < _HEAD.size:
        return b""
    _size, wanted, sort, _crc = _HEAD.unpack_from(packed)
    if sort == _PLAIN:
        return packed[_HEAD.size : _HEAD.size + min(wanted, limits.RTF)]
    if sort != _PACKED:
        defects.add("rtf_broken")
        return b""
    if wanted > limits.RTF:
        defects.add("text_cut")
    return _inflated(packed, min(wanted, limits.RTF))


def _inflated(packed: bytes, wanted: int) -> bytes:
    """LZ77 over a window of 4 KiB; a byte of flags says which of the eight that follow are references."""
    out = bytearray(_BEGINNING)
    position, ends = _HEAD.size, len(_BEGINNING) + wanted
    while position < len(packed) and len(out) < ends:
        flags = packed[position]
        position += 1
        for bit in range(8):
            if position >= len(packed) or len(out) >= ends:
                break
            if not flags >> bit & 1:
                out.append(packed[position])
                position += 1
                continue
            if position + 1 >= len(packed):
                return bytes(out[len(_BEGINNING) :])
            pair = packed[position] << 8 | packed[position + 1]
            position += 2
            # The reference counts from the window's first byte; this is how far back that lies.
            back = (len(out) - (pair >> 4)) % _WINDOW
            if back == 0:
                return bytes(out[len(_BEGINNING) :])  # the mark of the end
            for _ in range((pair & 15) + 2):
                out.append(out[-back] if back <= len(out) else 0x20)
    return bytes(out[len(_BEGINNING) : ends])


def to_text(source: bytes) -> str:
    """The words of an RTF document, lines as its paragraphs; one pass."""
    if not source.lstrip().startswith(b"{\\rtf"):
        return ""
    writer = _Writer()
    for match in _TOKEN.finditer(source[: limits.RTF]):
        writer.token(match)
    # Letters beyond the first plane are written as two halves; a half alone is no letter.
    said = "".join(writer.said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return charsets.clean(said).strip("\n")[: limits.TEXT]


class _Writer:
    """Groups under way. `hidden` and the number of letters that stand in for a Unicode one are a group's own."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._code_page = "cp1252"
        self._waiting = bytearray()
        self._groups: list[tuple[bool, int]] = []
        self._hidden = False
        self._stand_ins = 1
        self._to_skip = 0
        self._begins = False

    def token(self, match: re.Match[bytes]) -> None:
        kind = match.lastgroup
        if kind == "brace":
            self._brace(match.group())
        elif kind in ("word", "number"):
            self._word(match.group("word").lower(), match.group("number"))
        elif kind == "sign":
            self._sign(match.group("sign"))
        elif kind == "hex":
            self._bytes(bytes([int(match.group("hex"), 16)]))
        elif kind == "text":
            self._begins = False
            self._bytes(match.group())
        if kind != "hex":
            self._flush()

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            if len(self._groups) < limits.RTF_GROUPS:
                self._groups.append((self._hidden, self._stand_ins))
            self._begins = True
        elif self._groups:
            self._hidden, self._stand_ins = self._groups.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*" and self._begins:
            self._hidden = True  # a destination that old readers skip, and so do we
        elif not self._hidden and sign != b"*":
            self._flush()
            self.said.append(_SIGNS.get(sign, ""))

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else 0
        if self._begins and word in _NO_WORDS:
            self._hidden = True
        self._begins = False
        if word == b"ansicpg" and value:
            self._code_page = f"cp{value}"
        elif word == b"uc":
            self._stand_ins = max(0, min(value, 8))
        elif word == b"bin":
            self._hidden = True  # bytes that are no words follow up to the group's end
        elif self._hidden:
            return
        elif word == b"u":
            self._flush()
            self.said.append(chr(value & 0xFFFF))
            self._to_skip = self._stand_ins
        elif word in _SPOKEN:
            self._flush()
            self.said.append(_SPOKEN[word])

    def _bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if not self._hidden:
            self._waiting += data[skipped:]

    def _flush(self) -> None:
        if self._waiting:
            # The document's own word, not a guess: two letters of a code page may look like one of UTF-8.
            codec = charsets.codec_for(self._code_page) or "cp1252"
            self.said.append(self._waiting.decode(codec, "replace"))
            self._waiting.clear()

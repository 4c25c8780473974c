"""winmail.dat: what Outlook wraps words and files in when it believes that Outlook will read them (MS-OXTNEF).

Our own reader and not tnefparse, which stays in the tests as a second opinion: it copies the rest of the file for each
attribute (a megabyte of empty ones is minutes), follows messages inside messages without end, and one bad property
costs the whole file. Here every byte is looked at once, and what is broken costs only itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sportello.service.channels.mailkit import charsets, limits, rtf
from sportello.service.channels.mailkit.defects import Defects

_SIGNATURE: Final = 0x223E9F78
_HEAD: Final = 6
_ATTRIBUTE: Final = struct.Struct("<BHHI")
_CHECKSUM: Final = 2

_BODY: Final = 0x800C
_SUBJECT: Final = 0x8004
_MESSAGE: Final = 0x9003
_CODE_PAGE: Final = 0x9007
_FILE_BEGINS: Final = 0x9002
_FILE_DATA: Final = 0x800F
_FILE_TITLE: Final = 0x8010
_FILE_PROPERTIES: Final = 0x9005

_P_SUBJECT: Final = 0x0037
_P_BODY: Final = 0x1000
_P_RTF: Final = 0x1009
_P_HTML: Final = 0x1013
_P_CODE_PAGE: Final = 0x3FDE
_P_NAME: Final = 0x3001
_P_DATA: Final = 0x3701
_P_SHORT_NAME: Final = 0x3704
_P_LONG_NAME: Final = 0x3707
_P_TYPE: Final = 0x370E
_P_CONTENT_ID: Final = 0x3712

_FIXED: Final = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_BYTE_STRING: Final = 0x1E
_WIDE_STRING: Final = 0x1F
_VARIABLE: Final = frozenset({0xD, _BYTE_STRING, _WIDE_STRING, 0x102})
_SEVERAL: Final = 0x1000
_NAMED: Final = 0x8000
_MESSAGE_INTERFACE: Final = bytes.fromhex("07030200 00000000 c0000000 00000046".replace(" ", ""))


@dataclass(slots=True)
class File:
    """One file of the wrapping."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Message:
    """What was wrapped: the words in the variants that were there, and the files."""

    subject: str = ""
    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


def is_wrapped(content: bytes) -> bool:
    """Whether the bytes begin as TNEF does."""
    return content[:4] == b"\x78\x9f\x3e\x22"


def read(content: bytes, defects: Defects, depth: int = 0) -> Message:
    """Words and files of a winmail.dat; of a broken one, as much as can be read. Never raises."""
    message = Message()
    code_page = "cp1252"
    files: list[File] = []
    for identifier, data in _attributes(content, defects):
        if identifier == _CODE_PAGE and len(data) >= 4:
            code_page = f"cp{int.from_bytes(data[:4], 'little')}"
        elif identifier == _SUBJECT:
            message.subject = _text(data, code_page)
        elif identifier == _BODY:
            message.text = _text(data, code_page)
        elif identifier == _MESSAGE:
            _read_message(message, data, code_page, defects)
        elif identifier == _FILE_BEGINS:
            files.append(File())
        elif files:
            _read_file(message, files[-1], identifier, data, code_page, depth, defects)
    message.files.extend(file for file in files if file.content)
    return message


def _attributes(content: bytes, defects: Defects) -> Iterator[tuple[int, bytes]]:
    if len(content) < _HEAD or int.from_bytes(content[:4], "little") != _SIGNATURE:
        defects.add("tnef_broken")
        return
    position = _HEAD
    for _ in range(limits.TNEF_ATTRIBUTES):
        if position + _ATTRIBUTE.size > len(content):
            return
        _level, identifier, _sort, size = _ATTRIBUTE.unpack_from(content, position)
        position += _ATTRIBUTE.size
        if position + size > len(content):
            defects.add("tnef_broken")
        yield identifier, content[position : position + size]
        position += size + _CHECKSUM
    defects.add("tnef_cut")


def _read_message(message: Message, data: bytes, code_page: str, defects: Defects) -> None:
    found = dict(_properties(data, defects))
    page = code_page
    if _P_CODE_PAGE in found and len(found[_P_CODE_PAGE][1]) >= 4:
        page = f"cp{int.from_bytes(found[_P_CODE_PAGE][1][:4], 'little')}"
        page = {"cp65001": "utf-8", "cp28591": "iso-8859-1", "cp20127": "ascii"}.get(page, page)
    if _P_SUBJECT in found:
        message.subject = _value(found[_P_SUBJECT], code_page)
    if _P_BODY in found:
        message.text = _value(found[_P_BODY], page)
    if _P_HTML in found:
        message.html = _value(found[_P_HTML], charsets.charset_of_html(found[_P_HTML][1]) or page)
    if _P_RTF in found and not message.text.strip() and not message.html.strip():
        message.text = rtf.to_text(rtf.unpacked(found[_P_RTF][1], defects))


def _read_file(
    message: Message, file: File, identifier: int, data: bytes, code_page: str, depth: int, defects: Defects
) -> None:
    if identifier == _FILE_DATA:
        file.content = data
    elif identifier == _FILE_TITLE:
        file.name = file.name or _text(data, code_page)
    elif identifier == _FILE_PROPERTIES:
        found = dict(_properties(data, defects))
        for number in (_P_LONG_NAME, _P_SHORT_NAME, _P_NAME):
            if number in found:
                file.name = _value(found[number], code_page) or file.name
                break
        file.content_type = _value(found[_P_TYPE], code_page).lower() if _P_TYPE in found else ""
        file.content_id = _value(found[_P_CONTENT_ID], code_page).strip("<>") if _P_CONTENT_ID in found else ""
        if _P_DATA in found:
            _read_object(message, file, found[_P_DATA][1], depth, defects)


def _read_object(message: Message, file: File, data: bytes, depth: int, defects: Defects) -> None:
    """An object is a file, or a message with words and files of its own."""
    data = data[16:] if data.startswith(_MESSAGE_INTERFACE) else data
    if not is_wrapped(data):
        file.content = file.content or data
        return
    if depth >= limits.TNEF_DEPTH:
        file.content, file.name = data, file.name or "winmail.dat"
        return
    inner = read(data, defects, depth + 1)
    words = "\n\n".join(filter(None, (inner.subject, inner.text or inner.html)))
    if words:
        name = (inner.subject or file.name or "message")[:80] + (".txt" if inner.text else ".html")
        sort = "text/plain" if inner.text else "text/html"
        message.files.append(File(name, sort, "", words.encode("utf-8", "replace")))
    message.files.extend(inner.files)


def _properties(data: bytes, defects: Defects) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """(number, (type, value)) of each property; of several values the first."""
    reader = _Reader(data)
    try:
        for _ in range(min(reader.number(), limits.TNEF_PROPERTIES)):
            sort, number = reader.number(2), reader.number(2)
            if number >= _NAMED:
                _skip_name(reader)
            several, sort = bool(sort & _SEVERAL), sort & ~_SEVERAL
            values = reader.number() if several or sort in _VARIABLE else 1
            first = b""
            for index in range(min(values, limits.TNEF_PROPERTIES)):
                if sort in _VARIABLE:
                    value = reader.take(reader.number(), padded=True)
                elif sort in _FIXED:
                    value = reader.take(_FIXED[sort])
                else:
                    raise _BrokenError
                first = first if index else value
            yield number, (sort, first)
    except _BrokenError:
        defects.add("tnef_broken")


def _skip_name(reader: _Reader) -> None:
    reader.take(16)
    if reader.number() == 0:
        reader.number()
    else:
        reader.take(reader.number(), padded=True)


class _BrokenError(Exception):
    """The properties end in the middle, or hold a type nobody knows the length of."""


class _Reader:
    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int, *, padded: bool = False) -> bytes:
        if self._at + size > len(self._data):
            raise _BrokenError
        taken = self._data[self._at : self._at + size]
        self._at += size + (-size % 4 if padded else 0)
        return taken

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")


def _value(found: tuple[int, bytes], code_page: str) -> str:
    sort, value = found
    if sort == _WIDE_STRING:
        return charsets.clean(value[: limits.TEXT_BYTES].decode("utf-16-le", "replace").rstrip("\x00"))
    return _text(value, code_page)


def _text(value: bytes, code_page: str) -> str:
    return charsets.decode(value[: limits.TEXT_BYTES].rstrip(b"\x00"), code_page, Defects())

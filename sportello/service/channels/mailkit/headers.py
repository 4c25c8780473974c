"""Header blocks: where one ends, which fields it holds (RFC 5322 section 2.2), and how badly broken ones are
read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sportello.service.channels.mailkit import charsets, encoded_words, limits
from sportello.service.channels.mailkit.defects import Defects

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_KNOWN_FIELD: Final = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]{2,30}|received|reply-to|"
    rb"return-path)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


class Headers:
    """The fields of one block, names in lower case, values as bytes until somebody asks."""

    __slots__ = ("_fields", "_index")

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self._fields = fields
        self._index: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._index.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def count(self, name: str) -> int:
        """How often the field occurs."""
        return len(self._index.get(name, ()))

    def raw(self, name: str, limit: int = limits.HEADER_VALUE) -> str:
        """The first field of that name as text, encoded words untouched; empty when there is none."""
        values = self._index.get(name)
        return _as_text(values[0][:limit]) if values else ""

    def raw_all(self, name: str) -> list[str]:
        """All fields of that name, encoded words untouched."""
        return [_as_text(value) for value in self._index.get(name, ())]

    def by_hop(self, name: str, most: int, signs: int) -> tuple[tuple[int, str], ...]:
        """The first `most` fields of that name, each cut and with the number of Received that stand above it."""
        if name not in self._index:
            return ()
        found: list[tuple[int, str]] = []
        hops = 0
        for field, value in self._fields:
            if field == "received":
                hops += 1
            elif field == name:
                found.append((hops, _as_text(value[:signs])))
                if len(found) == most:
                    break
        return tuple(found)

    def text(self, name: str, defects: Defects) -> str:
        """The first non-empty field of that name on one line, encoded words read."""
        for value in self._index.get(name, ()):
            text = encoded_words.decode(_as_text(value[: limits.ENCODED_VALUE]), defects)
            if text:
                return text
        return ""


def _as_text(value: bytes) -> str:
    """Headers are ASCII or, since RFC 6532, UTF-8; older programs wrote their own code page."""
    if value.isascii():
        return value.decode("ascii").replace("\x00", "")
    return charsets.decode(value, "", Defects())


def split_block(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the block that begins at `start` ends, and where the body begins.

    The block ends before the empty line; without one, all is header and the body is empty.
    """
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return start, start + (1 if raw[start] == 0x0A else 2)
    crlf = raw.find(b"\n\r\n", start, end)
    plain = raw.find(b"\n\n", start, end if crlf < 0 else crlf)
    if plain >= 0:
        return plain + 1, plain + 2
    return (crlf + 1, crlf + 3) if crlf >= 0 else (end, end)


def read_block(raw: bytes, start: int, end: int, defects: Defects) -> tuple[Headers, int]:
    """The fields between `start` and the first empty line, and where the body begins.

    A line that is no field and is followed by known fields is a fold whose indentation was lost; otherwise it
    is the first line of a body whose empty line was lost.
    """
    block_end, body = split_block(raw, start, end)
    block = raw[start : min(block_end, start + limits.HEADER_BLOCK)]
    if block_end - start > limits.HEADER_BLOCK:
        defects.add("headers_cut")
    fields: list[tuple[str, bytearray]] = []
    last_known: int | None = None
    offset = start
    for line in block.split(b"\n"):
        here, offset = offset, offset + len(line) + 1
        line = line.rstrip(b"\r")
        match = _FIELD.match(line)
        if match and not line.startswith((b" ", b"\t")):
            if len(fields) >= limits.HEADERS:
                defects.add("headers_cut")
                break
            fields.append((match.group(1).decode("ascii").lower(), bytearray(line[match.end() :].strip())))
        elif line.startswith((b" ", b"\t")) and fields:
            _fold(fields[-1][1], line)
        elif line.strip():
            defects.add("bad_header_line")
            if last_known is None:
                last_known = max((start + found.start() for found in _KNOWN_FIELD.finditer(block)), default=-1)
            if last_known < offset:
                body = here
                break
            if fields:
                _fold(fields[-1][1], line)
    return Headers([(name, bytes(value)) for name, value in fields]), body


def _fold(value: bytearray, line: bytes) -> None:
    if len(value) < limits.HEADER_VALUE:
        value += b" " + line.strip()

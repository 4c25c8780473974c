"""`text/plain; charset=…; name*0*=…`: a value with its parameters (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from sportello.service.channels.mailkit import charsets, encoded_words, limits
from sportello.service.channels.mailkit.defects import Defects

_PARAMETER: Final = re.compile(
    r'\s*(?P<key>[^\s=;"]{1,100})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^;]*))[^;]*(?:;|$)',
    re.DOTALL,
)
_SECTION: Final = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_ESCAPED: Final = re.compile(r'\\(["\\])')  # only these two: `C:\documenti\a.pdf` must keep its letters


def parse(value: str, defects: Defects) -> tuple[str, dict[str, str]]:
    """Main value in lower case, and parameters with lower-case names. The first of equal names wins."""
    value = value[: limits.ENCODED_VALUE]
    main, _, rest = value.partition(";")
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    position = 0
    for _ in range(limits.PARAMETERS):
        match = _PARAMETER.match(rest, position)
        if match is None:
            skip = rest.find(";", position)
            if skip < 0:
                break
            position = skip + 1
            continue
        position = match.end()
        text = match.group("quoted")
        text = match.group("plain").strip() if text is None else _ESCAPED.sub(r"\1", text)
        _keep(match.group("key").lower(), text, plain, sections)
    for name, pieces in sections.items():
        joined = _join(pieces, defects)
        if joined:
            plain[name] = joined
    return main.strip().lower(), plain


def _keep(key: str, text: str, plain: dict[str, str], sections: dict[str, list[tuple[int, bool, str]]]) -> None:
    if "*" not in key:
        plain.setdefault(key, text)
        return
    match = _SECTION.fullmatch(key)
    if match:
        number = int(match.group(2) or 0)
        sections.setdefault(match.group(1), []).append((number, bool(match.group(3)), text))


def _join(pieces: list[tuple[int, bool, str]], defects: Defects) -> str:
    """Sections in their order; the charset stands before the first of them (`utf-8'it'nome%20`)."""
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    data = bytearray()
    for number, encoded, text in pieces:
        if encoded and number == pieces[0][0] and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return charsets.decode(bytes(data), charset, defects)


def words(value: str, defects: Defects) -> str:
    """A parameter that was written with encoded words, against RFC 2047, as many programs do."""
    return encoded_words.decode(value, defects)

"""Encoded words in headers (RFC 2047), also those that mail programs get wrong.

Taken although the standard forbids it: words inside quotes or glued to each other, white space inside a word,
missing base64 padding, a character split between two words.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from sportello.service.channels.mailkit import charsets, limits
from sportello.service.channels.mailkit.defects import Defects

# RFC 2231 adds a language after an asterisk. A text holds no "?", and the bound keeps the search linear.
_WORD: Final = re.compile(r"=\?([A-Za-z0-9_.:()+-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([BbQq])\?([^?]{0,4000})(?:\?=|\Z)")
_BASE64_JUNK: Final = re.compile(r"[^A-Za-z0-9+/]")


def decode(value: str, defects: Defects) -> str:
    """`value` with its encoded words read; one clean line."""
    if "=?" not in value:
        return charsets.clean_line(value)
    value = value[: limits.ENCODED_VALUE]
    pieces: list[str] = []
    run: list[tuple[str, bytes]] = []
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        if between.strip() or not run:
            pieces.append(_read_run(run, defects))
            pieces.append(between)
            run = []
        run.append((match.group(1).lower(), _payload(match.group(2), match.group(3), defects)))
        end = match.end()
    pieces.append(_read_run(run, defects))
    pieces.append(value[end:])
    text = "".join(pieces)
    if "=?" in text:
        defects.add("bad_encoded_word")
    return charsets.clean_line(text)


def _payload(encoding: str, text: str, defects: Defects) -> bytes:
    if encoding in "qQ":
        data = text.replace("_", " ").encode("utf-8", "replace")
        return binascii.a2b_qp(data, header=False)
    letters = _BASE64_JUNK.sub("", text)
    if len(letters) % 4 == 1:
        defects.add("bad_encoded_word")
        letters = letters[:-1]
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))


def _read_run(run: list[tuple[str, bytes]], defects: Defects) -> str:
    """Neighbouring words of one charset are joined as bytes first: senders split characters between them."""
    texts: list[str] = []
    waiting = bytearray()
    for index, (charset, data) in enumerate(run):
        waiting += data
        if index + 1 == len(run) or run[index + 1][0] != charset:
            texts.append(charsets.decode(bytes(waiting), charset, defects))
            waiting = bytearray()
    return "".join(texts)

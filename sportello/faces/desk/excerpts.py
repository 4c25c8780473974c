"""The words around what was found: some of a text, on one line.

A page shows forty of them, each from a text that may be long. Folding a text to look into it costs Python fifty times
what looking costs, so it is made flat byte by byte instead: one byte a sign, without accents and capitals. Then the few
signs that are shown are put on one line, not the whole. Where a text or a word has signs that a byte cannot stand for
(other alphabets, ß, accents written apart) the text is folded as ever; what is shown is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sportello.foundation.core.text import clean, fold, one_line

#: The bytes of most texts of western Europe, with their quotation marks, dashes and the euro.
_BYTES: Final = "cp1252"
#: Looked at first: what was looked for mostly stands near the beginning.
_HEAD: Final = 600
#: Signs read before and behind what was found, more than are shown: blanks among them fall away.
_BEFORE, _BEHIND = 100, 260
#: No letter of a word that is looked for; what is no single sign when folded, or falls away when cleaned.
_OTHER, _NONE = 1, 0xFF


def around(text: str, words: list[str], room: int = 140) -> str:
    """Some words of `text` around the first of `words` (folded), or its beginning; on one line."""
    place = _first(text[:_HEAD], words)
    if place == -1 and len(text) > _HEAD:
        place = _first(text, words)
    return (place is not None and _excerpt(text, max(0, place), room)) or _of_whole(text, words, room)


def _first(text: str, words: list[str]) -> int | None:
    """Where the first of `words` stands; -1 for nowhere, None for who cannot say it of this text."""
    try:
        flat = text.encode(_BYTES).translate(_FLAT)
        places = [flat.find(word.encode("ascii")) for word in words]
    except UnicodeEncodeError:
        return None
    return None if _NONE in flat else _least(places)


def _excerpt(text: str, place: int, room: int) -> str:
    """From the signs near the place, which need no cleaning (`_flattened`); empty where they are too few to say it."""
    begin, end = max(0, place - _BEFORE), place + _BEHIND
    left = " ".join(text[begin:place].split())
    if left and text[place - 1].isspace():
        left += " "
    line = left + " ".join(text[place:end].split())
    start = max(0, len(left) - room // 3)
    if start:
        start = line.find(" ", start) + 1
    elif begin:
        return ""
    if (begin and not start) or (end < len(text) and len(line) - start <= room):
        return ""
    return _shown(line, start, room)


def _of_whole(text: str, words: list[str], room: int) -> str:
    line = one_line(text)
    start = max(0, _least(map(fold(line).find, words)) - room // 3)
    return _shown(line, line.find(" ", start) + 1 if start else 0, room)


def _least(places: Iterable[int]) -> int:
    return min((at for at in places if at >= 0), default=-1)


def _shown(line: str, start: int, room: int) -> str:
    shown = line[start : start + room + 1]  # of one line already: no need to clean it again
    return ("…" if start else "") + (shown if len(shown) <= room else f"{shown[: room - 1].rstrip()}…")


#: Blanks that stay when a text is cleaned.
_BLANK: Final = " \t\n\r\xa0"


def _flattened(byte: int) -> int:
    sign = bytes([byte]).decode(_BYTES, "replace")
    flat = fold(sign)
    if not (clean(sign) or sign in _BLANK):
        return _NONE
    if len(flat) == 1 and flat.isascii():
        return ord(flat)
    return _NONE if sign.isalpha() else _OTHER


_FLAT: Final = bytes(map(_flattened, range(256)))

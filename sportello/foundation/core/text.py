"""Text: folding for search and comparison, shortening, cleaning.

Folding is done here and nowhere else: PostgreSQL's Unicode tables differ between versions and from Python's,
so what is compared or sorted is stored already folded, COLLATE "C".
"""

from __future__ import annotations

import re
import unicodedata

#: Letters that NFKD does not take apart but that people type without their sign.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
        "’": "'",
        "‘": "'",
    }
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTER = re.compile(f"[{''.join(map(chr, _LETTERS))}]")
#: No sign before these combines with another; all of these do, and of those after them some.
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_FURTHER = re.compile("[\u0370-\U0010ffff]")


def fold(text: str) -> str:
    """Lower case, without accents and doubled spaces: `fold("  Perché È ")` is `"perche e"`."""
    if text.isascii():
        return " ".join(text.lower().split())
    # a few letters of a text are such ones: to look at each in Python took five times as long
    if _LETTER.search(text):
        text = text.translate(_LETTERS)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if _FURTHER.search(bare):
        bare = _FURTHER.sub(_uncombined, bare)
    return " ".join(bare.split())


def _uncombined(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]


def clean(text: str) -> str:
    """Without NUL and other control signs (PostgreSQL refuses NUL), line ends as \\n, NFC, outer space cut."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    if text.isascii():
        return text.strip()
    text = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", text).strip()


def one_line(text: str, limit: int = 0) -> str:
    """`text` on one line, shortened to `limit` characters with an ellipsis (0: not shortened)."""
    line = " ".join(clean(text).split())
    if limit and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def in_language(texts: dict[str, str], language: str, *others: str) -> str:
    """The text of a `{language: text}` label in the first language that has one, else any, else empty."""
    for code in (language, language.split("-")[0], *others, "it", "en"):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")

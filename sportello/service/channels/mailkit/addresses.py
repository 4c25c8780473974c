"""Address lists (RFC 5322 section 3.4) as people and programs really write them. One pass, no recursion."""

from __future__ import annotations

import re
from typing import Final

from sportello.service.channels.mailkit import charsets, encoded_words, limits
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.record import Address

# An encoded word is one token even when it wrongly holds a comma.
_TOKEN: Final = re.compile(
    r'(?P<word>=\?[A-Za-z0-9_.:*+-]{1,60}\?[BbQq]\?[^?<>@]{0,4000}\?=)|(?P<quoted>"(?:[^"\\]|\\.)*")|'
    r"(?P<angle><[^<>]*>)|(?P<sign>[,;:()<>])|(?P<rest>[^\"<>,;:()=\\]+|.)",
    re.DOTALL,
)
_BACKSLASHES: Final = 1_000
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def parse(value: str, defects: Defects) -> tuple[Address, ...]:
    """All addresses of a field value; what names nobody is dropped, what is broken is kept as a name."""
    found: list[Address] = []
    if value.count("\\") > _BACKSLASHES:
        # Half a megabyte of escaped quotes, none of which closes, would take quadratic time.
        value = value.replace("\\", " ")
    if value.count('"') % 2:
        # An unbalanced quote would swallow every address after it.
        defects.add("bad_address")
        value = _closed_quote(value)
    chunks = _chunks(value)
    if chunks is None:
        defects.add("bad_address")
        chunks = _chunks(value.replace("(", " ").replace(")", " ")) or []
    for chunk in chunks:
        if len(found) >= limits.ADDRESSES:
            defects.add("addresses_cut")
            break
        address = chunk.read(defects)
        if address is not None:
            found.append(address)
    return tuple(found)


def _closed_quote(value: str) -> str:
    """`"Rossi, Mario <m@…>`: close the last quote before the address it names; without one, do without the quotes."""
    opened = value.rfind('"')
    angle = value.find("<", opened)
    if angle < 0:
        return value.replace('"', " ")
    return f'{value[:angle].rstrip()}" {value[angle:]}'


class _Chunk:
    """What stands between two commas."""

    __slots__ = ("angle", "comment", "name")

    def __init__(self) -> None:
        self.name: list[str] = []
        self.comment: list[str] = []
        self.angle = ""

    def read(self, defects: Defects) -> Address | None:
        name = encoded_words.decode("".join(self.name)[: limits.ENCODED_VALUE], defects)
        comment = encoded_words.decode("".join(self.comment)[: limits.ENCODED_VALUE], defects)
        if self.angle:
            return _made(name or comment, self.angle, defects)
        words = name.split()
        bare = [word for word in words if "@" in word.strip("'\"")]
        if bare:
            rest = " ".join(word for word in words if word is not bare[0])
            return _made(rest or comment, bare[0], defects)
        if not name and not comment:
            return None
        defects.add("bad_address")
        if len(words) == 1:
            return _made(comment, words[0], defects)  # "root", as cron writes it
        return Address((name or comment)[: limits.NAME], "")


def _chunks(value: str) -> list[_Chunk] | None:
    """Pieces between commas; None when a comment is never closed."""
    chunks: list[_Chunk] = [_Chunk()]
    depth = 0
    group_may_end = value.rfind(";")
    for match in _TOKEN.finditer(value):
        kind, text = match.lastgroup, match.group()
        chunk = chunks[-1]
        if depth:
            depth += (text == "(") - (text == ")")
            if depth:
                chunk.comment.append(text)
        elif kind == "quoted":
            chunk.name.append(_ESCAPED.sub(r"\1", text[1:-1]))
        elif kind == "angle":
            # The last one that holds an @ wins: `Ufficio <urp> <urp@example.it>`.
            if "@" in text or not chunk.angle:
                chunk.angle = text[1:-1]
        elif text == "(" and kind == "sign":
            depth = 1
        elif text in ",;" and kind == "sign":
            chunks.append(_Chunk())
            if len(chunks) > 2 * limits.ADDRESSES:
                break
        elif text == ":" and kind == "sign":
            _read_colon(chunk, in_group=match.end() <= group_may_end)
        elif kind == "sign":
            chunk.name.append(" ")
        else:
            chunk.name.append(text)
    return None if depth else chunks


def _read_colon(chunk: _Chunk, *, in_group: bool) -> None:
    """`Colleghi: anna@…, bruno@…;` names a group; `mailto:` names nothing; elsewhere it is part of a name."""
    before = "".join(chunk.name[-4:]).strip().lower()
    if in_group or before == "mailto":
        chunk.name.clear()
    else:
        chunk.name.append(":")


def _made(name: str, address: str, defects: Defects) -> Address:
    address = charsets.clean_line(address).replace(" ", "").strip("'\"<>,;")
    if address.lower().startswith("mailto:"):
        address = address[7:]
    if "=?" in address:
        address = encoded_words.decode(address, defects).replace(" ", "")
    if address.startswith("@") and ":" in address:
        address = address.split(":", 1)[1]  # source route (RFC 5322 section 4.4)
    if len(address) > limits.ADDRESS or "@" not in address.strip("@"):
        defects.add("bad_address")
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return Address(name[: limits.NAME], address[: limits.ADDRESS])

"""One source, two bodies: what a person typed, with light marks, as the plain text and as the HTML of a mail.

The marks are what people type anyway: an empty line parts paragraphs, `- ` or `* ` and `1. ` begin list items, an
address on the web is a link, `[words](https://…)` is a link with words, and a line `![name of an attached picture]`
shows that picture there. Anything else is text: no HTML typed by anybody is ever HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

_BULLET: Final = re.compile(r"[-*•] +(?=\S)")
_NUMBER: Final = re.compile(r"(\d{1,3})[.)] +(?=\S)")
_PICTURE: Final = re.compile(r"!\[([^\[\]\n]{1,255})\]")
#: The bounds keep the search linear: nothing here can be made to try again and again.
_LINK: Final = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,300})\]\((?P<target>https?://[^\s()<>\"]{1,1500})\)"
    r"|(?P<bare>https?://[^\s<>\"]{1,1500})"
    r"|(?P<mail>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
)
_TAIL: Final = ".,;:!?)]}»”’'"
_QUOTED: Final = re.compile(r">+ ?")


def as_text(text: str, signature: str = "", quoted: str = "") -> str:
    """The plain part: links with words keep both, a picture is named, the signature stands under `-- ` (RFC 3676)."""
    body = _LINK.sub(lambda match: f"{match['words']} ({match['target']})" if match["words"] else match[0], text)
    body = "\n".join(_named(line) for line in body.split("\n"))
    return _together(body, signature, _as_quote(quoted))


def as_html(
    text: str, signature: str = "", quoted: str = "", *, language: str = "", pictures: Mapping[str, str] | None = None
) -> str:
    """The HTML part, a whole document. `pictures`: content id by the name of an attached picture."""
    shown = pictures or {}
    tongue = f' lang="{escape(language, quote=True)}"' if language else ""
    parts = [*_blocks(text, shown)]
    if signature.strip():
        parts.append(f'<div class="signature"><p>-- <br>\n{_lines(signature.strip().split(chr(10)))}</p></div>')
    if quoted.strip():
        lines = [_QUOTED.sub("", line) for line in quoted.strip("\n").split("\n")]
        parts.append(f'<blockquote type="cite"><p>{_lines(lines)}</p></blockquote>')
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html{tongue}>\n<head><meta charset="utf-8"></head>\n<body>\n{body}\n</body>\n</html>'


def pictures_named(text: str) -> list[str]:
    """Names of the pictures the text asks for, in their order, each once."""
    found = (_PICTURE.fullmatch(line.strip()) for line in text.split("\n"))
    return list(dict.fromkeys(match[1] for match in found if match))


def _named(line: str) -> str:
    match = _PICTURE.fullmatch(line.strip())
    return f"[{match[1]}]" if match else line


def _together(body: str, signature: str, quoted: str) -> str:
    whole = body.strip("\n")
    if signature.strip():
        whole += f"\n\n-- \n{signature.strip()}"
    if quoted:
        whole += f"\n\n{quoted}"
    return whole


def _as_quote(quoted: str) -> str:
    if not quoted.strip():
        return ""
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}" for line in quoted.strip("\n").split("\n"))


def _blocks(text: str, pictures: Mapping[str, str]) -> Iterator[str]:
    """Paragraphs, lists and pictures, one after the other."""
    waiting: list[str] = []
    items: list[str] = []
    kind = ""
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        sort, words = _item(line)
        picture = _PICTURE.fullmatch(line.strip())
        shown = picture is not None and picture[1] in pictures
        if items and sort != kind:
            yield _list(kind, items)
            items = []
        if waiting and (sort or shown or not line.strip()):
            yield f"<p>{_lines(waiting)}</p>"
            waiting = []
        if sort:
            kind = sort
            items.append(words)
        elif shown and picture is not None:
            name = picture[1]
            yield f'<p><img src="cid:{escape(pictures[name], quote=True)}" alt="{escape(name, quote=True)}"></p>'
        elif line.strip():
            waiting.append(line)


def _item(line: str) -> tuple[str, str]:
    """("ul" or "ol", words) of a list item; ("", line) of any other line. Lists only start with their first number."""
    stripped = line.strip()
    bullet = _BULLET.match(stripped)
    if bullet:
        return "ul", stripped[bullet.end() :]
    number = _NUMBER.match(stripped)
    if number:
        return "ol", f"{number[1]}\0{stripped[number.end() :]}"
    return "", line


def _list(kind: str, items: list[str]) -> str:
    if kind == "ul":
        return "<ul>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in items) + "\n</ul>"
    # the numbers stay as they were typed: "3." may continue what stood above a paragraph
    drawn = (item.split("\0", 1) for item in items)
    return "<ol>\n" + "\n".join(f'<li value="{int(n)}">{_inline(words)}</li>' for n, words in drawn) + "\n</ol>"


def _lines(lines: list[str]) -> str:
    return "<br>\n".join(_inline(line) for line in lines)


def _inline(line: str) -> str:
    """Escaped text with its links; spaces that stand together are kept."""
    drawn: list[str] = []
    at = 0
    for match in _LINK.finditer(line):
        drawn.append(_escaped(line[at : match.start()]))
        at = match.end()
        if match["mail"]:
            drawn.append(f'<a href="mailto:{escape(match["mail"], quote=True)}">{escape(match["mail"])}</a>')
            continue
        target = match["target"] or match["bare"]
        tail = ""
        if match["bare"]:
            kept = _without_tail(target)
            target, tail = kept, target[len(kept) :]
        drawn.append(_anchor(target, match["words"] or target) + _escaped(tail))
    drawn.append(_escaped(line[at:]))
    return "".join(drawn)


def _without_tail(target: str) -> str:
    """The full stop after an address is not part of it, nor is a bracket it does not open itself."""
    while target and target[-1] in _TAIL:
        if target[-1] == ")" and target.count("(") >= target.count(")"):
            break
        target = target[:-1]
    return target


def _anchor(target: str, words: str) -> str:
    try:
        known = bool(urlsplit(target).hostname)
    except ValueError:
        known = False
    if not known:
        return _escaped(words)
    return f'<a href="{escape(target, quote=True)}">{_escaped(words)}</a>'


def _escaped(text: str) -> str:
    return re.sub(r" (?= )|^ ", "&nbsp;", escape(text, quote=False))

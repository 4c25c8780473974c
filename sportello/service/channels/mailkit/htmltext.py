"""Readable text from sanitised HTML: paragraphs, lists, links, quotes with their angle brackets."""

from __future__ import annotations

import html
import re
from typing import Final

from sportello.service.channels.mailkit import charsets, limits

_TOKEN: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s=">]+="[^"]*")*)>|([^<]+)|<')
_HREF: Final = re.compile(r' href="([^"]*)"')
_ALT: Final = re.compile(r' alt="([^"]*)"')
_SPACE: Final = re.compile(r"[ \t\n\r\f\xa0]+")
_PARAGRAPHS: Final = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "figure",
    "address",
})  # fmt: skip
_LINES: Final = frozenset({
    "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "main", "nav", "caption",
    "center", "figcaption", "hr", "thead", "tbody",
})  # fmt: skip
_DEEPEST_QUOTE: Final = 10


def to_text(safe_html: str) -> str:
    """Plain text of HTML that came out of `htmlsafe.clean`; one pass."""
    writer = _Writer()
    for match in _TOKEN.finditer(safe_html):
        closing, tag, attributes, text = match.groups()
        if text is not None:
            writer.words(html.unescape(text))
        elif tag is not None:
            writer.tag(tag, attributes or "", closing=bool(closing))
    return charsets.clean(writer.finish())[: limits.TEXT]


class _Writer:
    """Lines under way. Blank lines are asked for and written only when words follow."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._blank = False
        self._quote = 0
        self._last_quote = 0
        self._pre = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._gap = ""

    def words(self, text: str) -> None:
        if self._pre:
            first, *others = text.split("\n")
            self._write(first)
            for line in others:
                self._end_line(keep_empty=True)
                self._write(line)
            return
        text = _SPACE.sub(" ", text)
        if not self._line:
            text = text.lstrip(" ")
        self._write(text)

    def tag(self, tag: str, attributes: str, *, closing: bool) -> None:
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag == "a":
            self._link(attributes, closing=closing)
        elif tag == "img":
            self._picture(attributes)
        elif tag in ("td", "th"):
            self._gap = "  " if closing and self._line else self._gap
        elif tag in _PARAGRAPHS:
            self._paragraph(tag, attributes, closing=closing)
        elif tag in _LINES:
            self._end_line()
            if tag == "hr":
                self._write("---")
                self._end_line()
            elif tag == "li" and not closing:
                self._bullet()

    def finish(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._gap and text.strip():
            text, self._gap = self._gap + text.lstrip(" "), ""
        self._line.append(text)

    def _end_line(self, *, keep_empty: bool = False) -> None:
        self._gap = ""
        line = "".join(self._line)
        line = line.rstrip() if self._pre else line.strip()
        self._line = []
        if not line and not keep_empty:
            return
        prefix = "> " * min(self._quote, _DEEPEST_QUOTE)
        if self._blank and self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * min(self._quote, self._last_quote)).rstrip())
        self._blank = False
        self._last_quote = min(self._quote, _DEEPEST_QUOTE)
        if not line and self._lines and not self._lines[-1].strip("> "):
            return  # one empty line is enough
        self._lines.append((prefix + line).rstrip())

    def _paragraph(self, tag: str, attributes: str, *, closing: bool) -> None:
        self._end_line()
        inner_list = tag in ("ul", "ol") and len(self._lists) > (1 if closing else 0)
        self._blank = self._blank or not inner_list
        step = -1 if closing else 1
        if tag == "blockquote":
            self._quote = max(0, self._quote + step)
        elif tag == "pre":
            self._pre = max(0, self._pre + step)
        elif tag in ("ul", "ol"):
            if closing and self._lists:
                self._lists.pop()
            elif not closing:
                self._lists.append(1 if tag == "ol" else None)

    def _bullet(self) -> None:
        number = self._lists[-1] if self._lists else None
        indent = "  " * min(max(0, len(self._lists) - 1), _DEEPEST_QUOTE)
        if number is None:
            self._write(f"{indent}- ")
        else:
            self._write(f"{indent}{number}. ")
            self._lists[-1] = number + 1

    def _link(self, attributes: str, *, closing: bool) -> None:
        if not closing:
            found = _HREF.search(attributes)
            self._links.append((html.unescape(found.group(1)) if found else "", len(self._line)))
            return
        if not self._links:
            return
        href, since = self._links.pop()
        label = "".join(self._line[since:]).strip()
        address = href.removeprefix("mailto:").removeprefix("tel:").partition("?")[0]
        if not address or len(href) > 500 or label in (href, address, href.rstrip("/")):
            return
        if address.rstrip("/").partition("//")[2] != label.rstrip("/"):
            self._write(f" <{address if href.startswith(('mailto:', 'tel:')) else href}>")

    def _picture(self, attributes: str) -> None:
        found = _ALT.search(attributes)
        label = charsets.clean_line(html.unescape(found.group(1))) if found else ""
        if label:
            self._write(f"[{label}]")

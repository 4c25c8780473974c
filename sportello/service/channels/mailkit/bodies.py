"""Which parts are the message's words, which are files; and the words themselves as text and as HTML."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

from sportello.service.channels.mailkit import charsets, flowed, htmlsafe, htmltext, limits
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.mime import Part

_READABLE: Final = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_ENRICHED: Final = re.compile(r"</?[A-Za-z-]{1,40}>")
_STUB: Final = re.compile(r"\bhtml\b", re.IGNORECASE)

_WORD: Final = re.compile(r"\w+")

_NO_PAGE: Final = htmlsafe.Page("", "")


@dataclass(slots=True)
class Slot:
    """One stretch of the message, in the variants the sender offered."""

    plains: list[Part] = field(default_factory=list)
    htmls: list[Part] = field(default_factory=list)
    spare: bool = False
    """Shown only when the other slots do not say the same."""


@dataclass(slots=True)
class Found:
    """What a walk through the tree brings back, in reading order."""

    slots: list[Slot] = field(default_factory=list)
    files: list[tuple[Part, bool]] = field(default_factory=list)
    """Part, and whether it belongs inside the HTML."""
    reports: list[Part] = field(default_factory=list)
    """Machine-readable parts of reports and the messages they bring back."""


def find(root: Part) -> Found:
    """Sort the tree into words, files and reports. Depth is bounded by the reader of the tree."""
    found = Found()
    if not root.children and root.content_type in _READABLE and root.disposition != "attachment":
        found.slots.append(_leaf_slot(root))  # a lone text is the message, even when it carries a name
    else:
        _walk(root, found, inside_related=False)
    return found


def _walk(part: Part, found: Found, *, inside_related: bool) -> None:
    subtype = part.content_type.partition("/")[2]
    if part.unpacked:
        found.files.append((part, False))
        for child in part.children:
            _walk(child, found, inside_related=False)
    elif not part.children:
        _walk_leaf(part, found, inside_related=inside_related)
    elif subtype == "alternative":
        _walk_alternative(part, found, inside_related=inside_related)
    elif subtype == "related":
        root = _root_of_related(part)
        for child in part.children:
            _walk(child, found, inside_related=child is not root)
    elif subtype == "report":
        for child in part.children:
            if child.content_type.startswith("message/") or child.content_type == "text/rfc822-headers":
                found.reports.append(child)
            _walk(child, found, inside_related=False)
    else:
        for child in part.children:
            if child.content_type.endswith("delivery-status"):
                found.reports.append(child)  # a report whose container says mixed
            _walk(child, found, inside_related=inside_related and not child.children)


def _walk_leaf(part: Part, found: Found, *, inside_related: bool) -> None:
    named = bool(part.disposition_params.get("filename") or part.params.get("name"))
    if part.content_type in _READABLE and part.disposition != "attachment" and not named and not inside_related:
        found.slots.append(_leaf_slot(part))
    elif part.content_type != "text/x-amp-html":  # the same words a third time, for one webmail
        picture = part.content_type.startswith("image/") or part.disposition == "inline"
        inline = part.disposition != "attachment" and (inside_related or picture) and bool(part.content_id)
        found.files.append((part, inline))


def _leaf_slot(part: Part) -> Slot:
    html_only = part.content_type == "text/html"
    return Slot([] if html_only else [part], [part] if html_only else [], part.spare)


def _walk_alternative(part: Part, found: Found, *, inside_related: bool) -> None:
    """One slot of everything the variants hold; a variant may itself be a container (Apple Mail does
    that)."""
    inner = Found()
    for child in part.children:
        _walk(child, inner, inside_related=inside_related and not child.children)
    slot = Slot()
    for candidate in inner.slots:
        if not candidate.spare:
            slot.plains.extend(candidate.plains)
            slot.htmls.extend(candidate.htmls)
    if slot.plains or slot.htmls:
        found.slots.append(slot)
    found.slots.extend(candidate for candidate in inner.slots if candidate.spare)
    found.files.extend(inner.files)
    found.reports.extend(inner.reports)


def _root_of_related(part: Part) -> Part:
    start = part.params.get("start", "").strip().strip("<>")
    if start:
        for child in part.children:
            if child.content_id == start:
                return child
    return part.children[0]


@dataclass(frozen=True, slots=True)
class Words:
    """The message's words: as text, and as safe HTML when the sender wrote HTML."""

    text: str
    html: str


def read(raw: bytes, found: Found, defects: Defects) -> Words:
    """Decode, sanitise and join the slots."""
    texts: list[str] = []
    pages: list[str] = []
    any_html = False
    room = limits.TEXT_BYTES
    budget = htmlsafe.Budget()
    for slot in sorted(found.slots, key=lambda slot: slot.spare):
        if room <= 0:
            defects.add("text_cut")
            break
        plain = "\n".join(_plain_text(raw, part, room, defects) for part in slot.plains)
        source = "\n".join(_html_source(raw, part, room, defects) for part in slot.htmls)
        room -= len(plain) + len(source) + 1
        page = htmlsafe.clean(source, budget, defects) if source.strip() else _NO_PAGE
        if slot.spare and _is_said(plain or htmltext.to_text(page.safe), texts):
            continue
        any_html = any_html or bool(page.safe)
        text = plain
        if (page.safe or page.beyond) and _is_poor(plain):
            text = _better(plain, "\n\n".join(filter(None, (htmltext.to_text(page.safe), page.beyond))))
        if text.strip():
            texts.append(text.strip("\n"))
        pages.append(page.safe or _as_html(plain))
    text = "\n\n".join(texts)
    if len(text) > limits.TEXT:
        defects.add("text_cut")
        text = text[: limits.TEXT]
    return Words(text, "\n".join(page for page in pages if page) if any_html else "")


def _is_said(spare: str, texts: list[str]) -> bool:
    """Whether nine of ten words of the spare text stand in the others already; of a few words, all."""
    wanted = {word.casefold() for word in _WORD.findall(spare)}
    missing = wanted.difference(word.casefold() for text in texts for word in _WORD.findall(text))
    return len(missing) * 10 <= len(wanted)


def _is_poor(plain: str) -> bool:
    """No text variant, or one that only says that the message is in HTML."""
    return not plain.strip() or (len(plain) < 400 and bool(_STUB.search(plain)))


def _better(plain: str, from_html: str) -> str:
    if not from_html.strip():
        return plain
    return from_html if not plain.strip() or len(from_html) > 2 * len(plain) else plain


def _plain_text(raw: bytes, part: Part, room: int, defects: Defects) -> str:
    data = part.content(raw, defects, min(room, limits.TEXT_BYTES))
    text = charsets.decode(data, part.params.get("charset", ""), defects)
    if part.params.get("format", "").strip().lower() == "flowed":
        text = flowed.unflow(text, delete_space=part.params.get("delsp", "").strip().lower() == "yes")
    if part.content_type in ("text/enriched", "text/richtext"):
        text = html.unescape(_ENRICHED.sub("", text))
    return text


def _html_source(raw: bytes, part: Part, room: int, defects: Defects) -> str:
    data = part.content(raw, defects, min(room, limits.TEXT_BYTES))
    return charsets.decode(data, part.params.get("charset") or charsets.charset_of_html(data), defects)


def _as_html(plain: str) -> str:
    """A text part among HTML parts (list footers, Apple Mail between two pictures)."""
    if not plain.strip():
        return ""
    return '<div class="sp-plain">' + html.escape(plain.strip("\n"), quote=False).replace("\n", "<br>") + "</div>"

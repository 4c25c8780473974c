"""Containers that are no multiparts: winmail.dat, signed envelopes, calendars. What they hold is hung below them in the
tree, so that whoever walks it meets words as words and files as files; the container itself stays a file."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import Final

from sportello.service.channels.mailkit import charsets, invitations, limits, mime, smime, tnef
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.mime import Part
from sportello.service.channels.mailkit.record import CalendarEvent

_TNEF_TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TYPES: Final = mimetypes.MimeTypes()
_OPAQUE: Final = "application/octet-stream"


class Unpacked:
    """What the walk brings back besides the tree."""

    __slots__ = ("events", "left", "seal")

    def __init__(self) -> None:
        self.events: list[CalendarEvent] = []
        self.left = limits.WRAPPINGS
        self.seal = smime.Seal()


_Opener = Callable[[bytes, Part, Unpacked, Defects], list[Part]]


def unpack(raw: bytes, root: Part, defects: Defects) -> Unpacked:
    """Hang what is packed below what packs it, everywhere in the tree, at most `limits.WRAPPINGS` times."""
    found = Unpacked()
    _walk(raw, root, found, defects)
    return found


def _walk(raw: bytes, part: Part, found: Unpacked, defects: Defects) -> None:
    if part.children:
        smime.note_container(part, found.seal)
        for child in part.children:
            _walk(raw, child, found, defects)
        return
    opener = _opener(part)
    if opener is None:
        return
    if found.left <= 0:
        defects.add("wrappings_cut")
        return
    found.left -= 1
    part.children = opener(raw, part, found, defects)
    part.unpacked = bool(part.children)


def _opener(part: Part) -> _Opener | None:
    name = _name(part)
    if part.content_type in _TNEF_TYPES or (name == "winmail.dat" and part.content_type == _OPAQUE):
        return _wrapped_by_outlook
    if part.content_type in smime.P7M_TYPES or (name.endswith(".p7m") and part.content_type == _OPAQUE):
        return _signed
    if part.content_type == "text/calendar" or (name.endswith(".ics") and part.content_type == _OPAQUE):
        return _calendar
    return None


def _name(part: Part) -> str:
    return (part.disposition_params.get("filename") or part.params.get("name", "")).strip().lower()


def _wrapped_by_outlook(raw: bytes, part: Part, _found: Unpacked, defects: Defects) -> list[Part]:
    held = tnef.read(part.content(raw, defects), defects)
    parts: list[Part] = []
    if held.html.strip():
        parts.append(mime.made(held.html.encode("utf-8", "replace"), "text/html", spare=True))
    elif held.text.strip():
        parts.append(mime.made(held.text.encode("utf-8", "replace"), "text/plain", spare=True))
    for file in held.files:
        guessed = _TYPES.guess_type(file.name)[0] or _OPAQUE
        parts.append(mime.made(file.content, file.content_type or guessed, name=file.name, content_id=file.content_id))
    return parts


def _signed(raw: bytes, part: Part, found: Unpacked, defects: Defects) -> list[Part]:
    opened = smime.open_p7m(part.content(raw, defects), defects)
    if opened is None:
        return []
    is_wrapping = "." not in _name(part).removesuffix(".p7m")  # smime.p7m, or no name at all
    if opened.is_sealed:
        if is_wrapping:
            found.seal.note("encrypted", "smime")
        return []
    if opened.is_mail and is_wrapping:
        found.seal.note("signed_not_checked", "smime")
        inner = mime.read(opened.content, defects)
        _belongs_to(inner, opened.content)
        _walk(opened.content, inner, found, defects)
        return [inner]
    # `contratto.pdf.p7m`: a signed document, as public offices get them every day.
    inner_name = (part.disposition_params.get("filename") or part.params.get("name", "")).strip()[:-4]
    return [mime.made(opened.content, _TYPES.guess_type(inner_name)[0] or _OPAQUE, name=inner_name)]


def _belongs_to(part: Part, source: bytes) -> None:
    part.source = source
    for child in part.children:
        _belongs_to(child, source)


def _calendar(raw: bytes, part: Part, found: Unpacked, defects: Defects) -> list[Part]:
    content = part.content(raw, defects, limits.CALENDAR_BYTES * 2)
    events = invitations.events(charsets.decode(content, part.params.get("charset", "utf-8"), defects))
    events = events[: max(0, limits.CALENDAR_EVENTS - len(found.events))]
    found.events.extend(events)
    told = "\n\n".join(filter(None, map(invitations.words, events)))
    return [mime.made(told.encode("utf-8", "replace"), "text/plain", spare=True)] if told else []

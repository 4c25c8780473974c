"""The tree of parts (RFC 2046), as windows on the raw message.

Written by hand and not with the standard library for three reasons: attachments that are messages must keep
their bytes (a PEC's legal value and its hash hang on them, the library writes them anew); its parser takes
time in proportion to depth × lines and recurses without bound; and parts here cost no copy, so that 100 MB
stay 100 MB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sportello.service.channels.mailkit import headers, limits, params, transfer
from sportello.service.channels.mailkit.defects import Defects

_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
_FIRST_DELIMITER: Final = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One part: its fields, its type, and where its body lies in the raw message."""

    headers: headers.Headers
    content_type: str
    params: dict[str, str]
    disposition: str
    disposition_params: dict[str, str]
    start: int
    end: int
    children: list[Part] = field(default_factory=list)
    source: bytes | None = None
    """Where the window lies when it is not the raw message: what was unpacked from another part."""
    unpacked: bool = False
    """A file whose contents are its children (winmail.dat, p7m): it is shown beside them."""
    spare: bool = False
    """Words that count only where nothing else says them: a second form of the same letter."""

    def content(self, raw: bytes, defects: Defects, limit: int | None = None) -> bytes:
        """The body, decoded; `limit` bounds how many encoded bytes are read."""
        window = raw if self.source is None else self.source
        return transfer.decode(window, self.start, self.end, self.encoding, defects, limit)

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding as written, without comments."""
        return self.headers.raw("content-transfer-encoding", 200).partition("(")[0].partition(";")[0]

    @property
    def content_id(self) -> str:
        """Content-ID without its brackets."""
        return self.headers.raw("content-id", limits.IDENTIFIER).strip().strip("<>").strip()

    def is_multipart(self) -> bool:
        """Whether this part was read as a container."""
        return bool(self.children)


class _Counter:
    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


def read(raw: bytes, defects: Defects) -> Part:
    """The root of the message."""
    start = 0
    if raw.startswith((b"From ", b">From ")):
        start = raw.find(b"\n") + 1  # the line that separates messages in an mbox file
    return _read_part(raw, start, len(raw), "text/plain", 0, _Counter(limits.PARTS), defects)


def _read_part(
    raw: bytes, start: int, end: int, default_type: str, depth: int, counter: _Counter, defects: Defects
) -> Part:
    counter.left -= 1
    fields, body = headers.read_block(raw, start, end, defects)
    content_type, type_params = _content_type(fields, default_type, defects)
    disposition, disposition_params = params.parse(fields.raw("content-disposition"), defects)
    part = Part(fields, content_type, type_params, disposition, disposition_params, min(body, end), end)
    if content_type.startswith("multipart/"):
        _read_children(raw, part, depth, counter, defects)
    return part


def _content_type(fields: headers.Headers, default: str, defects: Defects) -> tuple[str, dict[str, str]]:
    written = fields.raw("content-type")
    if not written:
        return default, {}
    main, type_params = params.parse(written, defects)
    main = main.partition(" ")[0]
    if _TYPE.fullmatch(main):
        return main, type_params
    defects.add("bad_content_type")
    return {"html": "text/html", "text": "text/plain"}.get(main, "text/plain"), type_params


def _read_children(raw: bytes, part: Part, depth: int, counter: _Counter, defects: Defects) -> None:
    """Fill `children`; a container in which nothing can be found becomes plain text, so that its words are
    seen."""
    if depth >= limits.DEPTH:
        defects.add("too_deep")
        part.content_type = "application/octet-stream"
        return
    windows = _windows(raw, part, _boundary(part), counter.left)
    if not windows:
        defects.add("multipart_without_boundary")
        windows = _windows(raw, part, _guessed_boundary(raw, part), counter.left)
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for start, end in windows:
        if counter.left <= 0:
            defects.add("parts_cut")
            # What is walked no more is kept in one piece, so that a person can look for what is missing.
            part.children.append(_file(start, part.end))
            break
        part.children.append(_read_part(raw, start, end, default, depth + 1, counter, defects))
    if not part.children:
        part.content_type = "text/plain"


def _file(start: int, end: int) -> Part:
    return Part(headers.Headers([]), "application/octet-stream", {}, "attachment", {}, start, end)


def made(content: bytes, content_type: str, *, name: str = "", content_id: str = "", spare: bool = False) -> Part:
    """A part of what another part held."""
    fields = [("content-id", f"<{content_id}>".encode("utf-8", "replace"))] if content_id else []
    named = {"filename": name} if name else {}
    charset = {"charset": "utf-8"} if content_type.startswith("text/") else {}
    disposition = "" if spare else "inline" if content_id else "attachment"
    return Part(headers.Headers(fields), content_type, charset, disposition, named, 0, len(content), [], content,
                spare=spare)  # fmt: skip


def _boundary(part: Part) -> bytes:
    text = part.params.get("boundary", "").rstrip()
    return text.encode("utf-8", "replace") if len(text) <= limits.BOUNDARY else b""


def _guessed_boundary(raw: bytes, part: Part) -> bytes:
    """The first line that begins with two hyphens and comes back with two more at its end."""
    window = raw[part.start : min(part.end, part.start + 65_536)]
    for tries, match in enumerate(_FIRST_DELIMITER.finditer(window)):
        if tries >= 20:
            break
        boundary = match.group(1)
        if boundary.strip(b"- ") and raw.find(b"--" + boundary + b"--", part.start, part.end) >= 0:
            return boundary
    return b""


def _windows(raw: bytes, part: Part, boundary: bytes, most: int) -> list[tuple[int, int]]:
    """Where the parts between the delimiter lines lie; without a closing line the last one reaches to the
    end.

    A delimiter after the closing line opens a part again: two containers that share one boundary lose nothing
    so.
    """
    if not boundary:
        return []
    delimiter = b"--" + boundary
    windows: list[tuple[int, int]] = []
    opened: int | None = None
    position = part.start
    while len(windows) <= most:
        position = raw.find(delimiter, position, part.end)
        if position < 0:
            break
        after = position + len(delimiter)
        if position > part.start and raw[position - 1] != 0x0A:
            position = after
            continue
        line_end = raw.find(b"\n", after, part.end)
        line_end = part.end if line_end < 0 else line_end
        rest = raw[after : min(line_end, after + 200)].strip()
        if rest and not rest.startswith(b"--"):
            position = after
            continue
        if opened is not None:
            windows.append((opened, _before_newline(raw, opened, position)))
        opened = None if rest else min(line_end + 1, part.end)
        position = line_end
    if opened is not None and len(windows) <= most:
        windows.append((opened, part.end))
    return windows


def _before_newline(raw: bytes, start: int, position: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if position - 1 >= start and raw[position - 1] == 0x0A:
        position -= 1
        if position - 1 >= start and raw[position - 1] == 0x0D:
            position -= 1
    return max(position, start)

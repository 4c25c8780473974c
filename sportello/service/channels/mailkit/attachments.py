"""Files of a message: decoded, hashed, named, and known for what they are."""

from __future__ import annotations

import hashlib

from sportello.service.channels.mailkit import charsets, filenames, limits, sniff
from sportello.service.channels.mailkit.bodies import Found
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.record import Attachment


def read(raw: bytes, found: Found, defects: Defects) -> tuple[Attachment, ...]:
    """All files in reading order. A message inside the message keeps its bytes."""
    files: list[Attachment] = []
    for number, (part, inline) in enumerate(found.files, start=1):
        content = part.content(raw, defects)
        declared = part.content_type
        kind = sniff.content_type(content, declared)
        files.append(
            Attachment(
                filename=filenames.of(part, kind, number, defects),
                content_type=kind,
                declared_type=declared,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                content_id=charsets.clean_line(part.content_id)[: limits.IDENTIFIER],
                inline=inline,
                content=content,
            )
        )
    return tuple(files)

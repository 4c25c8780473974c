"""Names of attachments that one can show and store: no paths, no controls, no letters that turn the reading
direction."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

from sportello.service.channels.mailkit import charsets, limits, params
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.mime import Part

# U+202E and its kin make "gpj.exe" read as "exe.jpg".
_DIRECTIONS: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f/\\]')
_TYPES: Final = mimetypes.MimeTypes()  # Python's own table; the module's functions would read the machine's files
_EXTENSIONS: Final = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/vcard": ".vcf",
    "image/jpeg": ".jpg",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/ms-tnef": ".dat",
}


def of(part: Part, content_type: str, number: int, defects: Defects) -> str:
    """The name the sender gave, made safe; else one made of the part's number and type."""
    written = part.disposition_params.get("filename") or part.params.get("name", "")
    name = safe(params.words(written, defects)) if written else ""
    if name:
        return name
    stem = "calendar" if content_type == "text/calendar" else f"part-{number}"
    extension = _EXTENSIONS.get(content_type) or _TYPES.guess_extension(content_type, strict=False) or ".bin"
    return stem + extension


def safe(name: str) -> str:
    """Last component of a path, without what file systems and eyes stumble over; the extension survives the
    cut."""
    name = _DIRECTIONS.sub("", charsets.clean_line(name))
    name = re.split(r"[/\\]", name)[-1] if re.search(r"[/\\]", name) else name
    name = _FORBIDDEN.sub("_", name).strip().strip(".").strip()
    if len(name) <= limits.FILENAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 12:
        return name[: limits.FILENAME]
    return stem[: limits.FILENAME - len(extension) - 1] + dot + extension

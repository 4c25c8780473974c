"""The type of a file by its first bytes, for the types people send. What we do not know is octet-stream.

Signatures: each format's own specification; ZIP-based office formats are told apart by the names inside.
"""

from __future__ import annotations

import io
import zipfile

UNKNOWN = "application/octet-stream"
#: Types a browser may show inside our pages without running anything.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"})

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)


def content_type(content: bytes) -> str:
    """The media type of `content`; `application/octet-stream` when nothing is recognised."""
    for start, kind in _SIGNATURES:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"BM") and content[6:10] == bytes(4):  # two letters alone begin many a text
        return "image/bmp"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    return _text_type(content)


def _zip_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()[:200]
            if names and names[0] == "mimetype":
                info = archive.getinfo("mimetype")
                if info.file_size <= 100:
                    return archive.read("mimetype").decode("ascii", "replace").strip()[:100]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return "application/zip"
    for folder, kind in _OFFICE:
        if any(name.startswith(folder) for name in names):
            return kind
    return "application/zip"


def _text_type(content: bytes) -> str:
    head = content[:2048]
    if not head or b"\x00" in head:
        return UNKNOWN
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")):
        # Told as what can run: such a file is only ever downloaded.
        return "image/svg+xml" if b"<svg" in start else "text/html" if b"<?xml" not in start[:5] else "application/xml"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return UNKNOWN
    return "text/plain"

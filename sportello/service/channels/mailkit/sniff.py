"""What the bytes of an attachment are, whatever name and type they were sent under."""

from __future__ import annotations

import re
from typing import Final

_STARTS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x7fELF", "application/x-elf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!", "text/x-script"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_BOXES: Final = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif"}
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body|script|iframe|meta)[\s>]", re.IGNORECASE)
_SVG: Final = re.compile(rb"<(?:[a-z0-9]{1,20}:)?svg[\s>]", re.IGNORECASE)
_OLE_NAMES: Final = {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
                     "application/vnd.ms-outlook", "application/x-msi"}  # fmt: skip
_CMS: Final = bytes.fromhex("2a864886f70d0107")  # the object identifiers of PKCS #7 begin so
_SIGNED: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pkcs7-signature",
                  "application/x-pkcs7-signature")  # fmt: skip


def content_type(content: bytes, declared: str) -> str:
    """A media type one may act upon: by signature first, by the declaration only where the bytes allow it."""
    head = content[:4_096]
    found = _by_signature(content, head, declared)
    if found:
        return found
    text = _looks_like_text(head)
    if text and (_SVG.search(head[:1_024]) or _HTML.search(head[:1_024])):
        return "image/svg+xml" if _SVG.search(head[:1_024]) else "text/html"
    if text and head.lstrip().startswith(b"<?xml"):
        return "application/xml"
    if declared.startswith("message/"):
        return declared
    if declared.startswith("text/") or (text and declared in ("", "application/octet-stream")):
        return declared if text and _TYPE.fullmatch(declared) and declared.startswith("text/") else (
            "text/plain" if text else "application/octet-stream"
        )  # fmt: skip
    if declared.startswith(("image/", "multipart/")) or not _TYPE.fullmatch(declared):
        return "application/octet-stream"  # a picture without a picture's signature
    return declared


def _by_signature(content: bytes, head: bytes, declared: str) -> str:
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head.startswith(b"PK\x03\x04"):
        return _zip(content, head)
    if head.startswith(_OLE):
        return declared if declared in _OLE_NAMES else "application/x-ole-storage"
    if head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}[head[8:12]]
    if head[4:8] == b"ftyp":
        return _BOXES.get(head[8:12], "video/mp4")
    if head.startswith(b"BM") and len(head) > 14 and head[6:10] == bytes(4):
        return "image/bmp"
    if head.startswith(b"\x30") and (declared in _SIGNED or _CMS in head[:32]):
        # A signed PDF begins with its envelope, and the PDF's own mark follows close behind.
        return declared if declared in _SIGNED else "application/pkcs7-mime"
    return "application/pdf" if b"%PDF-" in head[:1_024] else ""


def _zip(content: bytes, head: bytes) -> str:
    """Office files are zips that name themselves in their first entries or in the directory at the end."""
    if head[30:38] == b"mimetype":
        match = _TYPE.match(head[38:138].decode("ascii", "replace").split("PK")[0])
        if match:
            return match.group()
    names = head + content[-8_192:]
    for folder, name in ((b"word/", "wordprocessingml.document"), (b"xl/", "spreadsheetml.sheet"),
                         (b"ppt/", "presentationml.presentation")):  # fmt: skip
        if folder in names and b"[Content_Types].xml" in names:
            return _OFFICE + name
    return "application/zip"


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(head.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32)))
    return controls == 0

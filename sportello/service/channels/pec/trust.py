"""The certificates this installation trusts to sign PEC: files of the home, put there by whoever runs it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from django.conf import settings

from sportello.service.channels.mailkit import pec_signature

_FOLDER = "pec-certificates"
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})
_FILES = 500
_LARGEST = 5_000_000

_read: dict[str, tuple[tuple[tuple[str, int, int], ...], list[x509.Certificate]]] = {}


def folder() -> Path:
    """Where certificates are put; it may be missing, and then no signature is called valid."""
    return Path(settings.HOME) / _FOLDER


def trusted() -> list[x509.Certificate]:
    """The certificates as they are on disk now; files that hold none are passed over."""
    place = folder()
    files = _files(place)
    signs = tuple((file.name, int(file.stat().st_mtime_ns), file.stat().st_size) for file in files)
    known = _read.get(str(place))
    if known is not None and known[0] == signs:
        return known[1]
    found = [one for file in files for one in pec_signature.certificates(file.read_bytes())]
    _read[str(place)] = (signs, found)
    return found


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    found = [one for one in place.iterdir() if one.suffix.lower() in _SUFFIXES and one.is_file()]
    return sorted(one for one in found[:_FILES] if one.stat().st_size <= _LARGEST)

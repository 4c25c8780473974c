"""Answering with a file so that nothing in it can run in our pages' name."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import NotAllowed
from sportello.foundation.core.text import one_line

from . import actions, sniff
from .models import Blob

_PDF = "application/pdf"
#: Nothing in a file reaches anything, and only our own pages frame it.
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
_POLICY = f"sandbox; {_ALONE}"
#: Browsers show no PDF in a sandbox. Their viewer is no part of our origin, runs no script of the file in it, and the
#: type cannot be taken for a page (`nosniff`).
_PDF_POLICY = f"{_ALONE}; object-src 'self'"


def download(blob: Blob, filename: str, *, inline: bool = False) -> HttpResponse:
    """The file as a download; shown inline only for types that cannot run. Infected files are refused (403)."""
    if blob.is_infected:
        raise NotAllowed(_("A virus was found in this file: it is kept but cannot be opened."))
    shown = inline and blob.content_type in sniff.SHOWN_INLINE
    kind = blob.content_type if shown else sniff.UNKNOWN
    if kind == "text/plain":
        kind = "text/plain; charset=utf-8"  # sniff.py calls nothing else text
    response = HttpResponse(actions.read(blob), content_type=kind)
    filename = one_line(filename, 200)  # no line ends in a header
    ascii_name = filename.encode("ascii", "replace").decode().replace('"', "").replace("\\", "").replace("?", "_")
    response["Content-Disposition"] = (
        f"{'inline' if shown else 'attachment'}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename)}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _PDF_POLICY if shown and blob.content_type == _PDF else _POLICY
    response["Cache-Control"] = "private, max-age=3600"
    return response

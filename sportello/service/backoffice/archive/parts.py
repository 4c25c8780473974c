"""One ticket's folder in a transfer package: dossier as JSON and as PDF/A, its files, its mail byte for byte.

Every file is read through the store, which refuses bytes that are not those it was given.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sportello.foundation.core.text import fold
from sportello.foundation.files.actions import read
from sportello.foundation.files.models import Blob
from sportello.records.tickets.models import Attachment, Entry, Ticket
from sportello.service.channels.models import CertifiedLetter

from ..models import Filing, Package, PackagedTicket
from . import dossier, paper, reach

_NOT_NAME: Final = re.compile(r"[^a-z0-9._-]+")


def write(path: Path, ticket: Ticket, notes: bool) -> None:
    """A ZIP of the folder at `path`."""
    data = dossier.data_of(ticket, notes=notes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dossier.json", dossier.written(data))
        archive.writestr("dossier.pdf", paper.pdf_of(ticket, data).pdf)
        taken: set[str] = set()
        for name, blob in _files(ticket, notes):
            free = name
            while free in taken:
                free = f"{Path(name).with_suffix('')}-{len(taken)}{Path(name).suffix}"
            taken.add(free)
            archive.writestr(free, read(blob))


def _files(ticket: Ticket, notes: bool) -> Iterator[tuple[str, Blob]]:
    rows = Attachment.objects.filter(entry__ticket=ticket).select_related("blob", "entry")
    if not notes:
        rows = rows.exclude(entry__kind=Entry.Kind.NOTE)
    for one in rows.order_by("entry__position", "pk"):
        yield f"documents/{one.entry.position:04d}-{plain(one.filename)}", one.blob
    for name, blob in reach.files_of(ticket):
        yield f"documents/{plain(name)}", blob
    for mail in dossier.mails(ticket):
        yield f"mail/{mail.pk}.eml", mail.raw
    letters = CertifiedLetter.objects.filter(dispatch__message__entry__ticket=ticket).select_related("raw")
    for letter in letters.order_by("pk"):
        yield f"mail/sent-{letter.pk}.eml", letter.raw


def plain(name: str) -> str:
    """A file's name that every system takes: letters without accents, digits, dot, dash."""
    return _NOT_NAME.sub("-", fold(name)).strip("-.")[-100:] or "file"


def index(package: Package, inside: list[PackagedTicket]) -> bytes:
    """What the bag holds, ticket by ticket, with class and dates (DPR 445/2000 art. 64): JSON."""
    filed = {
        one.ticket_id: one
        for one in Filing.objects.filter(ticket__in=[row.ticket_id for row in inside]).select_related("file_class")
    }
    rows = [
        {
            "number": one.ticket.number, "kind": one.ticket.kind.slug, "opened_at": one.ticket.opened_at.isoformat(),
            "closed_at": one.ticket.closed_at.isoformat() if one.ticket.closed_at else None,
            "class": filing.code, "class_titles": filing.file_class.titles,
            "keep_until": filing.keep_until.isoformat() if filing.keep_until else None,
        }
        for one in inside
        if (filing := filed.get(one.ticket_id)) is not None
    ]  # fmt: skip
    found = {"package": package.pk, "title": package.title, "asked": package.asked, "tickets": rows}
    return (json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

"""The proof of a certified message: a zip with the bytes that left or came, every receipt byte for byte, their SHA-256
in a manifest that `sha256sum -c` reads, and a page that sums it up in Italian and in English."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sportello.foundation.files.actions import read
from sportello.foundation.paper.typesetting import typeset
from sportello.foundation.tenancy import clock

from .queries import CertifiedRow, Evidence, OutcomeRow

_TEMPLATE: Final = Path(__file__).with_name("proof.typ")
_LANGUAGES: Final = ("it", "en")
_NOT_NAME: Final = re.compile(r"[^a-z0-9.@-]+")


def bundle(evidence: Evidence) -> bytes:
    """The zip. The same evidence gives the same bytes but for the two pages, which name the day they were made."""
    at = clock.now(evidence.message.organisation)
    pieces = _pieces(evidence)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, _word, raw, _digest in pieces:
            archive.writestr(_info(name, at), raw)
        manifest = "".join(f"{digest}  {name}\n" for name, _word, _raw, digest in pieces)
        archive.writestr(_info("SHA256SUMS", at), manifest)
        for language in _LANGUAGES:
            archive.writestr(_info(f"summary-{language}.pdf", at), _page(evidence, language, at))
    return made.getvalue()


def filename(evidence: Evidence) -> str:
    """`pec-2026-0000012-4.zip`: the ticket's number and the message's place in it."""
    entry = evidence.message.entry
    return f"pec-{entry.ticket.number}-{entry.position}.zip"


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _pieces(evidence: Evidence) -> list[tuple[str, str, bytes, str]]:
    """(name, what it is, bytes, SHA-256), in the order of the legal instants."""
    found: list[tuple[str, str, bytes, str]] = []
    if evidence.letter is not None:
        raw = evidence.letter.raw
        found.append(("message.eml", _("The message as it left"), read(raw), raw.sha256))
    for number, row in enumerate(evidence.rows, 1):
        name = "envelope.eml" if evidence.message.is_incoming else f"receipts/{number:02d}-{_plain(row)}.eml"
        found.append((name, row.word, read(row.row.mail.raw), row.sha256))
    return found


def _plain(row: CertifiedRow) -> str:
    return _NOT_NAME.sub("-", "-".join(filter(None, (row.kind.lower(), row.about.lower()))))[:100]


def _page(evidence: Evidence, language: str, at: datetime) -> bytes:
    with translation.override(language):
        message = evidence.message
        data: dict[str, Any] = {
            "sender": message.organisation.name,
            "footer": _("Made by Sportello on %(day)s") % {"day": _instant(evidence, at)},
            "facts": _facts(evidence),
            "recipients": [_recipient(evidence, one) for one in evidence.outcomes],
            "pieces": [_piece(evidence, row) for row in evidence.rows],
            "hashes": [[name, digest] for name, _word, _raw, digest in _pieces(evidence)],
            "words": {
                "recipients": _("Recipients"),
                "recipients_head": [_("Address"), _("Accepted"), _("Delivered"), _("Not delivered")],
                "pieces": _("What the providers certify"),
                "pieces_head": [_("Legal time"), _("What"), _("Signature")],
                "hashes": _("The files and their SHA-256"),
                "note": _(
                    "Each file is kept as it was sent or came in, byte for byte. The legal proof is the files"
                    " themselves: this page only sums them up."
                ),
            },
        }
        title = _("Proof of a certified message")
        return typeset(_TEMPLATE, data, title=title, language=language, at=at).pdf


def _facts(evidence: Evidence) -> list[list[str]]:
    message, first = evidence.message, next(iter(evidence.rows), None)
    who = ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in message.recipients.all())
    rows = [
        [_("Ticket"), message.entry.ticket.number],
        [_("Subject"), message.subject],
        [_("From"), message.sender_address if message.is_incoming else _own_address(evidence)],
        [_("To"), who],
        [_("Message-ID"), message.rfc_id],
        [_("Provider"), first.issuer if first else ""],
        [_("Provider's number"), next((one.identifier for one in evidence.rows if one.identifier), "")],
    ]
    if message.is_incoming and first is not None:
        rows.append([_("Legal time"), _instant(evidence, first.certified_at)])
    return [row for row in rows if row[1]]


def _own_address(evidence: Evidence) -> str:
    mailbox = evidence.dispatch.mailbox if evidence.dispatch is not None else None
    return mailbox.address if mailbox is not None else ""


def _recipient(evidence: Evidence, one: OutcomeRow) -> list[str]:
    instants = (one.accepted_at, one.delivered_at, one.failed_at)
    return [one.address, *(_instant(evidence, at) or "–" for at in instants)]


def _piece(evidence: Evidence, row: CertifiedRow) -> list[str]:
    what = row.word if not row.about else f"{row.word}: {row.about}"
    if row.error or row.error_text:
        what = f"{what} ({'; '.join(filter(None, (row.error, row.error_text)))})"
    return [_instant(evidence, row.certified_at) or "–", what, row.signature_word]


def _instant(evidence: Evidence, at: datetime | None) -> str:
    if at is None:
        return ""
    local = clock.local(evidence.message.organisation, at)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S %Z}"

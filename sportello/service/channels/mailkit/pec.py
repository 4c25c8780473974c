"""Certified mail (PEC) known by its headers (RFC 6109; values as `facts/rules.md` section 2.1 found them in
use)."""

from __future__ import annotations

from typing import Final

from sportello.service.channels.mailkit.headers import Headers

ENVELOPE: Final = "posta-certificata"
"""A certified message in its transport envelope: the customer's words are in postacert.eml."""

ANOMALY: Final = "anomalia"
"""Ordinary mail that reached a PEC box."""

_MISNAMED: Final = {"mancata-consegna": "errore-consegna"}


def kind(headers: Headers) -> str | None:
    """Kind of the envelope or receipt; an unknown one is given back as written, None is ordinary mail."""
    receipt = _word(headers.raw("x-ricevuta", 200))
    if receipt:
        return _MISNAMED.get(receipt, receipt)
    transport = _word(headers.raw("x-trasporto", 200))
    if transport:
        return ANOMALY if transport == "errore" else transport
    return None


def is_receipt(kind_of_mail: str | None) -> bool:
    """Whether a provider's program wrote it: everything certified but the two envelopes."""
    return kind_of_mail is not None and kind_of_mail not in (ENVELOPE, ANOMALY)


def _word(value: str) -> str:
    return "-".join(value.strip().strip('";').lower().split())[:60]

"""Certified mail (PEC) known by its headers (RFC 6109; values as providers use them)."""

from __future__ import annotations

from typing import Final

from sportello.service.channels.mailkit.headers import Headers

ENVELOPE: Final = "posta-certificata"
"""A certified message in its transport envelope: the customer's words are in postacert.eml."""

ANOMALY: Final = "anomalia"
"""Ordinary mail that reached a PEC box."""

ACCEPTED: Final = "accettazione"
NOT_ACCEPTED: Final = "non-accettazione"
TAKEN_OVER: Final = "presa-in-carico"
"""Between providers; not meant for users, seen all the same."""
DELIVERED: Final = "avvenuta-consegna"
WARNING: Final = "preavviso-errore-consegna"
"""Comes twice, about 12 and 24 hours after acceptance: in doubt."""
FAILED: Final = "errore-consegna"
VIRUS: Final = "rilevazione-virus"

KINDS: Final = frozenset(
    {ENVELOPE, ANOMALY, ACCEPTED, NOT_ACCEPTED, TAKEN_OVER, DELIVERED, WARNING, FAILED, VIRUS}
)

SUBJECT_PREFIXES: Final = (
    "POSTA CERTIFICATA:", "ANOMALIA MESSAGGIO:", "ACCETTAZIONE:", "AVVISO DI NON ACCETTAZIONE:", "PRESA IN CARICO:",
    "CONSEGNA:", "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO:", "AVVISO DI MANCATA CONSEGNA:",
    "PROBLEMA DI SICUREZZA:",
)  # fmt: skip

#: Never sent by a provider that follows the rules, but written by programs that read them hastily.
_MISNAMED: Final = {"mancata-consegna": FAILED, "errore": ANOMALY}


def kind(headers: Headers) -> str | None:
    """Kind of the envelope or receipt; an unknown one is given back as written, None is ordinary mail."""
    receipt = _word(headers.raw("x-ricevuta", 200))
    if receipt:
        return named(receipt)
    transport = _word(headers.raw("x-trasporto", 200))
    if transport:
        return named(transport)
    return None


def named(word: str) -> str:
    """The kind a provider's word means; an unknown one stays as it is, in lower case."""
    bare = _word(word)
    return _MISNAMED.get(bare, bare)


def is_receipt(kind_of_mail: str | None) -> bool:
    """Whether a provider's program wrote it: everything certified but the two envelopes."""
    return kind_of_mail is not None and kind_of_mail not in (ENVELOPE, ANOMALY)


def _word(value: str) -> str:
    return "-".join(value.strip().strip('";').lower().split())[:60]

"""The customer's access code: derived, never stored in readable form.

`code = readable(HMAC-SHA-256(installation key, nonce))`: receipts can be printed and sent again, while database,
backups and stored letters hold only the nonce and a digest. In stored texts the code stands as `MARK`; only what
goes to the customer is filled.
"""

from __future__ import annotations

import hmac
from typing import Final

from django.conf import settings

from sportello.foundation.core.ids import READABLE, digest, token

from .models import AccessCode, Message, Ticket

MARK: Final = "{access_code}"
#: Notices that carry it; the others have no place for it.
GIVE_THE_CODE: Final = ("receipt", "code")
#: After so many wrong codes, from whomever, a code opens no more and a new one must be asked for. High, so that a
#: stranger who knows a number cannot lock its customer out in a minute: each caller is paused long before, and 500
#: guesses at 57 bits are worth nothing.
TRIES: Final = 500


def derive(nonce: str) -> str:
    """The code of `nonce`: twelve readable signs, 57 bits."""
    mac = hmac.digest(settings.SECRET_KEY.encode(), f"access code {nonce}".encode(), "sha256")
    number = int.from_bytes(mac, "big") % len(READABLE) ** 12
    signs = []
    for _ in range(12):
        number, rest = divmod(number, len(READABLE))
        signs.append(READABLE[rest])
    text = "".join(signs)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def new_nonce() -> tuple[str, str]:
    """A fresh nonce and the digest of its code."""
    nonce = token()
    return nonce, digest(derive(nonce))


def in_force(ticket: Ticket) -> AccessCode | None:
    return AccessCode.objects.filter(ticket=ticket, ended_at__isnull=True).order_by("-id").first()


def code_of(ticket: Ticket) -> str:
    """The code in force, for who prints or sends it to the customer; empty when there is none."""
    row = in_force(ticket)
    return derive(row.nonce) if row else ""


def filled(ticket: Ticket, message: Message) -> str:
    """The message's text as its customer reads it: with the code where the mark stands. Never for the desk's screens.

    Only a notice that gives the code is filled: the mark in anybody's own words (quoted in an answer that goes to
    others in copy, say) stays what it is.
    """
    if message.notice_moment not in GIVE_THE_CODE or MARK not in message.text:
        return message.text
    return message.text.replace(MARK, code_of(ticket))

"""What recipients let us know of a letter that was delivered: that it is not wanted (ARF, RFC 5965), that it was shown
to somebody (MDN, RFC 8098)."""

from __future__ import annotations

from typing import Final

from sportello.service.channels.mailkit import addresses, charsets, headers, ids, limits
from sportello.service.channels.mailkit.bodies import Found
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.mime import Part
from sportello.service.channels.mailkit.record import Bounce, BouncedRecipient

_NO_COMPLAINT: Final = frozenset({"not-spam"})
_RECIPIENTS: Final = ("original-rcpt-to", "removal-recipient")


def read(raw: bytes, part: Part, found: Found, original_ids: tuple[str, ...], defects: Defects) -> Bounce | None:
    """Who complained, as far as the provider says; None when the report is praise.

    Providers often black the address out: then it is read from the copy of our letter, and when it is blacked out there
    too, a recipient without address says that somebody complained.
    """
    fields, _ = headers.read_block(part.content(raw, defects, limits.REPORT_BYTES), 0, limits.REPORT_BYTES, defects)
    kind = charsets.clean_line(fields.raw("feedback-type", 200)).lower()
    if kind in _NO_COMPLAINT:
        return None
    written = [value for name in _RECIPIENTS for value in fields.raw_all(name)[: limits.REPORT_RECIPIENTS]]
    who = [address for value in written for address in _addresses(value[:2_000], defects)]
    who = who or _in_the_copy(raw, found, defects) or [""]
    recipients = tuple(
        BouncedRecipient(address[: limits.ADDRESS], "delivered", "", kind[:200], "feedback", False)
        for address in dict.fromkeys(who[: limits.REPORT_RECIPIENTS])
    )
    return Bounce(original_ids, recipients, False)


def read_receipt(raw: bytes, part: Part, original_ids: tuple[str, ...], defects: Defects) -> Bounce | None:
    """A receipt of reading: one recipient, `action` is the disposition's type (displayed, deleted, …). None where it
    says neither who nor what."""
    fields, _ = headers.read_block(part.content(raw, defects, limits.REPORT_BYTES), 0, limits.REPORT_BYTES, defects)
    mode = charsets.clean_line(fields.raw("disposition", 500))
    action = mode.rpartition(";")[2].partition("/")[0].strip().lower()[:20]
    typed = (fields.raw("final-recipient", 2_000) or fields.raw("original-recipient", 2_000)).rpartition(";")[2]
    who = _addresses(typed, defects)
    if not action or not who:
        return None
    named = ids.several(fields.raw("original-message-id", 2_000), defects)
    return Bounce(
        (*named, *(one for one in original_ids if one not in named))[: limits.REFERENCES],
        (BouncedRecipient(who[0][: limits.ADDRESS], action, "", mode[:1_000], "other", False),),
        False,
    )


def _in_the_copy(raw: bytes, found: Found, defects: Defects) -> list[str]:
    for part, _inline in found.files:
        if part.content_type in ("message/rfc822", "text/rfc822-headers"):
            data = part.content(raw, defects, limits.REPORT_BYTES)
            fields, _ = headers.read_block(data, 0, len(data), defects)
            return _addresses(fields.raw("to", 20_000), defects)
    return []


def _addresses(value: str, defects: Defects) -> list[str]:
    return [entry.address for entry in addresses.parse(value, defects) if "@" in entry.address]

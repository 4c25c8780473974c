"""Kinds of certified mail in words, for screens and for the proof."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sportello.service.channels.mailkit import pec

KINDS: Final[dict[str, str | Promise]] = {
    pec.ENVELOPE: _("Certified message"),
    pec.ANOMALY: _("Ordinary e-mail, not certified"),
    pec.ACCEPTED: _("Receipt of acceptance"),
    pec.NOT_ACCEPTED: _("Notice of non-acceptance"),
    pec.TAKEN_OVER: _("Taken over by the other provider"),
    pec.DELIVERED: _("Receipt of delivery"),
    pec.WARNING: _("Warning: not delivered yet"),
    pec.FAILED: _("Notice of non-delivery"),
    pec.VIRUS: _("Notice of a virus"),
}
ERRORS: Final[dict[str, str | Promise]] = {
    "no-dest": _("there is no such address"),
    "no-dominio": _("there is no such domain"),
    "virus": _("a virus was found"),
    "daticert_missing": _("the provider's data is missing: what is said here comes from headers and proves nothing"),
    "daticert_malformed": _(
        "the provider's data cannot be read: what is said here comes from headers and proves nothing"
    ),
}
SIGNATURE_CODES: Final[dict[str, str | Promise]] = {
    "no_trusted_certificates": _("whole and unchanged; no trusted certificates were given to check who signed"),
    "no_chain": _("whole and unchanged, but by none of the trusted certificates"),
    "out_of_date": _("whole and unchanged, but the certificate was not valid on that day"),
    "changed": _("the message was changed after it was signed"),
    "wrong_key": _("the signature is not of the certificate it names"),
    "weak_digest": _("the signature uses a method that proves nothing"),
    "unreadable": _("the signature cannot be read"),
    "not_signed": _("the provider's signature is missing"),
}


def kind_word(kind: str) -> str:
    """A kind in words; an unknown one as the provider wrote it."""
    return str(KINDS.get(kind, kind))


def error_word(error: str) -> str:
    """Empty where nothing is wrong."""
    return "" if error in ("", "nessuno", "altro") else str(ERRORS.get(error, error))

"""How allauth's second factor is bent to this house: its secrets are not readable in a copy of the database."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core import sealed

from .models import User

_PURPOSE = "second factor"


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code does not work. Take the one shown now and try again."),
        "cannot_delete_authenticator": gettext_lazy("Your organisation asks for a second step: add another one first."),
    }

    def get_totp_issuer(self) -> str:
        return "Sportello"

    def _get_site_name(self) -> str:
        return "Sportello"

    def encrypt(self, text: str) -> str:
        return sealed.seal(_PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(_PURPOSE, encrypted_text)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        return _("Passkey")


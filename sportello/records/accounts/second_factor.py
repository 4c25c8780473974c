"""How allauth's second factor is bent to this house: its secrets are not readable in a copy of the database."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import User


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
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        return _("Passkey")


def _box() -> Fernet:
    """A key of its own, from the installation's."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"second factor\0" + settings.SECRET_KEY.encode()).digest()))

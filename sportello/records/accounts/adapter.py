"""How django-allauth is bent to this house: nobody signs up by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """An account comes from an invitation (`views/invitations.py`), never from the sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Password resets go through Django's mail backend, which is `config/postman.py`."""
        super().send_mail(template_prefix, email, context)

"""Sign-in with an account of elsewhere (OpenID Connect): it opens the account that an invitation made, no other."""

from __future__ import annotations

import logging
from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from .models import User

log = logging.getLogger("sportello.accounts")

_REFUSED: Final = "accounts/outside_refused.html"


class OutsideSignIn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Known already: go on. Else the account with the address that the provider says it has verified.

        A provider that never says so (`email_verified` missing) is believed only where the installation wrote
        `trusts_addresses` for it: whoever may choose an address there could open anybody's account here.
        """
        if sociallogin.is_existing:
            return
        address = _address(sociallogin)
        user = User.objects.filter(email=address, is_active=True).first() if address else None
        if user is None:
            log.warning("sign-in by %s refused: %s", sociallogin.account.provider,
                        "no account" if address else "no verified address")
            raise ImmediateHttpResponse(
                render(request, _REFUSED, {"why": "unknown" if address else "unverified"}, status=403)
            )
        sociallogin.connect(request, user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """The provider said no, did not answer, or answered something we do not believe."""
        log.warning("sign-in by %s failed: %s (%s)", getattr(provider, "id", "?"), error, type(exception).__name__)
        raise ImmediateHttpResponse(render(request, _REFUSED, {"why": "failed"}, status=403))


def _address(sociallogin: Any) -> str:
    trusts = sociallogin.provider.app.settings.get("trusts_addresses") is True
    for one in sociallogin.email_addresses:
        if one.verified or trusts:
            return str(one.email).strip().lower()
    return ""

"""Sign-in with an account of elsewhere (OpenID Connect): it opens the account that an invitation made, no other.

A provider is the installation's (`sportello oidc`) or an organisation's, set up in a page by who administers it. The
latter opens no more than that organisation: accounts of people who work there and nowhere else, with addresses of its
domains. Else whoever administers one organisation could come in as anybody of another.
"""

from __future__ import annotations

import logging
from typing import Any, Final, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from sportello.foundation.core import sealed

from . import outside_calls
from .actions.outside import secret_of
from .models import Membership, OutsideProvider, User

log = logging.getLogger("sportello.accounts")

_REFUSED: Final = "accounts/outside_refused.html"
_OWNED: Final = "organisation_provider"


class OutsideSignIn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """The installation's, and those organisations set up, as allauth knows them."""
        rows = OutsideProvider.objects.filter(ended_at__isnull=True)
        if provider and provider != "openid_connect":
            rows = rows.filter(code=provider)
        if client_id:
            rows = rows.filter(client_id=client_id)
        return [*super().list_apps(request, provider=provider, client_id=client_id), *map(_app, rows)]

    def get_requests_session(self) -> Any:
        return outside_calls.session(super().get_requests_session())

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Known already: go on. Else the account with the address that the provider says it has verified.

        A provider that never says so (`email_verified` missing) is believed only where `trusts_addresses` is written
        for it: whoever may choose an address there could open anybody's account here.
        """
        user = sociallogin.user if sociallogin.is_existing else self._invited(request, sociallogin)
        owned = sociallogin.provider.app.settings.get(_OWNED)
        if owned is not None and not _may_open(owned, user):
            self._refuse(request, sociallogin, "elsewhere")
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)

    def _invited(self, request: HttpRequest, sociallogin: Any) -> User:
        address = _address(sociallogin)
        user = User.objects.filter(email=address, is_active=True).first() if address else None
        if user is None:
            self._refuse(request, sociallogin, "unknown" if address else "unverified")
        return user

    def _refuse(self, request: HttpRequest, sociallogin: Any, why: str) -> NoReturn:
        log.warning("sign-in by %s refused: %s", sociallogin.account.provider, why)
        raise ImmediateHttpResponse(render(request, _REFUSED, {"why": why}, status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """The provider said no, did not answer, or answered something we do not believe."""
        log.warning("sign-in by %s failed: %s (%s)", getattr(provider, "id", "?"), error, type(exception).__name__)
        raise ImmediateHttpResponse(render(request, _REFUSED, {"why": "failed"}, status=403))


def _app(row: OutsideProvider) -> Any:
    """As allauth keeps one, never saved: its own table would hold the secret as it is."""
    from allauth.socialaccount.models import SocialApp  # models are not there yet when settings name this module

    try:
        secret = secret_of(row)
    except sealed.Broken:
        log.error("the secret of provider %s cannot be read: was the database restored without its keys?", row.code)
        secret = ""
    return SocialApp(
        provider="openid_connect", provider_id=row.code, name=row.name, client_id=row.client_id, secret=secret,
        settings={"server_url": row.server_url, "trusts_addresses": row.trusts_addresses,
                  _OWNED: {"organisation_id": row.organisation_id, "domains": row.domains}},
    )  # fmt: skip


def _may_open(owned: dict[str, Any], user: User) -> bool:
    """Whether an organisation's provider may open this account: it works there, nowhere else, under its domains."""
    if user.runs_installation or user.email.rpartition("@")[2] not in owned["domains"]:
        return False
    works = set(Membership.objects.filter(user=user, ended_at__isnull=True).values_list("organisation_id", flat=True))
    return works == {owned["organisation_id"]}


def _address(sociallogin: Any) -> str:
    trusts = sociallogin.provider.app.settings.get("trusts_addresses") is True
    for one in sociallogin.email_addresses:
        if one.verified or trusts:
            return str(one.email).strip().lower()
    return ""

"""Sign-in with an account of elsewhere: allauth's two addresses, begun by the sign-in page only."""

from __future__ import annotations

import logging
from typing import Any

from allauth.socialaccount.providers.openid_connect import views as allauth
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from ..models import OutsideProvider
from ..outside_calls import calls_for

log = logging.getLogger("sportello.accounts")


def providers() -> list[dict[str, str]]:
    """Code and name of each, as the sign-in page offers them: the installation's, then those of organisations."""
    rows = OutsideProvider.objects.filter(ended_at__isnull=True).order_by("name", "pk")
    return [*of_installation(), *({"code": one.code, "name": one.name} for one in rows)]


def of_installation() -> list[dict[str, str]]:
    """Those of `sportello oidc`."""
    kept: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]  # type: ignore[assignment]  # a dict of many shapes
    return [{"code": one["provider_id"], "name": one["name"]} for one in kept]


@require_POST
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider. By a page that goes on at once: our policy lets no form end on another origin, and
    browsers hold redirects of forms to it."""
    name = next((one["name"] for one in providers() if one["code"] == provider_id), None)
    if name is None:
        raise Http404
    try:
        with calls_for(provider_id):
            answer: HttpResponse = allauth.login(request, provider_id)
    except RequestException as trouble:
        log.warning("sign-in by %s: no answer (%s)", provider_id, type(trouble).__name__)
        return render(request, "accounts/outside_refused.html", {"why": "failed"}, status=403)
    to = answer.headers.get("Location", "")
    return render(request, "accounts/outside_going.html", {"to": to, "name": name}) if to else answer


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The provider's answer."""
    if provider_id not in {one["code"] for one in providers()}:
        raise Http404
    try:
        with calls_for(provider_id):
            answer: HttpResponse = allauth.callback(request, provider_id)
    except RequestException as trouble:
        log.warning("sign-in by %s: no answer (%s)", provider_id, type(trouble).__name__)
        return render(request, "accounts/outside_refused.html", {"why": "failed"}, status=403)
    return answer


@require_GET
def refused(request: HttpRequest) -> HttpResponse:
    """Where allauth sends who turned back at the provider's."""
    return render(request, "accounts/outside_refused.html", {"why": "cancelled"})


@require_GET
def none(request: HttpRequest) -> HttpResponse:
    """Connections and sign-up have no pages here: an account comes from an invitation."""
    return redirect("account_me")

"""The room's own addresses: theme, language, the page of all components."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.ui import samples
from sportello.foundation.ui.context import THEMES, theme_cookie
from sportello.foundation.ui.refusals import bad_request, csrf_failure, forbidden, not_found, server_error

#: The root URL configuration names its error handlers here.
__all__ = ["bad_request", "csrf_failure", "forbidden", "language", "not_found", "server_error", "styleguide", "theme"]

_YEAR = 60 * 60 * 24 * 365


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page named in `next`, else the one the form was on, if it is ours."""
    wanted = request.POST.get("next") or request.headers.get("Referer") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else "/")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme (`light`, `dark`, `auto`) in this browser."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(theme_cookie(), chosen, max_age=_YEAR, samesite="Lax", httponly=True,
                            secure=request.is_secure())
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in this browser; works without scripts and without signing in."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=_YEAR, samesite="Lax", httponly=True,
                            secure=request.is_secure())
    return response


@require_GET
def styleguide(request: HttpRequest, face: str = "desk") -> HttpResponse:
    """Every component in every state, on the layout named by `face`; only where the demo runs."""
    if not settings.DEMO or face not in samples.FACES:
        raise Http404
    return render(request, samples.FACES[face], samples.context(request, face))

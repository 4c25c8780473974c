"""What all pages of the portal share: the organisation of the address, its wall clock, header and footer."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.accounts.actions.organisation import logo_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Organisation, P], HttpResponse]


def language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def of_organisation(view: View[P]) -> Callable[..., HttpResponse]:
    """The view gets the organisation named by `slug` (404 when there is none) and writes hours as its people read
    them. Nothing it answers is kept by the browser: computers in libraries are shared."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            raise Http404
        with timezone.override(clock.zone(organisation)):
            response = view(request, organisation, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return wrapped


def frame(organisation: Organisation) -> dict[str, Any]:
    """Header, footer and clock of an organisation's pages."""
    slug = organisation.slug
    return {
        "organisation": organisation,
        "now": clock.now(organisation),
        "accent_url": reverse("portal:accent", args=[slug]),
        "portal_home": reverse("portal:home", args=[slug]),
        "portal_contacts": in_language(organisation.contact_lines, language()),
        "portal_owner": organisation.owner_line,
        "logo_url": reverse("portal:logo", args=[slug]) if logo_of(organisation) else "",
        "portal_links": [
            Link(_("Status of our services"), reverse("portal:status", args=[slug])),
            Link(_("How your data are used"), reverse("portal:privacy", args=[slug])),
            Link(_("Accessibility"), reverse("portal:accessibility", args=[slug])),
            *(Link(in_language(link["names"], language()), link["url"]) for link in organisation.footer_links),
        ],
    }


def show(
    request: HttpRequest, organisation: Organisation, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {**frame(organisation), **context}, status=status)


def crumbs(organisation: Organisation, *links: Link) -> list[Link]:
    """Where you are: the home first, the page itself last and without an address."""
    return [Link(_("Home"), reverse("portal:home", args=[organisation.slug])), *links]


def caller(request: HttpRequest) -> str:
    """Whose knocks are counted together: the network address, for IPv6 the /64 a household has. Behind our own proxy
    (TLS) the last address it added; a header that anyone may write is not believed otherwise."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_TLS and (forwarded := request.headers.get("X-Forwarded-For")):
        address = forwarded.split(",")[-1].strip()
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known.packed, 64), strict=False))
    return str(known)

"""What an organisation says about data and accessibility, its colour and its logo."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.foundation.core.text import in_language
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.colour import accent_css
from sportello.foundation.ui.nav import Link
from sportello.records.accounts.actions.organisation import logo_of

from ..page import crumbs, language, of_organisation, show


@require_safe
@of_organisation
def privacy(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    return show(request, organisation, "portal/privacy.html", {
        "notice": in_language(organisation.privacy_notice, language()),
        "breadcrumb": crumbs(organisation, Link(_("How your data are used"), "")),
    })


@require_safe
@of_organisation
def accessibility(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """L. 4/2004, article 3-quinquies: where to report a barrier, answered within 30 days."""
    return show(request, organisation, "portal/accessibility.html", {
        "is_public_body": organisation.sector == Organisation.Sector.PUBLIC_BODY,
        "breadcrumb": crumbs(organisation, Link(_("Accessibility"), "")),
    })


@require_safe
@of_organisation
def accent(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    response = HttpResponse(accent_css(organisation.accent), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
@of_organisation
def logo(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    blob = logo_of(organisation)
    if blob is None:
        raise Http404
    response = download(blob, "logo", inline=True)
    response["Cache-Control"] = "public, max-age=300"
    return response

"""The way in: the organisations of the installation, the home of one, its services."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.service.backoffice.forms.publishing import of_portal
from sportello.service.backoffice.shop.door import sorts_offered

from ..branches import places_of
from ..page import crumbs, language, of_organisation, show
from ..sheets import has_answers, sheets_of


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Who answers here; with one organisation only, its home."""
    organisations = list(Organisation.objects.filter(sort=Organisation.Sort.LIVE).order_by("name"))
    if len(organisations) == 1:
        return redirect("portal:home", slug=organisations[0].slug)
    return render(request, "portal/landing.html", {"organisations": organisations})


@require_safe
@of_organisation
def home(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    texts = [(sheet, sheet.text_in(language())) for sheet in sheets_of(organisation)]
    shown = {
        "sheets": texts,
        "has_forms": bool(of_portal(organisation)),
        "shop_sorts": sorts_offered(organisation),
        "places": places_of(organisation, language()),
        "has_answers": has_answers(organisation),
    }
    return show(request, organisation, "portal/home.html", shown)


@require_safe
@of_organisation
def forms(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What can be filled in here (modulistica)."""
    spoken = language()
    found = [(form.name_in(spoken), in_language(version.definition.get("intro") or {}, spoken), form.kind.slug)
             for form, version in of_portal(organisation) if form.kind]
    context = {"forms": found, "breadcrumb": crumbs(organisation, Link(_("Forms"), ""))}
    return show(request, organisation, "portal/forms.html", context)


@require_safe
@of_organisation
def service(request: HttpRequest, organisation: Organisation, sheet: str) -> HttpResponse:
    found = next((one for one in sheets_of(organisation) if one.slug == sheet), None)
    text = found.text_in(language()) if found else None
    if found is None or text is None:
        raise Http404
    team = found.team.name_in(language()) if found.team else ""
    return show(request, organisation, "portal/service.html", {
        "sheet": found, "text": text, "team": team, "breadcrumb": crumbs(organisation, Link(text.title, "")),
    })

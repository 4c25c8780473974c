"""The status page: events many ask about, and what we said of them. Open to everybody, no name in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.service.backoffice.faults import queries
from sportello.service.backoffice.models import KnownFault

from ..page import crumbs, language, of_organisation, show


@require_safe
@of_organisation
def status(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    found = [_told(fault) for fault in queries.public_faults(organisation)]
    context = {"faults": found, "breadcrumb": crumbs(organisation, Link(_("Status of our services"), ""))}
    return show(request, organisation, "portal/status.html", context)


@require_safe
@of_organisation
def status_fault(request: HttpRequest, organisation: Organisation, fault_id: int) -> HttpResponse:
    fault, title, updates = _told(queries.public_fault(organisation, fault_id))
    above = Link(_("Status of our services"), reverse("portal:status", args=[organisation.slug]))
    context = {"fault": fault, "title": title, "updates": updates,
               "breadcrumb": crumbs(organisation, above, Link(title, ""))}  # fmt: skip
    return show(request, organisation, "portal/status_fault.html", context)


def _told(fault: KnownFault) -> tuple[KnownFault, str, list[tuple[object, str]]]:
    """The event, its title and its updates in the reader's language, newest first."""
    spoken = language()
    return fault, fault.title_in(spoken), [(one, one.text_in(spoken)) for one in fault.updates.all()]

"""A new access code: it goes to the address we know, never to the screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.journal import actor
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.tickets.actions.codes import renew
from sportello.records.tickets.models import Ticket
from sportello.service.channels.webform import doors

from ..numbers import normal_number
from ..page import caller, crumbs, of_organisation, show
from .follow import follow_crumb
from .request_form import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def new_code(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """The same answer whether or not the number is a ticket and has an address."""
    written = normal_number(number)
    trouble, status, asked = "", 200, request.method == "POST"
    if asked and not doors.knock(organisation, doors.NEW_CODE, caller(request)):
        trouble, status, asked = too_many(), 429, False
    if asked:
        _renew(organisation, written)
    return show(request, organisation, "portal/code.html", {
        "number": written or number[:40], "asked": asked, "trouble": trouble,
        "breadcrumb": crumbs(organisation, follow_crumb(organisation), Link(_("New code"), "")),
    }, status)


def _renew(organisation: Organisation, number: str) -> None:
    """Each new code ends the one before: nobody may do that to others again and again."""
    within = bool(number) and doors.knock(organisation, doors.NEW_CODE_OF_TICKET, number)
    ticket = Ticket.objects.filter(organisation=organisation, number=number).select_related("organisation").first()
    if within and ticket is not None:
        renew(ticket, actor.customer(ticket.customer_id))

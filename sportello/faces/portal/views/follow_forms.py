"""The form a step of the procedure asks of the customer, filled in on the page of their request."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.forms import answers, of_steps
from sportello.service.backoffice.forms.asking import PREFIX, PageForm
from sportello.service.backoffice.forms.filling import VERSION, Filling, filling_of, keep_page, send_on_ticket
from sportello.service.channels.webform import doors, drafts

from .. import rights
from ..forms.parts import add_refusal
from ..page import caller, crumbs, language, of_organisation, show
from .follow import ask_code, follow_crumb
from .request_form import too_many


@require_POST
@of_organisation
def begin(request: HttpRequest, organisation: Organisation, number: str, step: str) -> HttpResponse:
    """A draft of the form of `step` begins; back to the request where nothing is asked of the customer any more."""
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        return ask_code(request, organisation, number)
    asked = next((one for one in of_steps.for_customer(ticket) if one.step == step), None)
    if asked is None or asked.version is None:
        return _gone(request, ticket)
    draft, token = drafts.begin(organisation, server_now(), ticket)
    drafts.write(draft, {VERSION: str(asked.version.pk)})
    filling = filling_of(draft)
    first = answers.page_after(filling.definition, 0, filling.typed) if filling else 0
    return redirect("portal:ticket_form", slug=organisation.slug, number=ticket.number, token=token, page=first or 1)


@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def page(request: HttpRequest, organisation: Organisation, number: str, token: str, page: int) -> HttpResponse:
    """A page of it; the last one is followed by the page of the request."""
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        return ask_code(request, organisation, number)
    draft = drafts.find(organisation, token)
    if draft is not None and draft.follows_id == ticket.pk and draft.ticket_id is not None:
        return _back(ticket)  # sent already
    if draft is None or draft.follows_id != ticket.pk:
        trail = crumbs(organisation, follow_crumb(organisation), Link(ticket.number, ""))
        return show(request, organisation, "portal/expired.html", {"ticket": ticket, "breadcrumb": trail}, 410)
    filling = filling_of(draft)
    if filling is None or not answers.asked(filling.definition, page, filling.typed):
        return _gone(request, ticket)
    if request.method != "POST":
        known = any(f"{PREFIX}-{one.code}" in filling.typed
                    for one in answers.asked(filling.definition, page, filling.typed))  # fmt: skip
        return _show(request, ticket, filling, token, page, _form(filling, page, bound=known))
    if not doors.knock(organisation, doors.FORM, caller(request)):
        form = _form(filling, page)
        form.add_error(None, too_many())
        return _show(request, ticket, filling, token, page, form, 429)
    dropped = [int(one) for one in request.POST.getlist("drop") if one.isdecimal()][:100]
    refused = keep_page(filling, page, request.POST, request.FILES, dropped)
    filling = filling_of(filling.draft) or filling
    form = _form(filling, page)
    for refusal in refused:
        add_refusal(form, refusal)
    if not form.is_valid():
        return _show(request, ticket, filling, token, page, form, 422)
    following = answers.page_after(filling.definition, page, filling.typed)
    if not following:
        found, following = filling.collected(language())
        if not following:
            return _send(request, ticket, filling, found)
    return redirect("portal:ticket_form", slug=organisation.slug, number=ticket.number, token=token, page=following)


def _send(request: HttpRequest, ticket: Ticket, filling: Filling, found: dict[str, object]) -> HttpResponse:
    try:
        send_on_ticket(filling, ticket, found)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("We have received your form. It is with what was said, as a PDF."))
    return _back(ticket)


def _gone(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    messages.info(request, _("This form is not there any more. What is asked of you stands on this page."))
    return _back(ticket)


def _back(ticket: Ticket) -> HttpResponse:
    return redirect("portal:ticket", slug=ticket.organisation.slug, number=ticket.number)


def _form(filling: Filling, page: int, *, bound: bool = True) -> PageForm:
    return answers.page_form(filling.definition, page, filling.typed, language(), filling.today, filling.files,
                             bound=bound)


def _show(request: HttpRequest, ticket: Ticket, filling: Filling, token: str, page: int, form: PageForm,
          status: int = 200) -> HttpResponse:
    before = answers.page_before(filling.definition, page, filling.typed)
    here = [ticket.organisation.slug, ticket.number]
    back = reverse("portal:ticket_form", args=[*here, token, before]) if before else ""
    own = {one for rows in filling.files.values() for one in rows}
    definition = filling.definition
    following = answers.page_after(definition, page, filling.typed)
    return show(request, ticket.organisation, "portal/request_details.html", {
        "form": form, "token": token, "back_url": back or reverse("portal:ticket", args=here), "draft": filling.draft,
        "title": in_language(definition.pages[page - 1].titles, language()), "ticket": ticket,
        "name": in_language(definition.names, language()), "number": page, "of": len(definition.pages),
        "intro": in_language(definition.intro, language()) if not before else "", "sends": not following,
        "files": [one for one in filling.draft.files.select_related("blob") if (one.filename, one.blob.sha256) in own],
        "breadcrumb": crumbs(ticket.organisation, follow_crumb(ticket.organisation), Link(ticket.number, "")),
    }, status)  # fmt: skip

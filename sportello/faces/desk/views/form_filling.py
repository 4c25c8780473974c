"""A colleague fills a form in with the customer: for a ticket that is there, or for a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.customers.identities import normal
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Contact, Ticket
from sportello.service.backoffice.forms import answers, publishing
from sportello.service.backoffice.forms.filling import VERSION, AtDesk, Filling, filling_of, keep_page, send_at_desk
from sportello.service.backoffice.models import Form
from sportello.service.channels.webform import drafts
from sportello.service.channels.webform.receive import FormRequest

from .. import nav
from ..forms.request_forms import WhoForm
from ..sentences import language_now
from .answers import ticket_address
from .contacts import here

asks = require_http_methods(["GET", "HEAD", "POST"])
_WHO = ("channel", "name", "reach", "language")


@serves_here
@asks
def begin(request: HttpRequest, person: Person, slug: str, form_id: int) -> HttpResponse:
    """For whom: the ticket named in the address, else who is asked here. A draft begins, and its first page."""
    organisation = person.organisation(slug)
    found = get_object_or_404(Form, organisation=organisation, pk=form_id, retired_at__isnull=True)
    version = publishing.in_force(found)
    if version is None:
        raise Http404
    ticket = _ticket(person, slug, request.POST.get("ticket", "") or request.GET.get("ticket", ""))
    if ticket is None and found.kind_id is None:
        messages.error(request, _("This form is filled in on a ticket: open the ticket, then Documents."))
        return HttpResponseRedirect(reverse("desk:forms", args=[slug]))
    form = WhoForm(organisation, request.POST if request.method == "POST" and ticket is None else None,
                   initial={"language": organisation.first_language, "channel": Contact.Channel.COUNTER})
    if ticket is not None or (request.method == "POST" and form.is_valid()):
        draft, token = drafts.begin(organisation, clock.server_now())
        who = {"ticket": ticket.number} if ticket else {name: form.cleaned_data[name] for name in _WHO}
        drafts.write(draft, {**who, VERSION: str(version.pk)})
        filling = filling_of(draft)
        first = answers.page_after(filling.definition, 0, filling.typed) if filling else 0
        return HttpResponseRedirect(reverse("desk:form_filling_page", args=[slug, token, first or 1]))
    return _page(request, person, organisation, "who", 422 if form.errors else 200, form=form, about=found)


def _ticket(person: Person, slug: str, number: str) -> Ticket | None:
    return get_ticket(person, slug, number) if number else None


@serves_here
@asks
def page(request: HttpRequest, person: Person, slug: str, begun: str, page: int) -> HttpResponse:
    """A page of it (`begun`: the draft's token); the last one is followed by the ticket."""
    organisation = person.organisation(slug)
    draft = drafts.find(organisation, begun)
    if draft is not None and draft.ticket is not None:
        return _to_ticket(draft.ticket.pk)
    filling = filling_of(draft) if draft else None
    if filling is None:
        raise Http404
    ticket = _ticket(person, slug, filling.typed.get("ticket", ""))
    if not answers.asked(filling.definition, page, filling.typed):
        raise Http404
    if request.method != "POST":
        return _shown(request, person, organisation, filling, ticket, page, _form(filling, page, bound=False))
    dropped = [int(one) for one in request.POST.getlist("drop") if one.isdecimal()][:100]
    refused = keep_page(filling, page, request.POST, request.FILES, dropped)
    filling = filling_of(filling.draft) or filling
    form = _form(filling, page)
    for refusal in refused:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
    if not form.is_valid():
        return _shown(request, person, organisation, filling, ticket, page, form, 422)
    following = answers.page_after(filling.definition, page, filling.typed)
    if not following:
        found, following = filling.collected(language_now())
        if not following:
            return _sent(request, person, filling, ticket, found)
    return HttpResponseRedirect(reverse("desk:form_filling_page", args=[slug, begun, following]))


def _form(filling: Filling, page: int, *, bound: bool = True) -> forms.Form:
    return answers.page_form(filling.definition, page, filling.typed, language_now(), filling.today, filling.files,
                             bound=bound)


def _sent(request: HttpRequest, person: Person, filling: Filling, ticket: Ticket | None,
          found: dict[str, Any]) -> HttpResponse:
    organisation, typed = filling.draft.organisation, filling.typed
    member = here(person, organisation.slug).member
    kind = filling.version.form.kind
    asked = None
    if ticket is None:
        if kind is None:
            raise Http404
        reach = typed.get("reach", "")
        email = reach if normal("email", reach) else ""
        asked = FormRequest(kind=kind, subject="", text="", name=typed.get("name", ""), email=email,
                            phone="" if email else reach, language=typed.get("language", ""))
    channel = typed.get("channel") or Contact.Channel.COUNTER
    try:
        made = send_at_desk(filling, AtDesk(member, str(channel), asked, ticket), found)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return HttpResponseRedirect(request.path)
    messages.success(request, _("Filled in: its document is on the ticket."))
    return _to_ticket(made.pk)


def _to_ticket(ticket_id: int) -> HttpResponse:
    return HttpResponseRedirect(ticket_address(Ticket.objects.select_related("organisation").get(pk=ticket_id)))


def _shown(request: HttpRequest, person: Person, organisation: Organisation, filling: Filling, ticket: Ticket | None,
           page: int, form: forms.Form, status: int = 200) -> HttpResponse:
    before = answers.page_before(filling.definition, page, filling.typed)
    kept = list(filling.draft.files.select_related("blob"))
    return _page(request, person, organisation, "filling", status, form=form, filling=filling, ticket=ticket,
                 number=page, of=len(filling.definition.pages), files=kept,
                 title=filling.definition.pages[page - 1].titles, about=filling.version.form,
                 is_last=not answers.page_after(filling.definition, page, filling.typed),
                 back_url=request.path.replace(f"/{page}/", f"/{before}/") if before else "")


def _page(request: HttpRequest, person: Person, organisation: Organisation, name: str, status: int = 200,
          **context: Any) -> HttpResponse:
    whole = nav.page(request, person, "documents", organisation=organisation, now=clock.now(organisation), **context)
    return render(request, f"desk/forms/{name}.html", whole, status=status)

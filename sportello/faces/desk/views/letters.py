"""Documents of a ticket: begun, written with their check beside them, issued, attached, corrected, registered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.documents import issuing, templates, variables
from sportello.service.backoffice.documents.paper import preview
from sportello.service.backoffice.documents.plain_language import check
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.models import Document, LetterDraft, ProtocolRequest
from sportello.service.backoffice.protocol import outside, registering
from sportello.service.backoffice.protocol.matter import of_document, of_message

from .. import document_page, nav
from ..actions import drafting
from ..forms.documents import LetterForm, ReasonForm
from ..models import Draft
from .answers import member_of, ticket_address

asks = require_http_methods(["GET", "HEAD", "POST"])


@serves_here
@asks
def documents(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """What there is on the ticket; a POST begins a letter from a template, or an empty one."""
    ticket = get_ticket(person, slug, number)
    usable = templates.in_use(ticket.organisation)
    if request.method == "POST":
        chosen = next((one for one in usable if str(one.pk) == request.POST.get("template", "")), None)
        made = issuing.begin(ticket, member_of(person, ticket), chosen, request.POST.get("language", ""))
        return HttpResponseRedirect(_letter_address(made, ticket))
    context: dict[str, Any] = {
        "ticket": ticket, "rows": document_page.rows(ticket), "letters": document_page.letters(ticket),
        "messages_of": document_page.message_rows(ticket), "usable": usable, "now": clock.now(ticket.organisation),
        "forms": publishing.forms_to_fill(ticket.organisation), "back_url": ticket_address(ticket),
        "keeps_register": registering.settings_of(ticket.organisation) is not None, "reason": ReasonForm(),
    }
    return render(request, "desk/documents/ticket.html",
                  nav.page(request, person, organisation=ticket.organisation, **context))


@serves_here
@asks
def letter(request: HttpRequest, person: Person, slug: str, number: str, letter_id: int) -> HttpResponse:
    """A letter being written. `do`: save (and look), issue, drop."""
    ticket = get_ticket(person, slug, number)
    draft = _draft(ticket, letter_id)
    if request.method != "POST":
        wants = document_page.registers_out(ticket)
        return _written(request, person, draft, LetterForm(initial={
            "edits": draft.edits, "title": draft.title, "recipient": draft.recipient, "text": draft.text,
            "registered": wants}))
    if request.POST.get("do") in ("without", "back"):
        return _while_waiting(request, draft, member_of(person, ticket))
    if request.POST.get("do") == "drop":
        issuing.drop(draft)
        messages.success(request, _("The letter is gone. Nothing was issued."))
        return HttpResponseRedirect(reverse("desk:documents", args=[slug, number]))
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _written(request, person, draft, form, 422)
    member, data = member_of(person, ticket), form.cleaned_data
    try:
        issuing.save(draft, member, edits=data["edits"], title=data["title"], recipient=data["recipient"],
                     text=data["text"])
        if request.POST.get("do") == "issue":
            made = issuing.issue(draft, member, registered=data["registered"])
            if isinstance(made, ProtocolRequest):
                messages.success(request, _("Its number is asked: the letter is printed when it comes."))
                return HttpResponseRedirect(_letter_address(draft, ticket))
            messages.success(request, _("Issued: document %(number)s.") % {"number": made.number})
            return HttpResponseRedirect(reverse("desk:documents", args=[slug, number]))
    except Refusal as refusal:
        # what was typed is kept: the next pressing goes on from what was saved
        form = LetterForm({**request.POST.dict(), "edits": str(draft.edits)})
        form.is_valid()
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _written(request, person, draft, form, refusal.status)
    return HttpResponseRedirect(_letter_address(draft, ticket) + "#look")


def _while_waiting(request: HttpRequest, draft: LetterDraft, member: Membership) -> HttpResponse:
    """The ways out while its number does not come: print it without, or take it back."""
    ticket = draft.ticket
    if request.POST["do"] == "back":
        issuing.take_back(draft, member)
        messages.success(request, _("Taken back: it can be changed again."))
        return HttpResponseRedirect(_letter_address(draft, ticket))
    made = issuing.issue_without(draft, member)
    messages.success(request, _("Issued without its protocol number: document %(number)s.") % {"number": made.number})
    return HttpResponseRedirect(reverse("desk:documents", args=[ticket.organisation.slug, ticket.number]))


def _written(request: HttpRequest, person: Person, draft: LetterDraft, form: LetterForm,
             status: int = 200) -> HttpResponse:
    ticket = draft.ticket
    pages = preview(ticket, at=clock.now(ticket.organisation), number=ticket.number, **issuing.letter_of(draft))
    waiting = issuing.waiting_for(draft)
    context: dict[str, Any] = {
        "ticket": ticket, "draft": draft, "form": form, "waiting": waiting,
        "trouble": str(outside.TROUBLES.get(waiting.trouble, "")) if waiting else "", "pages": range(1, len(pages) + 1),
        "plain": document_page.plain(check(draft.text, draft.language), draft.language),
        "missing": variables.missing_in(draft.title, draft.text, draft.recipient),
        "keeps_register": registering.settings_of(ticket.organisation) is not None,
        "back_url": reverse("desk:documents", args=[ticket.organisation.slug, ticket.number]),
        "now": clock.now(ticket.organisation),
    }
    return render(request, "desk/documents/letter.html",
                  nav.page(request, person, organisation=ticket.organisation, **context), status=status)


@serves_here
@require_GET
def letter_page(
    request: HttpRequest, person: Person, slug: str, number: str, letter_id: int, page: int
) -> HttpResponse:
    """A page of it as it would be printed, as a picture."""
    ticket = get_ticket(person, slug, number)
    draft = _draft(ticket, letter_id)
    pages = preview(ticket, at=clock.now(ticket.organisation), number=ticket.number, **issuing.letter_of(draft))
    if not 1 <= page <= len(pages):
        raise Http404
    response = HttpResponse(pages[page - 1], content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


@serves_here
@require_GET
def document(request: HttpRequest, person: Person, slug: str, number: str, document_id: int) -> HttpResponse:
    """The PDF as it was issued."""
    found = _document(get_ticket(person, slug, number), document_id)
    return download(found.blob, found.filename, inline=True)


@serves_here
@require_POST
def attaching(request: HttpRequest, person: Person, slug: str, number: str, document_id: int) -> HttpResponse:
    """It goes with the reply this colleague is writing; where there is none yet, one is begun."""
    ticket = get_ticket(person, slug, number)
    found, member = _document(ticket, document_id), member_of(person, ticket)
    if Draft.Kind.REPLY not in drafting.drafts_of(ticket, member):
        cover = drafting.Typed(document_page.cover(found, ticket), base_position=ticket.last_public_position)
        drafting.keep(ticket, member, Draft.Kind.REPLY, cover, drafting.Writing())
    drafting.add_files(ticket, member, Draft.Kind.REPLY, [File(found.filename, found.blob)], drafting.Writing())
    return HttpResponseRedirect(ticket_address(ticket, "reply"))


@serves_here
@require_POST
def correction(request: HttpRequest, person: Person, slug: str, number: str, document_id: int) -> HttpResponse:
    """A letter that is to take its place; what was issued stays."""
    ticket = get_ticket(person, slug, number)
    try:
        made = issuing.correct(_document(ticket, document_id), member_of(person, ticket), request.POST.get("why", ""))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return HttpResponseRedirect(reverse("desk:documents", args=[slug, number]))
    return HttpResponseRedirect(_letter_address(made, ticket))


@serves_here
@require_POST
def registrations(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Register a message (`message`) or a document (`document`) of the ticket by hand."""
    ticket = get_ticket(person, slug, number)
    member, back = member_of(person, ticket), reverse("desk:documents", args=[slug, number])
    try:
        if request.POST.get("document", ""):
            paper = _document(ticket, _number(request.POST["document"]))
            made = registering.register(ticket, of_document(paper), member, document=paper)
        else:
            rows = Message.objects.select_related("entry__ticket__customer")
            message = get_object_or_404(rows, entry__ticket=ticket, pk=_number(request.POST.get("message", "")))
            made = registering.register(ticket, of_message(message), member, message=message)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, document_page.registered_words(made))
    return HttpResponseRedirect(f"{back}#protocol")


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 18):
        raise Http404
    return int(typed)


def _draft(ticket: Ticket, letter_id: int) -> LetterDraft:
    rows = LetterDraft.objects.select_related(
        "ticket__organisation", "ticket__team", "ticket__customer", "ticket__kind", "template", "saved_by__user",
        "corrects__ticket",
    )
    return get_object_or_404(rows, ticket=ticket, pk=letter_id)


def _document(ticket: Ticket, document_id: int) -> Document:
    rows = Document.objects.select_related("blob", "ticket__organisation", "ticket__customer", "template")
    return get_object_or_404(rows, ticket=ticket, pk=document_id)


def _letter_address(draft: LetterDraft, ticket: Ticket) -> str:
    return reverse("desk:letter", args=[ticket.organisation.slug, ticket.number, draft.pk])

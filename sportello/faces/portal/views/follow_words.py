"""What the customer adds: words and files, "it is solved", "it is not"."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.actions import ending as endings
from sportello.records.tickets.actions.messages import TooLate, receive
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import FormDraft
from sportello.service.channels.webform.receive import CHANNEL

from .. import rights
from ..forms.follow import ReopeningForm, WordsForm
from ..forms.parts import add_refusal
from ..page import caller, language, of_organisation
from .follow import ask_code, show_ticket
from .request_form import too_many

#: The same words again within this time are a second press of the button.
_TWICE = timedelta(minutes=2)


@require_POST
@of_organisation
def words(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        rights.keep_words(request, organisation, number, clean(request.POST.get("text", ""))[:10_000])
        return ask_code(request, organisation, number)
    form = WordsForm(request.POST)
    if not doors.knock(organisation, doors.WORDS, caller(request)):
        form.add_error(None, too_many())
        return show_ticket(request, organisation, ticket, words=form, status=429)
    draft, token = _draft_of(request, ticket)
    if draft is not None:
        drafts.drop_files(draft, [int(one) for one in request.POST.getlist("drop") if one.isdecimal()][:100])
        for refusal in drafts.add_files(draft, request.FILES.getlist("files")):
            add_refusal(form, refusal)
    if not form.is_valid():
        return show_ticket(request, organisation, ticket, words=form, draft=draft, token=token, status=422)
    files = tuple(File(one.filename, one.blob) for one in draft.files.select_related("blob")) if draft else ()
    try:
        _receive(ticket, form.cleaned_data["text"], files)
    except TooLate:
        return _to_new_request(organisation, ticket, form.cleaned_data["text"], draft, token)
    if draft is not None:
        draft.delete()
    team = ticket.team.name_in(language())
    messages.success(request, _("We have received your message. It is with: %(team)s.") % {"team": team})
    return redirect("portal:ticket", slug=organisation.slug, number=number)


def _draft_of(request: HttpRequest, ticket: Ticket) -> tuple[FormDraft | None, str]:
    """Files already uploaded wait in a draft while something else is mended; none when there are no files."""
    token = request.POST.get("draft", "")
    draft = drafts.find(ticket.organisation, token)
    if draft is not None and draft.follows_id == ticket.pk and draft.sent_at is None:
        return draft, token
    return drafts.begin(ticket.organisation, server_now(), ticket) if request.FILES else (None, "")


def _receive(ticket: Ticket, text: str, files: tuple[File, ...]) -> None:
    """Put the words on the ticket once: a second press within two minutes finds them there."""
    with transaction.atomic():
        Ticket.objects.select_for_update().filter(pk=ticket.pk).get()
        if _is_there(ticket, text, files):
            return
        name = ticket.customer.name if ticket.customer else ""
        words = Words(text=text, language=ticket.language, sender_name=name, files=files)
        by = actor.customer(ticket.customer_id)
        receive(ticket, words, channel=CHANNEL, customer=ticket.customer, actor=by)


def _is_there(ticket: Ticket, text: str, files: tuple[File, ...]) -> bool:
    since = clock.now(ticket.organisation) - _TWICE
    lately = Message.objects.filter(entry__ticket=ticket, entry__happened_at__gte=since)
    theirs = lately.filter(direction=Message.Direction.IN, channel=CHANNEL).order_by("-entry__position")
    last = theirs.select_related("entry").prefetch_related("entry__attachments").first()
    if last is None or last.text != clean(text):
        return False
    return {one.blob_id for one in last.entry.attachments.all()} == {file.blob.pk for file in files}


def _to_new_request(
    organisation: Organisation, ticket: Ticket, text: str, draft: FormDraft | None = None, token: str = ""
) -> HttpResponse:
    """Concluded too long ago: words and files go on in a new request, which says what it follows."""
    if draft is None:
        draft, token = drafts.begin(organisation, server_now(), ticket)
    drafts.write(draft, {"text": text, "subject": ticket.subject[:200], "kind": ticket.kind.slug,
                         "name": ticket.customer.name if ticket.customer else "", "language": ticket.language})
    return redirect(f"{reverse('portal:request', args=[organisation.slug])}?draft={token}")


@require_POST
@of_organisation
def confirmation(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """ "It is solved." """
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        return ask_code(request, organisation, number)
    try:
        endings.confirm(ticket)
    except Refusal as refusal:
        messages.info(request, str(refusal.sentence))
    else:
        messages.success(request, _("Thank you. We have noted that it is solved."))
    return redirect("portal:ticket", slug=organisation.slug, number=number)


@require_POST
@of_organisation
def reopening(request: HttpRequest, organisation: Organisation, number: str) -> HttpResponse:
    """ "It is not solved", with their words on the timeline like any other: receiving them opens it again."""
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        rights.keep_words(request, organisation, number, clean(request.POST.get("text", ""))[:10_000])
        return ask_code(request, organisation, number)
    form = ReopeningForm(request.POST, auto_id="id_again_%s")
    if not form.is_valid():
        return show_ticket(request, organisation, ticket, reopening=form, status=422)
    try:
        _receive(ticket, form.cleaned_data["text"], ())
    except TooLate:
        return _to_new_request(organisation, ticket, form.cleaned_data["text"])
    messages.success(request, _("We have opened your request again."))
    return redirect("portal:ticket", slug=organisation.slug, number=number)

"""What is written to the customer and among colleagues; drafts; saved replies."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.together import together
from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.actions.profile import undo_seconds
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import messages as speaking
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels import waiting
from sportello.service.channels.models import WaitingReply

from .. import saved_replies, waiting_page
from ..actions import drafting
from ..forms.writing import DraftForm, NoteForm, ReplyForm
from ..models import Draft
from . import tickets
from .answers import changed, done, member_of, ticket_address


@serves_here
@require_POST
def replies(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Send a reply. What is refused is kept as a draft; a stale one (409) comes back with what is new."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    form = ReplyForm(request.POST, request.FILES, auto_id="reply-%s")
    if not form.is_valid():
        return _refused(request, person, ticket, member, form, 422)
    try:
        sent = _send(request, person, ticket, member, form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _refused(request, person, ticket, member, form, refusal.status)
    if isinstance(sent, WaitingReply):
        return _written(request, person, ticket, waiting_page.said(sent))
    said = _said(form.cleaned_data["then"])
    if form.cleaned_data["then"] == "close":
        return done(request, person, ticket, said, ends=True)
    return _written(request, person, ticket, said)


def _send(
    request: HttpRequest, person: Person, ticket: Ticket, member: Membership, data: dict[str, Any]
) -> Message | WaitingReply:
    """The reply, and with it whatever was to follow: all of it or nothing."""
    saved_replies.refuse_missing(data["text"])
    with transaction.atomic(), together("reply"):
        draft = drafting.drafts_of(ticket, member).get(Draft.Kind.REPLY)
        kept = drafting.files_kept(draft, request.POST.getlist("kept")) if draft else []
        reply = waiting.Reply(
            data["text"],
            data["base_position"],
            data["to"],
            data["cc"],
            [*kept, *_files(request, ticket)],
            data["then"],
            data["outcome"],
            data["reason"],
            draft.repeats if draft else None,
        )
        at = waiting_page.instant(ticket, data["send_at"])
        sent = waiting.send(ticket, member, reply, seconds=undo_seconds(person.user), at=at)
        drafting.drop(ticket, member, Draft.Kind.REPLY)
    return sent


@serves_here
@require_POST
def notes(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Write a note among colleagues."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    form = NoteForm(request.POST, request.FILES, auto_id="note-%s")
    if not form.is_valid():
        return _refused(request, person, ticket, member, form, 422)
    try:
        with transaction.atomic():
            speaking.note(ticket, member, form.cleaned_data["text"], files=_files(request, ticket))
            drafting.drop(ticket, member, Draft.Kind.NOTE)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _refused(request, person, ticket, member, form, refusal.status)
    return _written(request, person, ticket, _("Noted, for colleagues only."))


@serves_here
@require_POST
def drafts(request: HttpRequest, person: Person, slug: str, number: str, kind: str) -> HttpResponse:
    """Keep what is being typed, as it is; 204. With `discard` it goes."""
    if kind not in Draft.Kind.values:
        raise Http404
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    if "discard" in request.POST:
        drafting.drop(ticket, member, kind)
        return done(request, person, ticket, _("The draft is gone."), ends=True)
    _keep_draft(ticket, member, kind, request)
    return HttpResponse(status=204)


@serves_here
@require_GET
def saved_reply_list(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """The picker: the saved replies there are for this ticket."""
    ticket = get_ticket(person, slug, number)
    choices = [(choice, saved_replies.language_note(ticket, choice)) for choice in saved_replies.choices(ticket)]
    return render(request, "desk/_saved_replies.html", {"ticket": ticket, "choices": choices})


@serves_here
@require_http_methods(["GET", "HEAD", "POST"])
def saved_reply(request: HttpRequest, person: Person, slug: str, number: str, reply: str) -> HttpResponse:
    """The text of one, filled for this ticket (GET); put at the end of the draft, for pages without scripts (POST)."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    text = saved_replies.text_for(ticket, member, reply)
    if text is None:
        raise Http404
    if request.method == "POST":
        typed = request.POST.get("text", "").strip()
        drafting.keep(
            ticket,
            member,
            Draft.Kind.REPLY,
            text=f"{typed}\n\n{text}".strip(),
            to=request.POST.get("to", ""),
            cc=request.POST.get("cc", ""),
            base_position=ticket.last_public_position,
        )
        return HttpResponseRedirect(ticket_address(ticket, "reply"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _written(request: HttpRequest, person: Person, ticket: Ticket, said: str) -> HttpResponse:
    """Sent or noted: the composer is empty again, the rest shows what was written."""
    if is_fragment(request):
        return changed(request, person, ticket, said, composer=True)
    return done(request, person, ticket, said, anchor=f"e{ticket.last_position}")


def _refused(
    request: HttpRequest, person: Person, ticket: Ticket, member: Membership, form: forms.Form, status: int
) -> HttpResponse:
    """Nothing typed is lost: for htmx the form stays as it is and only the trouble is shown; without scripts the
    page comes back with the text, kept as a draft too."""
    kind = Draft.Kind.REPLY if isinstance(form, ReplyForm) else Draft.Kind.NOTE
    _keep_draft(ticket, member, kind, request)
    return tickets.trouble(request, person, ticket, form, kind, status)


def _files(request: HttpRequest, ticket: Ticket) -> list[File]:
    """The chosen files, kept; called inside the transaction that counts on them."""
    uploads = cast("list[Any]", request.FILES.getlist("files"))
    return [File(name, blob) for name, blob in keep_uploads(ticket.organisation, uploads)]


def _keep_draft(ticket: Ticket, member: Membership, kind: str, request: HttpRequest) -> None:
    form = DraftForm(request.POST)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {"text": request.POST.get("text", "")}
    drafting.keep(
        ticket,
        member,
        kind,
        text=data["text"],
        to=data.get("to", ""),
        cc=data.get("cc", ""),
        base_position=data.get("base_position") or ticket.last_public_position,
    )


def _said(then: str) -> str:
    return {"wait": _("Sent; now we wait for the customer."), "close": _("Sent and closed.")}.get(then, _("Sent."))

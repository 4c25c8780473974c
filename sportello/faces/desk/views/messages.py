"""What is written to the customer, among colleagues, and about a call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.together import together
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.actions.profile import undo_seconds
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket, lock_ticket
from sportello.records.tickets.actions import contacts
from sportello.records.tickets.actions import messages as speaking
from sportello.records.tickets.models import Contact, Message, Ticket
from sportello.service.channels import waiting
from sportello.service.channels.models import WaitingReply

from .. import saved_replies, waiting_page
from ..actions import drafting
from ..forms.writing import CallForm, NoteForm, ReplyForm
from ..models import Draft
from . import tickets
from .answers import changed, done, member_of
from .drafts import files_in, typed_in, writing_in


@serves_here
@require_POST
def replies(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Send a reply. What is refused is kept as a draft; a stale one (409) comes back with what is new."""
    form = ReplyForm(request.POST, request.FILES, auto_id="reply-%s")
    if not form.is_valid():
        ticket = get_ticket(person, slug, number)
        drafting.refuse_elsewhere(ticket, Draft.Kind.REPLY, writing_in(request))
        return _refused(request, person, ticket, member_of(person, ticket), form, 422)
    try:
        ticket, sent = _send(request, person, slug, number, form.cleaned_data)
    except drafting.AlreadySent:
        ticket = get_ticket(person, slug, number)
        return _written(request, person, ticket, Draft.Kind.REPLY, _("This was sent already."))
    except Refusal as refusal:
        ticket = get_ticket(person, slug, number)
        drafting.refuse_elsewhere(ticket, Draft.Kind.REPLY, writing_in(request))
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _refused(request, person, ticket, member_of(person, ticket), form, refusal.status)
    if isinstance(sent, WaitingReply):
        return _written(request, person, ticket, Draft.Kind.REPLY, waiting_page.said(sent))
    said = _said(form.cleaned_data["then"])
    if form.cleaned_data["then"] == "close":
        return done(request, person, ticket, said, ends=True)
    return _written(request, person, ticket, Draft.Kind.REPLY, said, at=sent.entry.position)


def _send(
    request: HttpRequest, person: Person, slug: str, number: str, data: dict[str, Any]
) -> tuple[Ticket, Message | WaitingReply]:
    """The reply, and with it whatever was to follow: all of it or nothing. The ticket is read once, locked, where no
    files come."""
    writing = writing_in(request)
    with transaction.atomic(), together("reply"):
        # before the lock: a store of files may take its time, and nobody's mail or note has to wait for it
        files = files_in(request, get_ticket(person, slug, number)) if request.FILES else []
        ticket = lock_ticket(person, slug, number)
        member = member_of(person, ticket)
        drafting.refuse_elsewhere(ticket, Draft.Kind.REPLY, writing)
        text = saved_replies.signed(data["text"], ticket, member) if "signed" in request.POST else data["text"]
        saved_replies.refuse_missing(text)
        begun = drafting.begin_sending(ticket, member, Draft.Kind.REPLY, writing)
        draft = begun.draft
        kept = drafting.files_kept(draft, request.POST.getlist("kept")) if draft else []
        reply = waiting.Reply(
            text,
            data["base_position"],
            data["to"],
            data["cc"],
            [*kept, *files],
            data["then"],
            data["outcome"],
            data["reason"],
            draft.repeats if draft else None,
        )
        at = waiting_page.instant(ticket, data["send_at"])
        seconds = undo_seconds(person.user)
        sent = waiting.send(
            ticket, member, reply, seconds=seconds, at=at, locked=ticket, may_wait=begun.may_wait
        )
        drafting.end_sending(begun, writing, data["text"])
    # after the commit: nobody's answer waits for another's at the row they both count on
    saved_replies.count_use(ticket, member, request.POST.getlist("used"))
    return ticket, sent


@serves_here
@require_POST
def notes(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Write a note among colleagues."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    form = NoteForm(request.POST, request.FILES, auto_id="note-%s")
    drafting.refuse_elsewhere(ticket, Draft.Kind.NOTE, writing_in(request))
    if not form.is_valid():
        return _refused(request, person, ticket, member, form, 422)
    try:
        with transaction.atomic():
            draft = drafting.begin_sending(ticket, member, Draft.Kind.NOTE, writing_in(request)).draft
            kept = drafting.files_kept(draft, request.POST.getlist("kept")) if draft else []
            speaking.note(ticket, member, form.cleaned_data["text"], files=[*kept, *files_in(request, ticket)])
            drafting.drop(ticket, member, Draft.Kind.NOTE, writing_in(request), form.cleaned_data["text"])
    except drafting.AlreadySent:
        return _written(request, person, ticket, Draft.Kind.NOTE, _("This was sent already."))
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return _refused(request, person, ticket, member, form, refusal.status)
    return _written(request, person, ticket, Draft.Kind.NOTE, _("Noted, for colleagues only."))


@serves_here
@require_POST
def calls(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """A call or a visit about this ticket, put on its timeline in a few words and counted as a contact."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    form = CallForm(request.POST, auto_id="call-%s")
    drafting.refuse_elsewhere(ticket, Draft.Kind.CALL, writing_in(request))
    if not form.is_valid():
        return _refused(request, person, ticket, member, form, 422)
    channel, direction = form.cleaned_data["way"].split("-")
    try:
        with transaction.atomic():
            drafting.begin_sending(ticket, member, Draft.Kind.CALL, writing_in(request))
            contact = contacts.begin(ticket.organisation, member, channel, direction=direction)
            contacts.record_on(ticket, contact, form.cleaned_data["text"], member=member)
            contacts.end(contact, Contact.Outcome.TICKET, kind=ticket.kind, customer=ticket.customer)
            drafting.drop(ticket, member, Draft.Kind.CALL, writing_in(request), form.cleaned_data["text"])
    except drafting.AlreadySent:
        return _written(request, person, ticket, Draft.Kind.CALL, _("This was sent already."))
    except Refusal as refusal:
        form.add_error("text", str(refusal.sentence))
        return _refused(request, person, ticket, member, form, refusal.status)
    return _written(request, person, ticket, Draft.Kind.CALL, _("Recorded."))


def _written(
    request: HttpRequest, person: Person, ticket: Ticket, kind: str, said: str, at: int | None = None
) -> HttpResponse:
    """Sent, noted or recorded: the composer is empty again, the rest shows what was written, its position `at`."""
    if is_fragment(request):
        return changed(request, person, ticket, said, written=kind)
    if at is None:
        ticket.refresh_from_db(fields=["last_position"])
    return done(request, person, ticket, said, anchor=f"e{at or ticket.last_position}")


_KINDS: tuple[tuple[type[forms.Form], str], ...] = (
    (ReplyForm, Draft.Kind.REPLY),
    (NoteForm, Draft.Kind.NOTE),
    (CallForm, Draft.Kind.CALL),
)


def _refused(
    request: HttpRequest, person: Person, ticket: Ticket, member: Membership, form: forms.Form, status: int
) -> HttpResponse:
    """Nothing typed is lost: for htmx the form stays as it is and only the trouble is shown; without scripts the
    page comes back with the text and the files, kept as a draft too."""
    kind = next(kind for sort, kind in _KINDS if isinstance(form, sort))
    drafting.keep_refused(ticket, member, kind, typed_in(request, ticket), writing_in(request))
    if request.FILES and kind != Draft.Kind.CALL:
        try:
            with transaction.atomic():
                drafting.add_files(ticket, member, kind, files_in(request, ticket), writing_in(request))
        except Refusal:
            pass  # the files are what was refused: the form says which and why
    return tickets.trouble(request, person, ticket, form, kind, status)


def _said(then: str) -> str:
    return {"wait": _("Sent; now we wait for the customer."), "close": _("Sent and closed.")}.get(then, _("Sent."))

"""Keeping what is being typed, and its files, while it is typed."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import keep_uploads
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.email import capacity

from ..actions import drafting
from ..forms.writing import DraftForm
from ..models import Draft, DraftFile
from .answers import done, member_of, ticket_address


@serves_here
@require_POST
def drafts(request: HttpRequest, person: Person, slug: str, number: str, kind: str) -> HttpResponse:
    """Keep what is being typed, as it is: 204. 409 with the newer words where another page of theirs kept some (what
    came with it is put aside, not lost), or where this page was sent already. With `discard` it goes."""
    ticket, member, writing = _asked(request, person, slug, number, kind)
    if "discard" in request.POST:
        with transaction.atomic():
            drafting.drop(ticket, member, kind, writing)
        return done(request, person, ticket, _("The draft is gone."), ends=True)
    verdict, draft = drafting.keep(ticket, member, kind, typed_in(request, ticket), writing)
    was_sent = verdict is drafting.Verdict.LATE and draft.turn == Draft.SENT
    if verdict is not drafting.Verdict.NEWER and not was_sent:
        return HttpResponse(status=204)
    context = {"draft": draft, "was_sent": was_sent, "back_url": ticket_address(ticket, kind)}
    return render(request, "desk/_draft_elsewhere.html", context, status=409)


@serves_here
@require_POST
def draft_files(request: HttpRequest, person: Person, slug: str, number: str, kind: str) -> HttpResponse:
    """Take the files in at once, before anything is sent: they answer as chips; 422 says why not."""
    ticket, member, writing = _asked(request, person, slug, number, kind)
    if kind == Draft.Kind.CALL:
        raise Http404
    try:
        with transaction.atomic():
            kept = drafting.add_files(ticket, member, kind, files_in(request, ticket), writing)
            _refuse_too_many(ticket, member, kind)
    except Refusal as refusal:
        return HttpResponse(str(refusal.sentence), status=refusal.status, content_type="text/plain; charset=utf-8")
    return render(request, "desk/_draft_files.html", {"files": kept, "kind": kind, "address": ticket_address(ticket)})


@serves_here
@require_POST
def draft_file_removal(
    request: HttpRequest, person: Person, slug: str, number: str, kind: str, draft_file_id: int
) -> HttpResponse:
    """Take one out: 204. Without scripts the whole form comes along, and its words are kept."""
    ticket, member, writing = _asked(request, person, slug, number, kind)
    drafting.remove_file(ticket, member, kind, draft_file_id)
    if is_fragment(request):
        return HttpResponse(status=204)
    drafting.keep_refused(ticket, member, kind, typed_in(request, ticket), writing)
    return HttpResponseRedirect(ticket_address(ticket, kind))


def _asked(
    request: HttpRequest, person: Person, slug: str, number: str, kind: str
) -> tuple[Ticket, Membership, drafting.Writing]:
    if kind not in Draft.Kind.values:
        raise Http404
    ticket = get_ticket(person, slug, number)
    writing = writing_in(request)
    drafting.refuse_elsewhere(ticket, kind, writing)
    return ticket, member_of(person, ticket), writing


def _refuse_too_many(ticket: Ticket, member: Membership, kind: str) -> None:
    """What the message could not carry is refused when it is put in, not when it is sent."""
    mine = DraftFile.objects.filter(draft__ticket=ticket, draft__member=member, draft__kind=kind)
    files = [File(one.filename, one.blob) for one in mine.select_related("blob")]
    capacity.refuse_too_large(ticket, "", files)


#: The longest name of a drawing, the most saves and revisions: what is beyond is nothing of ours.
_LONGEST_NAME, _MOST_TURNS, _MOST_REVISIONS = 60, 1_000_000_000, 2_000_000_000


def writing_in(request: HttpRequest) -> drafting.Writing:
    """Which drawing of the composer a form came from; what is none of our own fields is as if it were not there."""
    writer = request.POST.get("draft_writer", "").strip()
    return drafting.Writing(
        writer if len(writer) <= _LONGEST_NAME and writer.isprintable() else "",
        _counted(request.POST.get("draft_turn", ""), _MOST_TURNS),
        _counted(request.POST.get("draft_revision", ""), _MOST_REVISIONS),
    )


def _counted(typed: str, most: int) -> int:
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(most)) else 0
    return count if count <= most else 0


def typed_in(request: HttpRequest, ticket: Ticket) -> drafting.Typed:
    """The composer's words as they came, good or not."""
    form = DraftForm(request.POST)
    form.is_valid()
    said: dict[str, Any] = form.cleaned_data
    return drafting.Typed(
        said.get("text") or "",
        said.get("to") or "",
        said.get("cc") or "",
        said.get("base_position") or ticket.last_public_position,
        tuple(request.POST.getlist("used")),
    )


def files_in(request: HttpRequest, ticket: Ticket) -> list[File]:
    """The chosen files, kept; called inside the transaction that counts on them."""
    uploads = cast("list[Any]", request.FILES.getlist("files"))
    return [File(name, blob) for name, blob in keep_uploads(ticket.organisation, uploads)]

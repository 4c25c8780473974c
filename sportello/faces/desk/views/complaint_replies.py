"""Writing the interim or the final reply, block by block: keep it, see what is missing, send it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.profile import undo_seconds
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.rules import rules_of
from sportello.service.backoffice.complaints import replies
from sportello.service.backoffice.complaints.access import get_complaint
from sportello.service.backoffice.models import Complaint, ComplaintReply
from sportello.service.channels.email.answering import answering

from .. import nav
from ..actions import drafting
from ..composer import Written
from ..forms.complaints import ReplyForm
from ..models import Draft, DraftFile
from .answers import posted, ticket_address
from .complaints import complaint_address, member_in
from .drafts import files_in
from .handling import asks

_SORT = ComplaintReply.Sort


@serves_here
@asks
def reply(request: HttpRequest, person: Person, slug: str, number: str, sort: str) -> HttpResponse:
    """`do`: keep (and show how it reads), or send."""
    found = get_complaint(person, slug, number)
    if sort not in _SORT.values:
        raise Http404
    form = ReplyForm(found, sort, posted(request), request.FILES or None, initial=_begun(found, sort))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("do") == "send":
                    made = _send(request, person, found, form)
                    messages.success(request, _("Sent. The ticket is closed with its own verb.") if made.is_sent else
                                     _("It leaves in some seconds: until then you can take it back on the ticket."))
                    back = complaint_address(found) if made.is_sent else ticket_address(found.ticket)
                    return HttpResponseRedirect(back)
                _keep_files(request, person, found)
                replies.save(found, sort, form.texts(), finding=form.cleaned_data.get("finding", ""),
                             by=member_in(person, found))
                messages.success(request, _("Kept. Nothing was sent."))
                return HttpResponseRedirect(request.path)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
                found.ticket.refresh_from_db(fields=["last_public_position"])
    shown = _shown(found, sort, form) | _files(person, found)
    whole = nav.page(request, person, "complaints", organisation=found.organisation, **shown)
    return render(request, "desk/complaints/reply.html", whole, status=status)


def _files(person: Person, found: Complaint) -> dict[str, Any]:
    ticket, by = found.ticket, member_in(person, found)
    rows = DraftFile.objects.filter(draft__ticket=ticket, draft__member=by, draft__kind=Draft.Kind.COMPLAINT)
    return {
        "files": list(rows.select_related("blob").order_by("pk")), "address": ticket_address(ticket),
        "part": Written(lambda: None, None, writer=drafting.new_writer(ticket, Draft.Kind.COMPLAINT)),
        "largest_file": settings.ATTACHMENT_BYTES,
        "most_together": answering(ticket).most_files,
    }  # fmt: skip


def _begun(found: Complaint, sort: str) -> dict[str, Any]:
    draft = replies.draft_of(found, sort)
    kept = draft.blocks if draft else {}
    begun = {f"block-{block.code}": kept.get(block.code, block.proposed) for block in replies.blocks(found, sort)}
    return {**begun, "finding": draft.finding if draft else "", "base_position": found.ticket.last_public_position}


def _send(request: HttpRequest, person: Person, found: Complaint, form: ReplyForm) -> ComplaintReply:
    """With the files that were put to it, and as many seconds to undo it as every reply of this person has."""
    data, by, ticket = form.cleaned_data, member_in(person, found), found.ticket
    seconds = undo_seconds(person.user)
    with transaction.atomic():
        draft = drafting.drafts_of(ticket, by).get(Draft.Kind.COMPLAINT)
        files = drafting.files_kept(draft, request.POST.getlist("kept")) if draft else []
        files = [*files, *files_in(request, ticket)]
        if form.sort == _SORT.INTERIM:
            made = replies.send_interim(found, form.texts(), by=by, base_position=data["base_position"], files=files,
                                        seconds=seconds)
        else:
            made = replies.send_final(found, form.texts(), finding=data["finding"], by=by, files=files,
                                      base_position=data["base_position"], left_out_why=data["left_out_why"],
                                      seconds=seconds)
        drafting.drop(ticket, by, Draft.Kind.COMPLAINT)
    return made


def _keep_files(request: HttpRequest, person: Person, found: Complaint) -> None:
    """Files wait with the draft until it is sent; those that were unticked go."""
    by, ticket = member_in(person, found), found.ticket
    with transaction.atomic():
        draft = drafting.drafts_of(ticket, by).get(Draft.Kind.COMPLAINT)
        kept = set(request.POST.getlist("kept"))
        for one in DraftFile.objects.filter(draft=draft) if draft else ():
            if str(one.pk) not in kept:
                drafting.remove_file(ticket, by, Draft.Kind.COMPLAINT, one.pk)
        files = files_in(request, ticket)
        if files:
            drafting.add_files(ticket, by, Draft.Kind.COMPLAINT, files, drafting.Writing())


def _shown(found: Complaint, sort: str, form: ReplyForm) -> dict[str, Any]:
    """With what is still missing, and, once something was kept, how it reads."""
    draft = replies.draft_of(found, sort)
    if form.is_bound:
        form.is_valid()
        texts, finding = form.texts(), form.cleaned_data.get("finding", "")
    else:
        texts = {block.code: str(form.initial.get(f"block-{block.code}", "")) for block in form.blocks}
        finding = str(form.initial.get("finding", ""))
    wanted = replies.wanted(form.blocks, finding)
    missing = {block.code for block in replies.missing(form.blocks, texts, finding)}
    return {
        "complaint": found, "ticket": found.ticket, "form": form.marked(), "sort": sort,
        "is_final": sort == _SORT.FINAL, "is_leaving": bool(draft and replies.is_leaving(draft)),
        "carries_files": sort == _SORT.FINAL or rules_of(found.ticket.procedure).interim is None,
        "checklist": [(block, block.code not in missing) for block in wanted], "missing": len(missing),
        "preview": replies.compose(found, sort, texts, clock.now(found.organisation)) if draft else "",
        "back_url": complaint_address(found), "now": clock.now(found.organisation),
    }  # fmt: skip

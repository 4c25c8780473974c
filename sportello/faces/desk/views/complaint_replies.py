"""Writing the interim or the final reply, block by block: keep it, see what is missing, send it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.service.backoffice.complaints import replies
from sportello.service.backoffice.complaints.access import get_complaint
from sportello.service.backoffice.models import Complaint, ComplaintReply

from .. import nav
from ..forms.complaints import ReplyForm
from .answers import posted
from .complaints import complaint_address, member_in
from .handling import asks

_SORT = ComplaintReply.Sort


@serves_here
@asks
def reply(request: HttpRequest, person: Person, slug: str, number: str, sort: str) -> HttpResponse:
    """`do`: keep (and show how it reads), or send."""
    found = get_complaint(person, slug, number)
    if sort not in _SORT.values:
        raise Http404
    form = ReplyForm(found, sort, posted(request), initial=_begun(found, sort))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("do") == "send":
                    _send(person, found, form)
                    messages.success(request, _("Sent. The ticket is closed with its own verb."))
                    return HttpResponseRedirect(complaint_address(found))
                replies.save(found, sort, form.texts(), finding=form.cleaned_data.get("finding", ""),
                             by=member_in(person, found))
                messages.success(request, _("Kept. Nothing was sent."))
                return HttpResponseRedirect(request.path)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
                found.ticket.refresh_from_db(fields=["last_public_position"])
    whole = nav.page(request, person, "complaints", organisation=found.organisation, **_shown(found, sort, form))
    return render(request, "desk/complaints/reply.html", whole, status=status)


def _begun(found: Complaint, sort: str) -> dict[str, Any]:
    draft = replies.draft_of(found, sort)
    kept = draft.blocks if draft else {}
    begun = {f"block-{block.code}": kept.get(block.code, block.proposed) for block in replies.blocks(found, sort)}
    return {**begun, "finding": draft.finding if draft else "", "base_position": found.ticket.last_public_position}


def _send(person: Person, found: Complaint, form: ReplyForm) -> None:
    data, by = form.cleaned_data, member_in(person, found)
    if form.sort == _SORT.INTERIM:
        replies.send_interim(found, form.texts(), by=by, base_position=data["base_position"])
    else:
        replies.send_final(found, form.texts(), finding=data["finding"], by=by, base_position=data["base_position"],
                           left_out_why=data["left_out_why"])


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
        "is_final": sort == _SORT.FINAL,
        "checklist": [(block, block.code not in missing) for block in wanted], "missing": len(missing),
        "preview": replies.compose(found, sort, texts, clock.now(found.organisation)) if draft else "",
        "back_url": complaint_address(found), "now": clock.now(found.organisation),
    }  # fmt: skip

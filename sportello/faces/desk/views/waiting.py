"""Replies between "Send" and leaving: taking one back, sending it now; and what did not arrive, written again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.complaints import replies
from sportello.service.channels import sending_again, waiting

from .. import saved_replies
from ..actions import drafting
from ..models import Draft
from .answers import done, member_of, ticket_address


@serves_here
@require_POST
def undo(request: HttpRequest, person: Person, slug: str, number: str, waiting_id: int) -> HttpResponse:
    """Take it back: it never left, and is the author's draft again."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    try:
        reply = waiting.take_back(ticket, waiting_id, member)
    except Refusal as refusal:
        return _refused(request, ticket, refusal)
    formal = replies.of_words(ticket, reply.text)
    if formal is not None:  # a reply to a complaint is written on its own page
        drafting.add_files(ticket, member, Draft.Kind.COMPLAINT, reply.files, drafting.Writing())
        messages.success(request, _("Taken back: nothing was sent. It is your draft again."))
        return _go(request, reverse("desk:complaint_reply", args=[slug, ticket.number, formal.sort]))
    drafting.reopen(ticket, member, reply, saved_replies.signature_of(ticket, member))
    return _to_draft(request, ticket, _("Taken back: nothing was sent. It is your draft again."))


@serves_here
@require_POST
def departure(request: HttpRequest, person: Person, slug: str, number: str, waiting_id: int) -> HttpResponse:
    """Send it now, also what was held back: having read up to `seen`."""
    ticket = get_ticket(person, slug, number)
    seen = request.POST.get("seen", "")
    read = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    try:
        waiting.leave_now(ticket, waiting_id, member_of(person, ticket), read)
    except Refusal as refusal:
        return _refused(request, ticket, refusal)
    ticket.refresh_from_db()
    return done(request, person, ticket, _("Sent."), anchor=f"e{ticket.last_position}")


@serves_here
@require_POST
def again(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """What did not arrive becomes a draft for those it did not reach; `to`: another address of the customer."""
    ticket = get_ticket(person, slug, number)
    message = Message.objects.filter(entry__ticket=ticket, entry__position=position).select_related("entry").first()
    if message is None:
        raise Http404
    try:
        reply = sending_again.reply_of(ticket, message, instead=request.POST.get("to", ""))
    except Refusal as refusal:
        return _refused(request, ticket, refusal)
    member = member_of(person, ticket)
    drafting.reopen(ticket, member, reply, saved_replies.signature_of(ticket, member))
    return _to_draft(request, ticket, _("Here it is again: mend the address or the words, and send it."))


def _to_draft(request: HttpRequest, ticket: Ticket, said: str) -> HttpResponse:
    """The page anew, since the composer holds other words and files now."""
    messages.success(request, said)
    return _go(request, ticket_address(ticket, "reply"))


def _refused(request: HttpRequest, ticket: Ticket, refusal: Refusal) -> HttpResponse:
    """With scripts the sentence is said where the reader is; without, on the page as it stands now."""
    if is_fragment(request):
        raise refusal
    messages.error(request, str(refusal.sentence))
    return HttpResponseRedirect(ticket_address(ticket))


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if not is_fragment(request):
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    # the address may differ in its anchor only: then nothing would be loaded again
    response["HX-Refresh"] = "true"
    return response

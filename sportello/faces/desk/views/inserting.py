"""What is put into an answer: saved replies, articles and service sheets, as text or as a link."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from sportello.foundation.core.text import one_line
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.knowledge.queries import find_known
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket

from .. import at_hand, nav, saved_replies
from ..actions import drafting
from ..models import Draft
from .answers import member_of, ticket_address
from .drafts import typed_in, writing_in

asks = require_http_methods(["GET", "HEAD", "POST"])


@serves_here
@require_GET
def saved_reply_list(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """The picker: the saved replies there are for this ticket, or those with the words of `q`."""
    ticket = get_ticket(person, slug, number)
    typed = one_line(request.GET.get("q", ""), 100)
    found = saved_replies.choices(ticket, member_of(person, ticket), typed)
    choices = [(choice, saved_replies.language_note(ticket, choice)) for choice in found]
    context: dict[str, Any] = {"ticket": ticket, "choices": choices, "typed": typed, "back_url": ticket_address(ticket)}
    if is_fragment(request):
        return render(request, "desk/_saved_replies.html", context)
    whole = nav.page(request, person, organisation=ticket.organisation, **context)
    return render(request, "desk/saved_replies.html", whole)


@serves_here
@asks
def saved_reply(request: HttpRequest, person: Person, slug: str, number: str, reply: str) -> HttpResponse:
    """The text of one, filled for this ticket (GET); put at the end of the draft, for pages without scripts (POST)."""
    ticket = get_ticket(person, slug, number)
    text = saved_replies.text_for(ticket, member_of(person, ticket), reply)
    return _put_in(request, person, ticket, text, used=reply)


@serves_here
@require_GET
def known(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Articles and sheets with the words of `q`, beside the reply; without words those of the team that answers."""
    ticket = get_ticket(person, slug, number)
    typed = one_line(request.GET.get("q", ""), 100)
    team_id = ticket.team_id
    found = find_known(ticket.organisation, typed, at_hand.languages(ticket), team_id=team_id)
    context = {"ticket": ticket, "address": ticket_address(ticket), "typed": typed,
               "found": [one for one in found if typed or one.is_own]}
    return render(request, "desk/_known.html", context)


@serves_here
@asks
def known_text(request: HttpRequest, person: Person, slug: str, number: str, sort: str, known: str) -> HttpResponse:
    """What it says, in the customer's language where there is one (GET); into the draft (POST)."""
    ticket = get_ticket(person, slug, number)
    return _put_in(request, person, ticket, at_hand.text_of(ticket, sort, known))


@serves_here
@asks
def known_link(request: HttpRequest, person: Person, slug: str, number: str, sort: str, known: str) -> HttpResponse:
    """Its title and address on the portal; 404 for what customers do not read there."""
    ticket = get_ticket(person, slug, number)
    return _put_in(request, person, ticket, at_hand.link_of(ticket, sort, known))


def _put_in(
    request: HttpRequest, person: Person, ticket: Ticket, text: str | None, used: str = ""
) -> HttpResponse:
    if text is None:
        raise Http404
    if request.method != "POST":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    typed, writing = typed_in(request, ticket), writing_in(request)
    drafting.refuse_elsewhere(ticket, Draft.Kind.REPLY, writing)
    member = member_of(person, ticket)
    before = typed.text.strip() or _kept(ticket, member)
    both = drafting.Typed(
        f"{before}\n\n{text}".strip(), typed.to, typed.cc, ticket.last_public_position,
        (*typed.used, *([used] if used else [])),
    )
    drafting.keep_refused(ticket, member, Draft.Kind.REPLY, both, writing)
    return HttpResponseRedirect(ticket_address(ticket, "reply"))


def _kept(ticket: Ticket, member: Membership) -> str:
    """From the side of the page nothing of the reply comes along: what is kept of it stays before what is put in."""
    draft = Draft.objects.filter(ticket=ticket, member=member, kind=Draft.Kind.REPLY).first()
    return draft.text if draft else ""

"""The page of a ticket, and its parts alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.questions import at_once
from sportello.foundation.ui.refusals import is_fragment
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Reason, Ticket
from sportello.records.tickets.queries import row_of
from sportello.service.channels import waiting
from sportello.service.notifications import reading

from .. import composer, nav, sentences, ticket_page
from ..actions import drafting, strip
from ..timeline_lines import Line
from .answers import member_of, ticket_address


@serves_here
@require_GET
def ticket(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """The whole page; with `fragment` (row, head, timeline, live, side) one part, with `side` too what stands beside
    what is new in `live`; for htmx from a list, the work."""
    found = get_ticket(person, slug, number)
    part = request.GET.get("fragment", "")
    if part:
        return _part(request, person, found, part)
    context = _whole(request, person, found)
    rows = nav.opened(person)
    own = next((row for row in rows if row.ticket_id == found.pk), None)
    if own is None:
        gone = strip.open_tab(found, member_of(person, found))
        unsent = any(context[kind].draft for kind in ("reply", "note", "call"))
        rows = [*(row for row in rows if row.ticket_id not in gone), nav.just_opened(found, unsent=unsent)]
    elif own.seen_position < found.last_position:
        strip.seen(found, member_of(person, found))
    context["desk_strip"] = nav.tabs_of(person, rows, found.pk)
    if is_fragment(request):
        return render(request, "desk/_work.html", context)
    return render(request, "desk/ticket.html", nav.page(request, person, organisation=found.organisation, **context))


def _whole(request: HttpRequest, person: Person, found: Ticket) -> dict[str, Any]:
    place = ticket_page.place_of(request)
    conversation = ticket_page.conversation(request, person, found)
    # three small questions, of which the first two are nearly always answered with no
    waits, drafted, keys = at_once(waiting.asks_any(found), drafting.asks_any(found, person), nav.keys_asked(person))
    written = composer.composer(
        request, person, found, conversation["me"], conversation["items"],
        may_wait=bool(waits), may_have_drafts=bool(drafted),
    )  # fmt: skip
    return {
        **ticket_page.head(person, found),
        **conversation,
        **written,
        "desk_keys": nav.keys_of(keys),
        "place": place,
        "nav_current": place.name,
        "back_url": place.url,
        "list_name": nav.list_title(place.name),
    }


def _part(request: HttpRequest, person: Person, found: Ticket, part: str) -> HttpResponse:
    if part == "row":
        place = ticket_page.place_of(request)
        return render(request, "desk/_row.html", {"row": row_of(found), "place": place})
    if part == "side":
        reading.read_ticket(person, found)
        return render(request, "desk/_side.html", ticket_page.side(person, found))
    if part == "head":
        return render(request, "desk/_head.html", ticket_page.head(person, found))
    if part == "live":
        return render(request, "desk/_changed.html", _live(request, person, found))
    return render(request, "desk/_timeline.html", ticket_page.conversation(request, person, found))


def _live(request: HttpRequest, person: Person, found: Ticket) -> dict[str, Any]:
    """What is new to a page that follows: the page says what it has seen, and whether its side is to come too."""
    strip.seen(found, member_of(person, found))
    unread, waits = at_once(reading.asks_unread(person, found), waiting.asks_any(found))
    if unread:
        reading.read_ticket(person, found)
    beside = ticket_page.side(person, found) | {"beside": True} if request.GET.get("side") else {}
    news = ticket_page.news(request, person, found, may_wait=bool(waits))
    return {**beside, **ticket_page.head(person, found), **news}


@serves_here
@require_GET
def context(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Customer and context as a page of its own: without scripts, and for who wants to read it wide."""
    found = get_ticket(person, slug, number)
    reading.read_ticket(person, found)
    whole = nav.page(
        request,
        person,
        organisation=found.organisation,
        back_url=ticket_address(found),
        **ticket_page.side(person, found),
    )
    return render(request, "desk/context.html", whole)


@serves_here
@require_GET
def why(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Why it came here, went there, is due then: the reason rows kept at the time."""
    found = get_ticket(person, slug, number)
    reasons = list(Reason.objects.filter(ticket=found).order_by("id"))
    names = sentences.names_for(found.organisation_id, [(one.code, one.facts) for one in reasons])
    shown: dict[str, Any] = {
        **ticket_page.head(person, found),
        "reasons": sentences.reason_lines(reasons, names),
        "terms": ticket_page.terms_of(found),
        "back_url": ticket_address(found),
    }
    if is_fragment(request):
        return render(request, "desk/_why.html", {**shown, "in_dialog": True})
    return render(request, "desk/why.html", nav.page(request, person, organisation=found.organisation, **shown))


@serves_here
@require_POST
def tab(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Close the ticket's tab in the strip; the ticket itself stays as it is."""
    found = get_ticket(person, slug, number)
    strip.close_tab(found, member_of(person, found))
    tabs = nav.strip(person)
    return HttpResponseRedirect(tabs[-1].url if tabs else reverse("desk:home"))


def trouble(
    request: HttpRequest, person: Person, found: Ticket, form: forms.Form, kind: str, status: int
) -> HttpResponse:
    """A reply or note that was refused. For htmx only the trouble: the form, with its files, stays as it was."""
    newer: list[Line] = []
    context = _whole(request, person, found)
    context["desk_strip"] = nav.tabs_of(person, nav.opened(person), found.pk)
    if status == 409:
        seen = form.cleaned_data.get("base_position") or 0
        newer = [
            line
            for line in context["lines"]
            if line.item.position > seen and line.look in ("message_in", "message_out")
        ]
        # having been shown what is new, they may send knowingly
        found.refresh_from_db(fields=["last_public_position"])
    context |= {
        "trouble": form,
        "trouble_kind": kind,
        "newer": newer,
        "trouble_status": status,
        "trouble_position": found.last_public_position,
    }
    if is_fragment(request):
        response = render(request, "desk/_trouble.html", context, status=status)
        response["HX-Retarget"] = f"#{kind}-trouble"
        response["HX-Reswap"] = "innerHTML"
        return response
    whole = nav.page(request, person, organisation=found.organisation, **context)
    return render(request, "desk/ticket.html", whole, status=status)

"""The receipt for who stands at the counter: number, date, what happens next, access code, QR; A4 or 80 mm."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets import codes, notice_words
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Term, Ticket
from sportello.records.tickets.reach import reach

from .. import nav
from .answers import ticket_address


@serves_here
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """GET asks on which paper; POST draws it. The access code is in no page that can be reloaded or kept by a
    browser's history."""
    ticket = get_ticket(person, slug, number)
    if request.method != "POST":
        context: dict[str, Any] = {
            "ticket": ticket, "lines": notice_words.next_lines(ticket), "back_url": ticket_address(ticket),
            "way": reach(ticket), "now": clock.now(ticket.organisation),
        }
        return render(request, "desk/contacts/receipt.html",
                      nav.page(request, person, "counter", organisation=ticket.organisation, **context))
    template = f"desk/contacts/receipt_{'roll' if request.POST.get('paper') == 'roll' else 'paper'}.html"
    # on paper it is the customer's: in the language they are written to
    with translation.override(ticket.language):
        response = render(request, template, _paper(ticket))
    response["Cache-Control"] = "private, no-store"
    return response


def _paper(ticket: Ticket) -> dict[str, Any]:
    code, link = codes.code_of(ticket), notice_words.follow_link(ticket)
    term = _due(ticket)
    due = term.due_at if term else ticket.next_promise_at
    return {
        "ticket": ticket, "organisation": ticket.organisation, "code": code, "link": link, "qr": qr(f"{link}#{code}"),
        "received": moment(ticket), "due": notice_words.day_words(ticket.organisation, due) if due else "",
        "source": term.source if term else "", "lines": notice_words.next_lines(ticket),
        "team": ticket.team.name_in(ticket.language), "back_url": ticket_address(ticket),
        "portal_contacts": in_language(ticket.organisation.contact_lines, ticket.language),
    }


def moment(ticket: Ticket) -> str:
    return notice_words.moment_words(ticket.organisation, ticket.opened_at)


def qr(address: str) -> SafeString:
    """Inline. The code stands behind the `#`: browsers do not send that part, so it is in no log of ours."""
    code = segno.make(address, error="m")
    drawn = code.svg_inline(scale=4, border=4, svgclass="qr", lineclass="qr-line", svgversion=None,
                            title=_("QR code of the follow-up page"))
    return mark_safe(drawn)  # noqa: S308 - drawn by the library from our own address


def _due(ticket: Ticket) -> Term | None:
    return Term.objects.filter(ticket=ticket, kind=Term.Kind.CONCLUSION).order_by("id").first()

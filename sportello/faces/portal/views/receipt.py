"""The receipt (L. 241/1990, article 18-bis): filed when, answered within when, what happens meanwhile.

Reached by the draft's token for an hour after sending: it shows the access code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Link
from sportello.records.tickets import codes, notice_words
from sportello.records.tickets.models import Term, Ticket
from sportello.service.channels.webform import drafts

from ..page import crumbs, frame, of_organisation, show
from ..steps import steps


@dataclass(frozen=True)
class Receipt:
    """What the customer takes home. `email` is where a copy went, empty when none did."""

    ticket: Ticket
    code: str
    link: str
    received: datetime
    due: datetime | None
    #: Where the term comes from.
    source: str
    lines: list[str]
    email: str
    files: list[str]

    def qr(self) -> SafeString:
        """The follow-up page as a QR code, inline. The code stands behind the `#`: browsers do not send that part, so
        it is in no log and no history of ours."""
        drawn = segno.make(f"{self.link}#{self.code}", error="m").svg_inline(
            border=4, svgclass="qr", lineclass="qr-line", omitsize=True, title=_("QR code of the follow-up page")
        )
        return mark_safe(drawn)  # noqa: S308 - drawn by the library from our own address


def receipt_of(organisation: Organisation, token: str) -> Receipt:
    """Http404 when the draft was not sent, or its hour is over."""
    draft = drafts.find(organisation, token)
    if draft is None or draft.ticket is None:
        raise Http404
    ticket = Ticket.objects.select_related("organisation", "team", "customer", "kind").get(pk=draft.ticket.pk)
    term = Term.objects.filter(ticket=ticket, kind=Term.Kind.CONCLUSION).order_by("id").first()
    first = ticket.entries.order_by("position").select_related("message").prefetch_related("attachments").first()
    return Receipt(
        ticket=ticket, code=codes.code_of(ticket), link=notice_words.follow_link(ticket), received=ticket.opened_at,
        due=term.due_at if term else ticket.next_promise_at, source=term.source if term else "",
        lines=notice_words.next_lines(ticket), email=first.message.sender_address if first else "",
        files=[one.filename for one in first.attachments.all()] if first else [],
    )


@require_safe
@of_organisation
def receipt(request: HttpRequest, organisation: Organisation, token: str) -> HttpResponse:
    try:
        found = receipt_of(organisation, token)
    except Http404:
        context = {"breadcrumb": crumbs(organisation), "receipt": True}
        return show(request, organisation, "portal/expired.html", context, 410)
    return show(request, organisation, "portal/receipt.html", {
        "receipt": found, "token": token, "steps": steps(), "breadcrumb": crumbs(organisation, Link(_("Receipt"), "")),
    })


@require_safe
@of_organisation
def paper(request: HttpRequest, organisation: Organisation, token: str) -> HttpResponse:
    """For A4."""
    context = {"receipt": receipt_of(organisation, token), "token": token}
    return show(request, organisation, "portal/receipt_paper.html", context)


@require_safe
@of_organisation
def roll(request: HttpRequest, organisation: Organisation, token: str) -> HttpResponse:
    """For the 80 mm roll of a counter printer."""
    context = {"receipt": receipt_of(organisation, token), "token": token}
    return show(request, organisation, "portal/receipt_roll.html", context)


@require_safe
@of_organisation
def text(request: HttpRequest, organisation: Organisation, token: str) -> HttpResponse:
    """To save: plain text, which every device opens."""
    found = receipt_of(organisation, token)
    body = render_to_string("portal/receipt.txt", {**frame(organisation), "receipt": found}, request)
    response = HttpResponse(body.replace("\n", "\r\n"), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.ticket.number}.txt"'
    return response

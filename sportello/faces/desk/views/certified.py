"""What is certified about a PEC of a ticket: envelope or receipts, each to download, and all of it as one proof."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import entries_for, get_ticket
from sportello.records.tickets.models import Entry, Ticket
from sportello.service.channels.pec import proof
from sportello.service.channels.pec.queries import Evidence, evidence_of

from .. import nav
from .answers import ticket_address


@serves_here
@require_GET
def certified(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """The page: what became of each recipient, every receipt, signature and hash."""
    ticket, evidence = _evidence(person, slug, number, position)
    context: dict[str, Any] = {
        "ticket": ticket,
        "evidence": evidence,
        "address": f"{ticket_address(ticket)}messages/{position}/certified/",
        "back_url": ticket_address(ticket),
        "now": clock.now(ticket.organisation),
    }
    page = nav.page(request, person, "", organisation=ticket.organisation, **context)
    return render(request, "desk/certified.html", page)


@serves_here
@require_GET
def certified_file(
    request: HttpRequest, person: Person, slug: str, number: str, position: int, row_id: int
) -> HttpResponse:
    """One envelope or receipt, byte for byte."""
    _ticket, evidence = _evidence(person, slug, number, position)
    row = next((one for one in evidence.rows if one.id == row_id), None)
    if row is None:
        raise Http404
    return _download(read(row.row.mail.raw), f"{row.kind[:40]}-{row.id}.eml", "message/rfc822")


@serves_here
@require_GET
def certified_proof(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """The proof as a zip."""
    _ticket, evidence = _evidence(person, slug, number, position)
    if not evidence.has_proof:
        raise Http404
    return _download(proof.bundle(evidence), proof.filename(evidence), "application/zip")


def _evidence(person: Person, slug: str, number: str, position: int) -> tuple[Ticket, Evidence]:
    """Http404 for what is not theirs to see, and where nothing is certified."""
    ticket = get_ticket(person, slug, number)
    seen = entries_for(person, ticket).filter(position=position, kind=Entry.Kind.MESSAGE)
    entry = seen.select_related("message__organisation").first()
    if entry is None:
        raise Http404
    evidence = evidence_of(entry.message)
    if not evidence.is_there:
        raise Http404
    return ticket, evidence


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-_") else "-" for sign in name)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

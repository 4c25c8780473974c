"""Files of a ticket: given only to who sees the ticket, and never able to run in our pages' name."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sportello.foundation.files.serving import download
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import entries_for, get_ticket
from sportello.records.tickets.models import Attachment


@serves_here
@require_GET
def attachment(request: HttpRequest, person: Person, slug: str, number: str, attachment_id: int) -> HttpResponse:
    """One file; `?open=1` shows it in the browser where its type cannot run."""
    ticket = get_ticket(person, slug, number)
    found = (
        Attachment.objects.filter(pk=attachment_id, entry__in=entries_for(person, ticket))
        .select_related("blob")
        .first()
    )
    if found is None:
        raise Http404
    return download(found.blob, found.filename, inline=request.GET.get("open") == "1")

"""A ticket on paper, by choice of entries: printed from the browser, or as a tagged PDF. Every copy is journalled."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.paper.typesetting import typeset
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions.copying import record_copy
from sportello.records.tickets.models import Ticket

from .. import nav, ticket_page
from ..forms.verbs import CopyForm, group_of
from ..sentences import exactly, language_now
from ..timeline_lines import Line
from .answers import posted, ticket_address
from .handling import asks

_TEMPLATE: Final = Path(__file__).parent.parent / "paper" / "ticket.typ"


@serves_here
@asks
def printed(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """GET asks what; POST makes it, on `paper` or as `pdf`."""
    ticket = get_ticket(person, slug, number)
    lines = ticket_page.all_lines(person, ticket)
    form = CopyForm(lines, posted(request))
    if request.method != "POST" or not form.is_valid():
        context: dict[str, Any] = {"ticket": ticket, "form": form, "back_url": ticket_address(ticket),
                                   "full": len(lines) >= ticket_page.MOST_PRINTED}
        status = 422 if request.method == "POST" else 200
        whole = nav.page(request, person, organisation=ticket.organisation, **context)
        return render(request, "desk/copy.html", whole, status=status)
    wanted = form.chosen()
    chosen = [line for line in lines if line.item.id in wanted]
    how = "pdf" if request.POST.get("how") == "pdf" else "paper"
    with_terms = bool(form.cleaned_data["terms"])
    record_copy(
        ticket, person.actor, how=how, entries=len(chosen), terms=with_terms,
        notes=any(group_of(line) == "notes" for line in chosen),
        contacts=any(group_of(line) == "contacts" for line in chosen),
    )  # fmt: skip
    page: dict[str, Any] = {
        **ticket_page.head(person, ticket),
        "lines": chosen,
        "is_internal": any(not line.item.is_public for line in chosen),
        "organisation": ticket.organisation,
        "terms": ticket_page.terms_of(ticket) if with_terms else [],
        "full": len(lines) >= ticket_page.MOST_PRINTED,
        "choose_url": request.path,
        "portal_contacts": in_language(ticket.organisation.contact_lines, language_now()),
    }
    response = _pdf(ticket, page) if how == "pdf" else render(request, "desk/print.html", page)
    response["Cache-Control"] = "private, no-store"
    return response


def _pdf(ticket: Ticket, page: dict[str, Any]) -> HttpResponse:
    language, now = language_now(), clock.now(ticket.organisation)
    facts = [
        (_("Kind"), in_language(ticket.kind.names, language)),
        (_("Team"), in_language(ticket.team.names, language)),
        (_("Customer"), ticket.customer.name if ticket.customer else "—"),
        (_("Opened"), exactly(ticket.opened_at)),
        (_("Where it stands"), f"{page['standing'].sentence} {page['standing'].promise_sentence}".strip()),
        (_("Printed"), exactly(now)),
    ]
    data = {
        "sender": ticket.organisation.name,
        "footer": f"{ticket.organisation.name} · {ticket.number}",
        "warning": _("With internal words: not for the customer") if page["is_internal"] else "",
        "facts": facts,
        "entries": [_entry(line) for line in page["lines"]],
        "terms_title": _("Terms"),
        "terms": [
            {"name": f"{row.label}: {exactly(row.term.due_at)}", "lines": row.lines, "source": row.term.source}
            for row in page["terms"]
        ],
        "timeline_title": _("What was said and done"),
    }
    title = f"{ticket.number} {ticket.subject}"
    pdf = typeset(_TEMPLATE, data, title=title, language=language, at=now).pdf
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{ticket.number}.pdf"'
    return response


def _entry(line: Line) -> dict[str, Any]:
    head = [line.author, exactly(line.at), line.channel, f"→ {line.to}" if line.to else ""]
    if line.leaving is not None:
        head.append(line.leaving.word)
    said = f"{line.sentence}: {line.item.event_reason}" if line.sentence and line.item.event_reason else line.sentence
    files = ", ".join(file.filename for file in line.files)
    return {
        "head": " · ".join(filter(None, head)),
        "words": "\n\n".join(filter(None, (said, line.text, f"{_('Files')}: {files}" if files else ""))),
        "mark": "" if line.item.is_public else _("internal"),
    }

"""Documents of a ticket as the side panel lists them; titles of templates in the language of the screen."""

from __future__ import annotations

from typing import Any

from django import template

from sportello.foundation.core.text import in_language
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.models import Document, LetterDraft

from ..around import Around
from ..sentences import language_now

register = template.Library()
_SHOWN = 6


@register.filter
def titled(texts: dict[str, dict[str, str]]) -> str:
    """The title of a template, without the braces of what is put in."""
    found = in_language({code: text.get("title", "") for code, text in texts.items()}, language_now())
    return found.replace("{number}", "…").replace("{", "").replace("}", "")


@register.inclusion_tag("desk/documents/_side.html")
def ticket_documents(ticket: Ticket, now: Any, address: str, there: Around) -> dict[str, Any]:
    """The newest documents, and how many are being written: a query for each that is there."""
    found = list(Document.objects.filter(ticket=ticket).order_by("-serial")[: _SHOWN + 1]) if there.documents else []
    return {
        "documents": found[:_SHOWN], "more": len(found) > _SHOWN, "now": now, "address": address, "ticket": ticket,
        "writing": LetterDraft.objects.filter(ticket=ticket).count() if there.drafts else 0,
    }  # fmt: skip

"""The PDF of a letter, from the organisation's paper and what was written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.paper.typesetting import Paper, pictures_of, typeset
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.notice_words import day_words

from ..models import DocumentSort
from . import letterhead, variables

_TEMPLATE: Final = Path(__file__).with_name("letter.typ")


def letter_data(ticket: Ticket, *, title: str, recipient: str, text: str, at: datetime, language: str, number: str,
                protocol: str = "", with_facts: bool = False, sort: str = "", draft: bool = False,
                **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:  # fmt: skip
    """What the template is told, and its pictures; the words around are in `language`."""
    organisation = ticket.organisation
    told, pictures = letterhead.data(organisation, language)
    with translation.override(language):
        place = letterhead.place_of(organisation)
        day = day_words(organisation, at)
        lines = [_("No. %(number)s") % {"number": number}] if number else []
        if protocol:
            lines.append(_("Protocol %(number)s") % {"number": protocol})
        told |= {
            "number_line": "\n".join(lines), "date_line": f"{place}, {day}" if place else day, "recipient": recipient,
            "subject_label": _("Subject: ") if sort in (DocumentSort.LETTER, DocumentSort.REPLY) else "", "text": text,
            "draft": _("DRAFT") if draft else "",
        }  # fmt: skip
        if with_facts:
            told["facts"] = [list(row) for row in variables.facts_of(ticket)]
    return told | more, pictures


def print_letter(ticket: Ticket, *, title: str, at: datetime, language: str, **letter: Any) -> Paper:
    told, pictures = letter_data(ticket, title=title, at=at, language=language, **letter)
    return typeset(_TEMPLATE, told, title=title, language=language, at=at, pictures=pictures)


def preview(ticket: Ticket, *, title: str, at: datetime, language: str, **letter: Any) -> list[bytes]:
    """Its pages as PNG pictures, marked as a draft."""
    told, pictures = letter_data(ticket, title=title, at=at, language=language, draft=True, **letter)
    return pictures_of(_TEMPLATE, told, title=title, language=language, at=at, pictures=pictures)

"""What a letter may name of its ticket. A value nobody knows is marked ⟦so⟧; a text with such a mark is not issued."""

from __future__ import annotations

import re
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Identity
from sportello.records.tickets.models import Term, Ticket
from sportello.records.tickets.notice_words import day_words, follow_link

_VARIABLE: Final = re.compile(r"\{([a-z_]+)\}")
#: Signs nobody types by accident.
MISSING: Final = re.compile(r"⟦([^⟦⟧\n]{0,60})⟧")


def values(ticket: Ticket, member: Membership) -> dict[str, str]:
    """Name → text in the active language; empty where nobody knows it."""
    organisation = ticket.organisation
    language = translation.get_language() or "it"
    due = due_of(ticket)
    return {
        "number": ticket.number, "subject": ticket.subject, "customer": ticket.customer.name if ticket.customer else "",
        "organisation": organisation.name, "team": ticket.team.name_in(language), "operator": member.user.name,
        "kind": ticket.kind.name_in(language), "received": day_words(organisation, ticket.opened_at),
        "due": due, "promise": day_words(organisation, ticket.next_promise_at) if ticket.next_promise_at else "",
        "link": follow_link(ticket),
    }  # fmt: skip


def due_of(ticket: Ticket) -> str:
    """By when it is concluded, in words; empty where no term runs."""
    term = Term.objects.filter(ticket=ticket, kind=Term.Kind.CONCLUSION, ended_at__isnull=True).order_by("-id").first()
    return day_words(ticket.organisation, term.due_at) if term else ""


def fill(text: str, known: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: known.get(match[1]) or f"⟦{match[1].replace('_', ' ')}⟧", text)


def missing_in(*texts: str) -> list[str]:
    """Names of the marks left, in order, each once."""
    return list(dict.fromkeys(name.strip() or "…" for text in texts for name in MISSING.findall(text)))


def refuse_missing(*texts: str) -> None:
    """Refusal naming what is missing: nobody outside ever reads a mark of ours."""
    names = missing_in(*texts)
    if names:
        listed = ", ".join(f"⟦{name}⟧" for name in names)
        raise Refusal(
            ngettext(
                "Not issued: write what belongs in place of %(names)s, or delete it.",
                "Not issued: write what belongs in place of each of %(names)s, or delete them.",
                len(names),
            )
            % {"names": listed},
            field="text",
        )


def recipient_of(ticket: Ticket) -> str:
    """Name and postal address of the customer, a line each."""
    if ticket.customer is None:
        return ""
    address = Identity.objects.filter(customer=ticket.customer, sort="address").order_by("-preferred", "-pk").first()
    return "\n".join(filter(None, (ticket.customer.name, address.shown if address else "")))


def facts_of(ticket: Ticket) -> list[tuple[str, str]]:
    """Number, dates, office: the table above a receipt or report, in the active language."""
    organisation = ticket.organisation
    rows = [
        (_("Number"), ticket.number), (_("Subject"), ticket.subject),
        (_("Asked by"), ticket.customer.name if ticket.customer else ""),
        (_("Received on"), day_words(organisation, ticket.opened_at)),
        (_("Answered by"), due_of(ticket) or
         (day_words(organisation, ticket.next_promise_at) if ticket.next_promise_at else "")),
        (_("Office"), ticket.team.name_in(translation.get_language() or "it")),
    ]  # fmt: skip
    return [(name, text) for name, text in rows if text]

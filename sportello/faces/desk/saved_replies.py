"""Saved replies as the composer offers them: in the customer's language, filled from the ticket.

A value nobody knows is not left out: it is marked ⟦so⟧ in the text, and a text with such a mark is not sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.knowledge.models import SavedReplyText
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.notice_words import day_words, follow_link

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
#: The mark of a value that is missing: signs nobody types by accident.
MISSING = re.compile(r"⟦([^⟦⟧\n]{0,60})⟧")


@dataclass(frozen=True)
class Choice:
    """One entry of the picker; `language` says when it is not the customer's own."""

    slug: str
    title: str
    language: str


def choices(ticket: Ticket) -> list[Choice]:
    """The replies for everyone and for the ticket's team, each in the best language; one query."""
    texts = (
        SavedReplyText.objects.filter(
            Q(reply__team__isnull=True) | Q(reply__team_id=ticket.team_id),
            organisation_id=ticket.organisation_id,
            reply__retired_at__isnull=True,
        )
        .select_related("reply")
        .order_by("reply__slug", "id")
    )
    best: dict[str, SavedReplyText] = {}
    for text in texts:
        known = best.get(text.reply.slug)
        if known is None or _rank(ticket, text.language) < _rank(ticket, known.language):
            best[text.reply.slug] = text
    found = [Choice(slug, text.title, text.language) for slug, text in best.items()]
    return sorted(found, key=lambda choice: choice.title.casefold())


def text_for(ticket: Ticket, member: Membership, slug: str) -> str | None:
    """The reply `slug` filled for this ticket; None where there is none to use here."""
    texts = list(
        SavedReplyText.objects.filter(
            Q(reply__team__isnull=True) | Q(reply__team_id=ticket.team_id),
            organisation_id=ticket.organisation_id,
            reply__slug=slug,
            reply__retired_at__isnull=True,
        )
    )
    if not texts:
        return None
    chosen = min(texts, key=lambda text: (_rank(ticket, text.language), text.pk))
    with translation.override(chosen.language):
        known = values(ticket, member, chosen.language)
    return fill(chosen.body, known)


def fill(body: str, known: dict[str, str]) -> str:
    """`body` with its variables; what has no value becomes `⟦name⟧`."""
    return _VARIABLE.sub(lambda match: known.get(match[1]) or f"⟦{match[1].replace('_', ' ')}⟧", body)


def values(ticket: Ticket, member: Membership, language: str) -> dict[str, str]:
    """What a saved reply may name, in the active language; empty where nobody knows it."""
    organisation: Organisation = ticket.organisation
    promise = ticket.next_promise_at
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "customer": ticket.customer.name if ticket.customer else "",
        "organisation": organisation.name,
        "team": ticket.team.name_in(language),
        "operator": member.user.name,
        "kind": ticket.kind.name_in(language),
        "promise": day_words(organisation, promise) if promise else "",
        "received": day_words(organisation, ticket.opened_at),
        "link": follow_link(ticket),
    }


def missing_in(text: str) -> list[str]:
    """Names of the values still missing in a text, in order, each once."""
    return list(dict.fromkeys(name.strip() or "…" for name in MISSING.findall(text)))


def refuse_missing(text: str) -> None:
    """Refusal naming what is missing: the customer must never read a mark of ours."""
    names = missing_in(text)
    if names:
        listed = ", ".join(f"⟦{name}⟧" for name in names)
        raise Refusal(
            ngettext(
                "Not sent: write what belongs in place of %(names)s, or delete it.",
                "Not sent: write what belongs in place of each of %(names)s, or delete them.",
                len(names),
            )
            % {"names": listed},
            field="text",
        )


def _rank(ticket: Ticket, language: str) -> int:
    """0 the customer's language, 1 the organisation's first, 2 any."""
    return 0 if language == ticket.language else 1 if language == ticket.organisation.first_language else 2


def language_note(ticket: Ticket, choice: Choice) -> str:
    """Words for a reply that exists only in another language; empty when it is the customer's."""
    if choice.language == ticket.language:
        return ""
    return _("only in %(language)s") % {"language": choice.language}

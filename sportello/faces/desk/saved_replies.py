"""Saved replies and signatures as the composer offers them: in the customer's language, filled from the ticket.

A value nobody knows is not left out: it is marked ⟦so⟧ in the text, and a text with such a mark is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import fold
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.knowledge.models import SavedReply, SavedReplyText, SavedReplyUse
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.notice_words import day_words, follow_link

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
#: The mark of a value that is missing: signs nobody types by accident.
MISSING = re.compile(r"⟦([^⟦⟧\n]{0,60})⟧")
#: What a saved reply or signature may name → what that is.
VARIABLES: dict[str, Any] = {
    "customer": gettext_lazy("the customer's name"),
    "number": gettext_lazy("the number of the ticket"),
    "subject": gettext_lazy("its subject"),
    "kind": gettext_lazy("the kind of request"),
    "service": gettext_lazy("the service it is about"),
    "promise": gettext_lazy("by when they hear from us, in words"),
    "received": gettext_lazy("the day it came, in words"),
    "today": gettext_lazy("today, in words"),
    "team": gettext_lazy("the office that answers"),
    "operator": gettext_lazy("who writes"),
    "organisation": gettext_lazy("the organisation"),
    "link": gettext_lazy("the address of the follow-up page; the code stays the customer's"),
}


#: Those a signature may name: they never lack a value, and need no query.
IN_SIGNATURES = frozenset({"operator", "team", "organisation", "number"})


@dataclass(frozen=True)
class Choice:
    """One entry of the picker; `language` says when it is not the customer's own, `mine` whose own it is."""

    slug: str
    title: str
    language: str
    mine: bool = False
    start: str = ""


def _usable(ticket: Ticket, member: Membership) -> QuerySet[SavedReplyText]:
    """The replies for everyone, for the ticket's team, and the writer's own."""
    return SavedReplyText.objects.filter(
        Q(reply__member_id=member.pk)
        | Q(reply__member__isnull=True) & (Q(reply__team__isnull=True) | Q(reply__team_id=ticket.team_id)),
        organisation_id=ticket.organisation_id,
        reply__retired_at__isnull=True,
    )


def choices(ticket: Ticket, member: Membership, typed: str = "") -> list[Choice]:
    """Those with every word of `typed` in title or text, each in the best language; one query. A title that begins so
    stands first."""
    best: dict[str, SavedReplyText] = {}
    for text in _usable(ticket, member).select_related("reply").order_by("reply__slug", "id"):
        known = best.get(text.reply.slug)
        if known is None or _rank(ticket, text.language) < _rank(ticket, known.language):
            best[text.reply.slug] = text
    words = fold(typed).split()
    found = [text for text in best.values() if all(word in fold(f"{text.title} {text.body}") for word in words)]
    first = fold(typed)
    found.sort(key=lambda text: (not fold(text.title).startswith(first), fold(text.title)))
    return [_choice(text) for text in found]


def _choice(text: SavedReplyText) -> Choice:
    reply = text.reply
    return Choice(reply.slug, text.title, text.language, reply.member_id is not None, " ".join(text.body.split())[:90])


def text_for(ticket: Ticket, member: Membership, slug: str) -> str | None:
    """The reply `slug` filled for this ticket; None where there is none to use here."""
    texts = list(_usable(ticket, member).filter(reply__slug=slug))
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
        "service": ticket.service_sheet.name_in(language) if ticket.service_sheet else "",
        "promise": day_words(organisation, promise) if promise else "",
        "received": day_words(organisation, ticket.opened_at),
        "today": day_words(organisation, clock.now(organisation)),
        "link": follow_link(ticket),
    }


def sample(organisation: Organisation, member: Membership, body: str, language: str) -> str:
    """How a text will read, filled with examples: for who edits it. What nobody knows is marked as it would be."""
    with translation.override(language):
        today = clock.now(organisation)
        known = {
            "number": f"{clock.local(organisation, today).year}-0000123",
            "subject": _("Double charge of the canteen"),
            "customer": "Maria Popescu",
            "organisation": organisation.name,
            "team": _("the office"),
            "operator": member.user.name,
            "kind": _("information"),
            "service": _("Canteen"),
            "promise": day_words(organisation, today),
            "received": day_words(organisation, today),
            "today": day_words(organisation, today),
            "link": "https://…",
        }
    return fill(body, known)


def unknown_in(body: str) -> list[str]:
    """Names in braces that no ticket can fill: nearly always a slip of the pen."""
    return [name for name in dict.fromkeys(_VARIABLE.findall(body)) if name not in VARIABLES]


def signature_of(ticket: Ticket, member: Membership) -> str:
    """What stands under an answer of the ticket's team, in the customer's language or the organisation's first; empty
    where the team has none. No query: the team is at hand."""
    texts = ticket.team.signatures
    language = ticket.language if ticket.language in texts else ticket.organisation.first_language
    body = str(texts.get(language, "")).strip()
    if not body:
        return ""
    names = {
        "operator": member.user.name,
        "team": ticket.team.name_in(language),
        "organisation": ticket.organisation.name,
        "number": ticket.number,
    }
    return fill(body, names)


def signed(text: str, ticket: Ticket, member: Membership) -> str:
    """`text` with the signature its author saw under it; an empty one stays empty, and is refused."""
    signature = signature_of(ticket, member)
    return f"{text.rstrip()}\n\n{signature}" if signature and text.strip() else text


def count_use(ticket: Ticket, member: Membership, slugs: Iterable[str]) -> None:
    """The answer was sent with these: one more this month for each. Who sent it is not kept."""
    named = list(dict.fromkeys(slugs))[:20]
    if not named:
        return
    month = clock.local(ticket.organisation, clock.now(ticket.organisation)).date().replace(day=1)
    usable = _usable(ticket, member).filter(reply__slug__in=named).values("reply")
    used = list(SavedReply.objects.filter(pk__in=usable))
    SavedReplyUse.objects.bulk_create(
        [SavedReplyUse(organisation_id=ticket.organisation_id, reply=reply, month=month) for reply in used],
        ignore_conflicts=True,
    )
    SavedReplyUse.objects.filter(reply__in=used, month=month).update(number=F("number") + 1)


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

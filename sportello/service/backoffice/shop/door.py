"""A withdrawal or guarantee request by the portal: one form, one confirmation, one ticket with its acknowledgement.

Codice del consumo art. 54-bis (D.Lgs. 209/2025): a function in the interface, a second step that confirms, and at once
an acknowledgement on a durable medium with content, date and time: the receipt of the ticket, whose subject says what
was declared and about what.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.text import one_line
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures import explaining
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import kinds_for_portal, procedure_for
from sportello.records.tickets.models import Ticket
from sportello.service.channels.webform import receive
from sportello.service.channels.webform.models import FormDraft

from ..models import ShopRequest
from .dates import Dates, Told, dates_of
from .telling import Declared, keep, sort_of


@dataclass(frozen=True)
class Who:
    """`email` is where the acknowledgement goes; `privacy` the notice they read."""

    name: str
    email: str
    language: str
    phone: str = ""
    privacy: str = ""


def kind_for(organisation: Organisation, sort: str) -> Kind | None:
    """The kind of the portal that takes requests of this sort; None where the organisation has none."""
    return next((kind for kind in kinds_for_portal(organisation) if sort_of(kind) == sort), None)


def sorts_offered(organisation: Organisation) -> list[str]:
    """Which of the two the portal offers, one query."""
    found = {sort_of(kind) for kind in kinds_for_portal(organisation)} - {""}
    return [sort for sort in ShopRequest.Sort.values if sort in found]


def dates_before(organisation: Organisation, kind: Kind, declared: Declared) -> Dates:
    """What will follow if it is confirmed now."""
    now = clock.now(organisation)
    procedure = procedure_for(kind, clock.local(organisation, now).date())
    return dates_of(organisation, procedure, Told(
        sort=sort_of(kind), told_at=now, concluded_on=declared.concluded_on, delivered_on=declared.delivered_on,
        defect_on=declared.defect_on, is_service=declared.is_service, was_informed=declared.was_informed,
    ))  # fmt: skip


def send(draft: FormDraft, kind: Kind, declared: Declared, who: Who, words: str) -> Ticket:
    """Confirmed: the ticket of `draft`, with the request kept on it. Pressed twice, one ticket."""
    organisation = draft.organisation
    with transaction.atomic():
        with translation.override(organisation.language_for(who.language)):
            request = receive.FormRequest(
                kind=kind, subject=_subject(kind, declared), text=_text(kind, declared, who, words), name=who.name,
                language=who.language, email=who.email, phone=who.phone, privacy=who.privacy,
            )
        ticket = receive.send(draft, request)
        if not ShopRequest.objects.filter(ticket=ticket).exists():
            found = Ticket.objects.select_related("organisation", "kind").get(pk=ticket.pk)
            keep(found, declared, actor.customer(ticket.customer_id))
    return ticket


def _subject(kind: Kind, declared: Declared) -> str:
    """What was declared, about what: the receipt repeats it with day and hour."""
    what = f"{declared.contract} ({one_line(declared.goods, 120)})" if declared.goods else declared.contract
    if sort_of(kind) == ShopRequest.Sort.WITHDRAWAL:
        return _("Withdrawal from contract %(what)s") % {"what": what}
    return _("Legal guarantee, contract %(what)s") % {"what": what}


def _text(kind: Kind, declared: Declared, who: Who, words: str) -> str:
    tongue = translation.get_language() or "it"

    def day(value: object) -> str:
        return explaining.date_in_words(value, tongue) if value else ""  # type: ignore[arg-type]  # a date or None

    lines = []
    if sort_of(kind) == ShopRequest.Sort.WITHDRAWAL:
        lines.append(_("I, %(name)s, withdraw from the contract %(contract)s.") % {
            "name": who.name, "contract": declared.contract})
    else:
        wish = str(dict(ShopRequest.Wish.choices).get(declared.wish, ""))
        lines.append(_("I, %(name)s, ask for the legal guarantee on contract %(contract)s: %(wish)s.") % {
            "name": who.name, "contract": declared.contract, "wish": wish.lower()})
    facts = [
        (_("What was bought"), declared.goods), (_("Ordered on"), day(declared.concluded_on)),
        (_("Delivered on"), day(declared.delivered_on)), (_("The defect showed on"), day(declared.defect_on)),
    ]  # fmt: skip
    lines += [f"{name}: {value}" for name, value in facts if value]
    return "\n".join([*lines, *(["", words] if words else [])])

"""What a case becomes: the draft of a procedure, a saved reply or a service sheet. None is in use by being drafted."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.ids import token
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.knowledge.models import SavedReply, SavedReplyText, ServiceSheet, ServiceSheetText
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.definition import Definition
from sportello.records.procedures.models import Kind, Procedure

#: What the office answers before a term without a source counts.
_QUESTION = {
    "it": "Da dove viene questo termine: una legge, la carta dei servizi, una vostra decisione?",
    "en": "Where does this term come from: a law, your charter of services, a decision of yours?",
}


@dataclass(frozen=True)
class ProcedureDraft:
    name: str
    family: str
    days: int
    unit: str = "calendar_days"
    #: Where the term comes from; empty: not known yet, and asked before it can be switched on.
    source: str = ""


def procedure(organisation: Organisation, draft: ProcedureDraft, number: str, actor: Actor) -> Procedure:
    """A first version, off, of a kind of its own; `number` is the ticket it comes from. It is finished on its page."""
    name = one_line(draft.name, 200)
    if not name:
        raise Refusal(_("Give the procedure a name."), field="name")
    if draft.family not in Kind.Family.values:
        raise Refusal(_("Choose what sort of request it is."), field="family")
    code = _free(slugify(name).replace("-", "_")[:32].strip("_") or "case", organisation)
    rule: dict[str, object] = {"value": draft.days, "unit": draft.unit}
    if not draft.source.strip():
        rule |= {"source": "House rule", "confidence": "M", "question": _QUESTION}
    first = organisation.first_language
    definition = Definition.from_data(
        {
            "code": code,
            "names": {first: name} if first in ("it", "en") else {"it": name},
            "kind": code,
            "family": draft.family,
            "source": one_line(draft.source, 300) or "House rule",
            "confidence": "H",
            "term": rule,
            "notes": {"it": f"Nata dalla pratica {number}.", "en": f"Drafted from ticket {number}."},
            "valid_from": clock.local(organisation, clock.now(organisation)).date().isoformat(),
            "on": False,
        }
    )
    return publish(organisation, definition, actor, on=False)


def _free(code: str, organisation: Organisation) -> str:
    taken = Kind.objects.filter(organisation=organisation, slug__startswith=code[:32]).values_list("slug", flat=True)
    known = set(taken)
    return next(one for one in (code, *(f"{code}_{number}" for number in range(2, 1_000))) if one not in known)


def saved_reply(organisation: Organisation, title: str, body: str) -> SavedReply:
    """Not offered to anybody until it is put into use."""
    title, body = _both(title, body)
    reply = SavedReply.objects.create(
        organisation=organisation, slug=f"{slugify(title)[:48] or 'reply'}-{token()[:6]}",
        retired_at=clock.now(organisation),
    )
    SavedReplyText.objects.create(
        organisation=organisation, reply=reply, language=organisation.first_language, title=title, body=body
    )
    return reply


def service_sheet(organisation: Organisation, title: str, body: str) -> ServiceSheet:
    """Neither on the desk nor on the portal until it is put into use; then on the desk first."""
    title, body = _both(title, body)
    sheet = ServiceSheet.objects.create(
        organisation=organisation, slug=f"{slugify(title)[:48] or 'sheet'}-{token()[:6]}", on_portal=False,
        retired_at=clock.now(organisation),
    )
    ServiceSheetText.objects.create(
        organisation=organisation, sheet=sheet, language=organisation.first_language, title=title,
        summary=one_line(body, 400), body=body,
    )
    return sheet


def _both(title: str, body: str) -> tuple[str, str]:
    title, body = one_line(title, 200), clean(body)
    if not title:
        raise Refusal(_("Give it a title."), field="name")
    if not body:
        raise Refusal(_("Write the text of the draft."), field="body")
    return title, body

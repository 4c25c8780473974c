"""Saying what a request is, so that it is handled by what governs it: another kind, its procedure, and why.

A letter comes as whatever its mailbox takes it for. Once a person has read it and says "this is a request for access",
the law that governs such requests runs from the day it came, not from the day it was understood.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import procedure_for

from .. import blockers, levels, notices, terms
from ..models import ServiceLevel, StatedReason, Ticket
from ..rules import rules_of
from .change import Change, changing


def asks_why(ticket: Ticket, kind: Kind) -> bool:
    """Whether the procedure it has, or would get, wants to hear why this one."""
    rules = [rules_of(ticket.procedure)]
    found = procedure_of(ticket, kind)
    if found is not None:
        rules.append(rules_of(found))
    return any(StatedReason.About.PROCEDURE in blockers.asked_reasons(one) for one in rules)


def procedure_of(ticket: Ticket, kind: Kind) -> Procedure | None:
    """What governed `kind` on the day the ticket came; None when nothing did."""
    try:
        return procedure_for(kind, clock.local(ticket.organisation, ticket.opened_at).date())
    except LookupError:
        return None


def classify(ticket: Ticket, kind: Kind, *, by: Membership, reason: str = "", at: datetime | None = None) -> None:
    """`kind` from now on, and its procedure from the day the ticket came. What was promised to the customer earlier is
    kept as a promise; they are told the new date when it changes.

    Refusal: a kind not in use or without a procedure, a term that stands still, a reason the procedure asks for.
    """
    stated = clean(reason)
    if kind.organisation_id != ticket.organisation_id or kind.retired_at is not None:
        raise Refusal(_("This kind of request is not used any more. Choose another."), field="kind")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.is_closed:
            raise Refusal(_("This ticket is closed. Reopen it first."))
        found = procedure_of(row, kind)
        if found is None:
            raise Refusal(_("No procedure governed this kind when the request came. Choose another."), field="kind")
        if not stated and asks_why(row, kind):
            raise Refusal(_("The procedure asks why: say what you recognised it by."), field="reason")
        if terms.running_suspension(row) is not None:
            raise Refusal(_("The term stands still now. Let it go on first, then change the procedure."))
        _name(change, kind, by, stated)
        _govern(change, found, by)
        if stated:
            StatedReason.objects.create(
                organisation_id=row.organisation_id, ticket=row, about=StatedReason.About.PROCEDURE, text=stated,
                by_member=by, at=change.at,
            )
            change.tell("ticket.reason_stated", about=StatedReason.About.PROCEDURE)


def _name(change: Change, kind: Kind, by: Membership, reason: str) -> None:
    row = change.ticket
    if row.kind_id != kind.pk:
        before, row.kind = row.kind_id, kind
        entry = change.event("kind_changed", member=by, reason=reason, from_id=before, to_id=kind.pk)
        change.tell("ticket.kind_changed", kind_id=kind.pk, entry_id=entry.pk)


def _govern(change: Change, procedure: Procedure, by: Membership) -> None:
    row = change.ticket
    if row.procedure_id == procedure.pk:
        return
    main = terms.running_conclusion(row)
    told = main.due_at if main is not None else None
    if main is not None:
        terms.end(row, main, change.at)
    row.procedure = procedure
    # a first answer promised at the door stays promised: it says when a person reads it, whatever it turns out to be
    begun = terms.begin_conclusion(row, procedure, main.starts_at if main is not None else row.opened_at)
    if not ServiceLevel.objects.filter(ticket=row).exists() and row.status == Ticket.Status.NEW:
        levels.opened(row, change.at)
    due = begun.due_at
    change.because("term", "procedure", procedure_id=procedure.pk, version=procedure.version)
    entry = change.event("procedure_changed", member=by, procedure_id=procedure.pk, due=due.isoformat())
    change.tell("ticket.promised", entry_id=entry.pk, due=due)
    change.tell("ticket.procedure_changed", procedure_id=procedure.pk, kind_id=row.kind_id, entry_id=entry.pk)
    if told is not None and told < due:
        terms.promised(row, told, change.at, by.pk)  # a longer term by law takes back no promise
    elif told != due:
        notices.give(change, "promise")

"""Endings: closing with outcome and reason, the customer's word on it, opening again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actor import customer as by_customer
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership

from .. import blockers, clearance, levels, moments, notices, reopening, terms
from ..models import Closure, Suspension, Term, Ticket
from .change import changing
from .messages import reopen_now


def close(ticket: Ticket, *, by: Membership, outcome: str, reason: str, at: datetime | None = None) -> Closure:
    """Close with an outcome and its reason, which the customer reads. What was promised is met."""
    stated = clean(reason)
    if outcome not in Closure.Outcome.values:
        raise Refusal(_("Choose how it ended."), field="outcome")
    if not stated:
        raise Refusal(_("Say why it ends so: the customer reads it."), field="reason")
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        if row.is_closed:
            raise Refusal(_("This ticket is already closed."))
        missing = blockers.missing(row, outcome)
        if missing:
            raise Refusal(blockers.sentence(missing))
        clearance.refuse(row, clearance.Leaving("closing", stated, outcome=outcome))
        row.status, row.closed_at, row.unanswered_since = Ticket.Status.CLOSED, change.at, None
        _end_clocks(row, change.at)
        closure = Closure.objects.create(
            organisation_id=row.organisation_id,
            ticket=row,
            outcome=outcome,
            reason=stated,
            closed_at=change.at,
            by_member=by,
        )
        entry = change.event("closed", member=by, reason=stated, public=True, outcome=outcome)
        change.tell("ticket.closed", outcome=outcome, entry_id=entry.pk)
        notices.give(change, "closed", reason=stated, closure=closure)
    return closure


def _end_clocks(ticket: Ticket, at: datetime) -> None:
    """What was promised is met, what stood still stands still no more, and no timer is left to ring."""
    Suspension.objects.filter(ticket=ticket, ended_at__isnull=True).update(
        ended_at=at, restart_at=at, ended_how=Suspension.Ended.CLOSED
    )
    terms.meet(ticket, (Term.Kind.FIRST_ANSWER, Term.Kind.CONCLUSION, Term.Kind.PROMISE), at)
    terms.end_customer_terms(ticket, at)
    levels.closed(ticket, at)
    moments.forget_all(ticket)


def reopen(ticket: Ticket, *, by: Membership | None = None, reason: str, at: datetime | None = None) -> None:
    """Open again: by a colleague at any time, by the customer (no `by`) within the procedure's days."""
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why it should be opened again."), field="reason")
    actor = person(by.user_id) if by else by_customer(ticket.customer_id)
    with changing(ticket, actor, at) as change:
        row = change.ticket
        if not row.is_closed:
            return
        if row.merged_into_id is not None:
            raise Refusal(_("This ticket goes on in another one. Undo the merge to open it again."))
        if by is None and reopening.is_too_late(row, change.at):
            raise Refusal(_("This request was concluded too long ago to be opened again. Please send a new one."))
        entry = reopen_now(change, member=by, customer=None if by else row.customer, reason=stated)
        if by is None:
            row.unanswered_since = change.at
        change.tell("ticket.reopened", by="member" if by else "customer", entry_id=entry.pk)
        notices.give(change, "reopened", reason=stated if by else "")


def confirm(ticket: Ticket, *, at: datetime | None = None) -> None:
    """The customer says it is solved. Twice is once."""
    with changing(ticket, by_customer(ticket.customer_id), at) as change:
        row = change.ticket
        closure = Closure.objects.filter(ticket=row, reopened_at__isnull=True).first()
        if closure is None:
            raise Refusal(_("This request is still open: you can write to us here."))
        if closure.confirmed_at is not None:
            return
        closure.confirmed_at = change.at
        closure.save(update_fields=["confirmed_at"])
        entry = change.event("customer_confirmed", customer=row.customer, public=True)
        change.tell("ticket.confirmed", entry_id=entry.pk)

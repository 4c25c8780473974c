"""What is offered to put a complaint right: within one's limit at once, above it when somebody else grants it.

A limit is for all that was offered on one complaint, so that two refunds of half do not pass where the whole would
not.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import NotAllowed, Refusal
from sportello.foundation.core.money import euros
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import completing, messages
from sportello.records.tickets.models import StatedReason

from ..models import Complaint, OfferedRemedy
from . import words
from .limits import limit_of
from .registering import locked
from .stages import refuse_over

_STATE, _SORT = OfferedRemedy.State, OfferedRemedy.Sort
#: What may still be, or was, spent.
LIVE = (_STATE.ASKED, _STATE.GRANTED, _STATE.ACCEPTED, _STATE.DONE)
#: No money by their nature.
FREE = frozenset({_SORT.APOLOGY, _SORT.CORRECTION})


def offer(
    complaint: Complaint, *, sort: str, cost: int, text: str, reason: str, by: Membership, amount: int | None = None,
    price: int | None = None, at: datetime | None = None,
) -> OfferedRemedy:
    """Offer a remedy. `cost` is what it costs the house, `amount` what the customer gets (the same, if not given).

    Compensation is computed, not typed: `price` is what a share is taken of. What the rule owes is no gift and has no
    limit; anything else above the limit waits for somebody's approval.
    """
    stated = clean(reason)
    if sort not in _SORT.values:
        raise Refusal(_("Choose a remedy from the list."), field="sort")
    if not stated:
        raise Refusal(_("Say why this remedy and no other."), field="reason")
    if complaint.is_annulled:
        refuse_over(complaint)
    steps: list[list[object]] = []
    if sort == _SORT.COMPENSATION:
        cost, steps = _owed(complaint, price)
        amount = cost
    if sort not in FREE and sort != _SORT.REPLACEMENT and not cost:
        raise Refusal(_("Write the amount."), field="cost")
    instant = at or clock.now(complaint.organisation)
    with transaction.atomic():
        row = locked(complaint)
        limit = limit_of(by, sort)
        enough = sort == _SORT.COMPENSATION or limit.suffices(spent(row) + cost)
        remedy = OfferedRemedy.objects.create(
            organisation_id=row.organisation_id, complaint=row, sort=sort, cost=cost,
            amount=cost if amount is None else amount, text=clean(text), reason=stated, steps=steps,
            state=_STATE.GRANTED if enough else _STATE.ASKED, limit=limit.amount, offered_by=by, offered_at=instant,
        )
        record(row.organisation, "remedy.offered", remedy, person(by.user_id), at=instant,
               complaint_id=row.pk, sort=sort, cost=cost, waits=not enough)
        if not complaint.ticket.is_closed:
            completing.state_reasons(complaint.ticket, {StatedReason.About.REMEDY: stated}, by=by)
    return remedy


def _owed(complaint: Complaint, price: int | None) -> tuple[int, list[list[object]]]:
    computed = words.computed_for(complaint, price)
    if computed.needs_price:
        raise Refusal(_("The compensation is a share of the price: write the price."), field="price")
    if not computed.amount:
        raise Refusal(_("By the rule nothing is owed: offer a refund or a discount instead."), field="sort")
    return computed.amount, [[code, facts] for code, facts in computed.lines]


def spent(complaint: Complaint) -> int:
    """Offered and not refused, declined or withdrawn, in cents; what the rule owes is not counted."""
    live = OfferedRemedy.objects.filter(complaint=complaint, state__in=LIVE).exclude(sort=_SORT.COMPENSATION)
    return int(live.aggregate(sum=Sum("cost"))["sum"] or 0)


def may_decide(remedy: OfferedRemedy, member: Membership) -> bool:
    """Whether this person's own limit covers all that is offered; nobody grants what they asked themselves."""
    if not remedy.waits or remedy.offered_by_id == member.pk:
        return False
    return limit_of(member, remedy.sort).suffices(spent(remedy.complaint))


def grant(remedy: OfferedRemedy, *, by: Membership, reason: str = "", at: datetime | None = None) -> None:
    _decide(remedy, _STATE.GRANTED, by=by, reason=clean(reason), at=at)


def refuse(remedy: OfferedRemedy, *, by: Membership, reason: str, at: datetime | None = None) -> None:
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why it is refused: who asked reads it."), field="reason")
    _decide(remedy, _STATE.REFUSED, by=by, reason=stated, at=at)


def _decide(remedy: OfferedRemedy, state: str, *, by: Membership, reason: str, at: datetime | None) -> None:
    complaint = remedy.complaint
    instant = at or clock.now(complaint.organisation)
    with transaction.atomic():
        locked(complaint)
        row = OfferedRemedy.objects.select_related("offered_by__user").get(pk=remedy.pk)
        row.complaint = complaint
        if not row.waits:
            raise Refusal(_("This was decided already."))
        if not may_decide(row, by):
            raise NotAllowed(_("Your own limit does not cover it, or you asked for it yourself."))
        row.state, row.decided_by, row.decided_at, row.decision_reason = state, by, instant, reason
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        verb = "remedy.granted" if state == _STATE.GRANTED else "remedy.refused"
        record(complaint.organisation, verb, row, person(by.user_id), at=instant,
               complaint_id=complaint.pk, asked_by=row.offered_by_id)
        messages.note(complaint.ticket, by, _told(row))
    remedy.state, remedy.decided_at, remedy.decision_reason = row.state, row.decided_at, row.decision_reason


def _told(row: OfferedRemedy) -> str:
    """The note that tells who asked, in their language: it stands on the ticket and marks their tab unread."""
    asker = row.offered_by.user
    with translation.override(getattr(asker, "language", "") or translation.get_language() or "it"):
        facts = {"name": asker.name, "what": row.get_sort_display(), "cost": euros(row.cost),
                 "reason": row.decision_reason}
        if row.state == _STATE.GRANTED:
            said = _("%(name)s, the remedy you asked for is granted: %(what)s, %(cost)s.") % facts
        else:
            said = _("%(name)s, the remedy you asked for is refused: %(what)s, %(cost)s.") % facts
    return f"{said} {row.decision_reason}".strip()


def answered(remedy: OfferedRemedy, *, accepted: bool, by: Membership) -> None:
    """What the customer says to the offer."""
    _move(remedy, (_STATE.GRANTED,), _STATE.ACCEPTED if accepted else _STATE.DECLINED, "remedy.answered", by=by,
          state=str(_STATE.ACCEPTED if accepted else _STATE.DECLINED))


def done(remedy: OfferedRemedy, *, by: Membership) -> None:
    """It was carried out: paid, sent, said. From now on it is a cost."""
    _move(remedy, (_STATE.GRANTED, _STATE.ACCEPTED), _STATE.DONE, "remedy.done", by=by, cost=remedy.cost)


def withdraw(remedy: OfferedRemedy, *, by: Membership) -> None:
    _move(remedy, (_STATE.ASKED, _STATE.GRANTED), _STATE.WITHDRAWN, "remedy.withdrawn", by=by)


def _move(
    remedy: OfferedRemedy, before: tuple[str, ...], after: str, verb: str, *, by: Membership, **facts: object
) -> None:
    complaint = remedy.complaint
    instant = clock.now(complaint.organisation)
    with transaction.atomic():
        row = OfferedRemedy.objects.select_for_update().get(pk=remedy.pk)
        if row.state == after:
            return
        if row.state not in before:
            raise Refusal(_("This cannot be done with a remedy that is “%(state)s”.") % {
                "state": row.get_state_display()})
        row.state = after
        if after == _STATE.DONE:
            row.done_at = instant
        row.save(update_fields=["state", "done_at"])
        record(complaint.organisation, verb, row, person(by.user_id), at=instant, complaint_id=complaint.pk, **facts)
    remedy.state, remedy.done_at = row.state, row.done_at

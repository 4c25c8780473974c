"""What left and did not arrive: the delivery says so, and the ticket is the operators' again."""

from __future__ import annotations

from datetime import datetime

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE, SYSTEM
from sportello.records.customers.actions.registering import mark_undeliverable
from sportello.records.customers.models import Identity
from sportello.records.tickets import notices
from sportello.records.tickets.actions.change import changing
from sportello.records.tickets.models import Message
from sportello.service.channels.models import Delivery, Dispatch

#: What a delivery may go through, in order; failed ends it, whatever it was but read.
ORDER = ("queued", "in_doubt", "sent", "accepted", "delivered", "read")
_ANSWER = 1_000


def fail_delivery(
    delivery: Delivery, *, status_code: str, answer: str, hard: bool, at: datetime
) -> bool:
    """One recipient will not get it. `hard`: nobody will under this address. False when that was known already."""
    if delivery.state in (Delivery.State.FAILED, Delivery.State.READ):
        return False
    organisation = delivery.organisation
    delivery.state = Delivery.State.FAILED
    delivery.status_code, delivery.answer, delivery.changed_at = status_code[:20], answer[:_ANSWER], at
    delivery.save(update_fields=["state", "status_code", "answer", "changed_at"])
    dispatch = delivery.dispatch
    record(
        organisation,
        "delivery.failed",
        dispatch,
        MACHINE,
        at=at,
        ticket_id=dispatch.message.entry.ticket_id,
        delivery_id=delivery.pk,
    )
    if hard:
        for identity in Identity.objects.filter(
            organisation=organisation, sort__in=("email", "pec"), value=delivery.address.lower()
        ).select_related("organisation", "customer"):
            mark_undeliverable(identity, MACHINE, at=at)
    return True


def advance_delivery(delivery: Delivery, state: str, *, at: datetime, answer: str = "") -> None:
    """A later state of a delivery; an earlier one that is told late changes nothing."""
    if delivery.state not in ORDER or ORDER.index(state) <= ORDER.index(delivery.state):
        return
    delivery.state, delivery.changed_at = state, at
    delivery.answer = answer[:_ANSWER] or delivery.answer
    delivery.save(update_fields=["state", "answer", "changed_at"])


def bring_back(message: Message, dispatch: Dispatch, code: str) -> None:
    """The customer was not told: the ticket waits for an operator, a notice it carried is due again.

    `code` says how it is known: `not_sent` (no server took it) or `came_back` (a report came).
    """
    with changing(message.entry.ticket, SYSTEM) as change:
        ticket = change.ticket
        change.because("dispatch", code, dispatch_id=dispatch.pk, message_id=message.pk, attempts=dispatch.attempts)
        said = "office_undelivered" if message.is_aside else "undelivered"
        entry = change.event(said, message_id=message.pk, how=code)
        if not ticket.is_closed and not message.is_aside:
            ticket.unanswered_since = ticket.unanswered_since or change.at
        change.tell("ticket.undelivered", message_id=message.pk, entry_id=entry.pk)
    notices.undelivered(message)

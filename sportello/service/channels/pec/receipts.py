"""What a receipt proves, written where it belongs: the recipient's delivery, the dispatch, the ticket's timeline.

Receipts come in any order and more than once. Each proof is written once with its own legal instant, and a delivery
never goes back: what was delivered stays delivered, whatever comes late (DPR 68/2005 art. 3; D.M. 2 November 2005).
"""

from __future__ import annotations

from datetime import datetime

from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions.change import changing
from sportello.service.channels import undelivered
from sportello.service.channels.mailkit import pec
from sportello.service.channels.mailkit.record import Certified
from sportello.service.channels.models import CertifiedOutcome, Delivery, Dispatch

#: The provider's codes that say that nobody is there (D.M. 2 November 2005, technical rules, 6.4).
_NOBODY = ("no-dest", "no-dominio")


def locked(dispatch: Dispatch) -> Dispatch:
    """The dispatch as it is now, locked: two receipts about one message wait for each other."""
    Dispatch.objects.select_for_update(no_key=True).values_list("pk").get(pk=dispatch.pk)
    return Dispatch.objects.select_related("organisation", "message__entry__ticket").get(pk=dispatch.pk)


def about(dispatch: Dispatch, certified: Certified) -> Delivery | None:
    """The recipient a receipt is about; the only one where it names none; None when it is about all, or nobody here."""
    deliveries = list(dispatch.deliveries.order_by("pk"))
    wanted = certified.about.lower()
    if wanted:
        return next((one for one in deliveries if one.address.lower() == wanted), None)
    of_all = (pec.ACCEPTED, pec.NOT_ACCEPTED)
    return deliveries[0] if len(deliveries) == 1 and certified.kind not in of_all else None


def apply(dispatch: Dispatch, certified: Certified, delivery: Delivery | None, *, mail_id: int, at: datetime) -> None:
    """Write what the receipt proves. `dispatch` is locked; `at` is when we got the receipt, the legal instant is the
    receipt's own."""
    proved_at = certified.at or at
    targets = _targets(dispatch, delivery)
    failed = False
    if certified.kind == pec.ACCEPTED:
        _accept(dispatch, targets, proved_at, at)
    elif certified.kind == pec.DELIVERED and delivery is not None:
        _deliver(delivery, proved_at, at)
    elif certified.kind == pec.WARNING and delivery is not None:
        _warn(delivery, certified, proved_at)
    elif certified.kind in (pec.FAILED, pec.VIRUS):
        # a detected virus stops the message for whom it names, or for all
        reached = targets if delivery is not None or certified.kind == pec.VIRUS else []
        failed = _fail_all(reached, certified, proved_at, at)
    elif certified.kind == pec.NOT_ACCEPTED:
        failed = _fail_all(targets, certified, proved_at, at)
    if certified.kind != pec.TAKEN_OVER:  # between providers: kept, and nothing for the timeline
        _show(dispatch, certified, delivery, mail_id, at)
    if failed:
        _bring_back(dispatch, certified.kind, at)


def _targets(dispatch: Dispatch, delivery: Delivery | None) -> list[Delivery]:
    chosen = dispatch.deliveries.select_related("organisation").order_by("pk")
    found = list(chosen.filter(pk=delivery.pk) if delivery is not None else chosen)
    for one in found:
        one.dispatch = dispatch
    return found


def _outcome(delivery: Delivery) -> CertifiedOutcome:
    outcome, _made = CertifiedOutcome.objects.get_or_create(
        organisation_id=delivery.organisation_id, delivery=delivery
    )
    return outcome


def _accept(dispatch: Dispatch, targets: list[Delivery], proved_at: datetime, at: datetime) -> None:
    for delivery in targets:
        outcome = _outcome(delivery)
        if outcome.accepted_at is None:
            outcome.accepted_at = proved_at
            outcome.save(update_fields=["accepted_at"])
        undelivered.advance_delivery(delivery, Delivery.State.ACCEPTED, at=at)
    if dispatch.state in (Dispatch.State.IN_DOUBT, Dispatch.State.QUEUED) and dispatch.attempts:
        # it did leave: nothing more to send
        dispatch.state, dispatch.next_attempt_at = Dispatch.State.SENT, None
        dispatch.settled_at = clock.server_now()
        dispatch.save(update_fields=["state", "next_attempt_at", "settled_at"])
        ticket_id = dispatch.message.entry.ticket_id
        record(dispatch.organisation, "dispatch.sent", dispatch, MACHINE, ticket_id=ticket_id, channel=dispatch.channel)


def _deliver(delivery: Delivery, proved_at: datetime, at: datetime) -> None:
    """The strongest proof there is: it holds also against a failure that was told before."""
    outcome = _outcome(delivery)
    if outcome.delivered_at is not None:
        return
    outcome.delivered_at = proved_at
    outcome.save(update_fields=["delivered_at"])
    if delivery.state != Delivery.State.READ:
        delivery.state, delivery.changed_at = Delivery.State.DELIVERED, at
        delivery.save(update_fields=["state", "changed_at"])


def _warn(delivery: Delivery, certified: Certified, proved_at: datetime) -> None:
    """Not delivered within 12 hours, then within 24: doubt, and no more than doubt."""
    outcome = _outcome(delivery)
    if outcome.warned_at is None:
        outcome.warned_at = proved_at
    elif proved_at != outcome.warned_at and outcome.warned_again_at is None:
        first, second = sorted((outcome.warned_at, proved_at))
        outcome.warned_at, outcome.warned_again_at = first, second
    outcome.save(update_fields=["warned_at", "warned_again_at"])
    if outcome.in_doubt and certified.error_text:
        delivery.answer = certified.error_text[:1_000]
        delivery.save(update_fields=["answer"])


def _fail_all(deliveries: list[Delivery], certified: Certified, proved_at: datetime, at: datetime) -> bool:
    news = [_fail(one, certified, proved_at, at) for one in deliveries]
    return any(news)


def _fail(delivery: Delivery, certified: Certified, proved_at: datetime, at: datetime) -> bool:
    """True when this is news; False for what was delivered before, which no late receipt takes back."""
    outcome = _outcome(delivery)
    if outcome.delivered_at is not None or outcome.failed_at is not None:
        return False
    outcome.failed_at = proved_at
    outcome.save(update_fields=["failed_at"])
    return undelivered.fail_delivery(
        delivery,
        status_code="",
        answer=certified.error_text or (certified.error if certified.error != "nessuno" else "") or certified.kind,
        hard=certified.error in _NOBODY,
        at=at,
    )


def _bring_back(dispatch: Dispatch, kind: str, at: datetime) -> None:
    refused = kind == pec.NOT_ACCEPTED
    if refused and dispatch.state != Dispatch.State.FAILED:
        dispatch.state, dispatch.next_attempt_at = Dispatch.State.FAILED, None
        dispatch.settled_at = clock.server_now()
        dispatch.save(update_fields=["state", "next_attempt_at", "settled_at"])
        ticket_id = dispatch.message.entry.ticket_id
        record(
            dispatch.organisation, "dispatch.failed", dispatch, MACHINE, at=at, ticket_id=ticket_id,
            channel=dispatch.channel,
        )  # fmt: skip
    undelivered.bring_back(dispatch.message, dispatch, "not_sent" if refused else "came_back")


def _show(dispatch: Dispatch, certified: Certified, delivery: Delivery | None, mail_id: int, at: datetime) -> None:
    """A line of the timeline for colleagues."""
    message = dispatch.message
    with changing(message.entry.ticket, MACHINE, at) as change:
        entry = change.event(
            "pec_receipt",
            message_id=message.pk,
            mail_id=mail_id,
            kind=certified.kind if certified.kind in pec.KINDS else "unknown",
            delivery_id=delivery.pk if delivery is not None else None,
            proved_at=certified.at.isoformat() if certified.at else "",
        )
        change.tell("ticket.certified", message_id=message.pk, entry_id=entry.pk)

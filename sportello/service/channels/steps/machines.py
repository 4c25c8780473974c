"""Step 2: mail no person wrote. Reports tell the outgoing message what became of it; automatic replies with our
token are kept on the ticket, where they change neither state nor clock; the rest is kept apart, visible."""

from __future__ import annotations

from collections.abc import Iterable

from sportello.foundation.journal.actor import MACHINE
from sportello.records.customers.identities import normal
from sportello.records.customers.queries import by_identity
from sportello.records.tickets.actions.messages import receive
from sportello.records.tickets.models import Message
from sportello.service.channels import undelivered
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.guards import Verdict
from sportello.service.channels.mailkit.record import Bounce, BouncedRecipient
from sportello.service.channels.models import Delivery, Dispatch

from .mail import Arrived, Settled, State
from .which import Found, by_token
from .who import writer_of
from .words import words_of

CHANNEL = "email"
#: What a delivery report says of a message that goes on.
_GOOD = {"delivered": Delivery.State.DELIVERED, "relayed": Delivery.State.ACCEPTED}


def settle_machine(mail: Arrived, verdict: Verdict) -> Settled:
    """Where machine mail ends."""
    if mail.record.bounce is not None:
        return _settle_report(mail, mail.record.bounce, verdict)
    sign = mail.record.machine
    cause = sign.code if sign else verdict.code
    if sign is not None and sign.kind != "report":
        found = by_token(mail)
        if found is not None:
            return _keep_on_ticket(mail, found, cause, verdict)
    return Settled(State.MACHINE, cause, dict(verdict.facts))


def _keep_on_ticket(mail: Arrived, found: Found, cause: str, verdict: Verdict) -> Settled:
    writer = writer_of(mail)
    customer = by_identity(mail.organisation, "email", writer.address) if writer.address else None
    message = receive(
        found.ticket,
        words_of(mail, writer, is_machine=True),
        channel=CHANNEL,
        customer=customer,
        actor=MACHINE,
        reasons=[("ticket", found.why, {"mail_id": mail.row.pk, "machine": cause})],
        at=mail.at,
    )
    return Settled(State.TICKETED, cause, dict(verdict.facts), message=message, ticket=found.ticket)


# Delivery reports ------------------------------


def _settle_report(mail: Arrived, bounce: Bounce, verdict: Verdict) -> Settled:
    """Bound to the dispatch by our random token only: who does not know it cannot declare a letter undelivered."""
    dispatch = _dispatch_of(mail, bounce.original_ids)
    if dispatch is None:
        return Settled(State.MACHINE, "bounce", {**verdict.facts, "matched": False})
    failed = [_tell(dispatch, recipient, mail) for recipient in bounce.recipients]
    if any(failed):
        undelivered.bring_back(dispatch.message, dispatch, "came_back")
    return Settled(
        State.MACHINE,
        "bounce",
        {**verdict.facts, "matched": True, "dispatch_id": dispatch.pk, "failed": sum(failed)},
        message=dispatch.message,
        ticket=dispatch.message.entry.ticket,
    )


def _dispatch_of(mail: Arrived, original_ids: Iterable[str]) -> Dispatch | None:
    found = [token for one in original_ids if (token := tokens.ours(one))]
    found += tokens.find_tokens(mail.record, [mail.row.envelope_to])
    dispatches = {
        dispatch.message.token: dispatch
        for dispatch in Dispatch.objects.filter(
            organisation=mail.organisation, message__token__in=found[:50], message__direction=Message.Direction.OUT
        ).select_related("message__entry__ticket")
    }
    return next((dispatches[token] for token in found if token in dispatches), None)


def _tell(dispatch: Dispatch, recipient: BouncedRecipient, mail: Arrived) -> bool:
    """Write what the report says of one recipient; True when they will not get it and this is new."""
    delivery = _delivery_of(dispatch, recipient.address)
    if delivery is None:
        return False
    if recipient.action in _GOOD:
        undelivered.advance_delivery(delivery, _GOOD[recipient.action], at=mail.at, answer=recipient.diagnostic)
        return False
    if recipient.action == "delayed" or (recipient.status.startswith("4.") and not recipient.action):
        delivery.answer = recipient.diagnostic or delivery.answer
        delivery.save(update_fields=["answer"])
        return False
    return undelivered.fail_delivery(
        delivery, status_code=recipient.status, answer=recipient.diagnostic, hard=recipient.hard, at=mail.at
    )


def _delivery_of(dispatch: Dispatch, address: str) -> Delivery | None:
    """The recipient of this address; a report by another name of the only one is about that one."""
    deliveries = list(dispatch.deliveries.select_related("organisation", "dispatch__message__entry"))
    form = normal("email", address)
    for delivery in deliveries:
        if form and normal("email", delivery.address) == form:
            return delivery
    return deliveries[0] if len(deliveries) == 1 else None

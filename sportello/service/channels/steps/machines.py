"""Step 2: mail no person wrote. Reports tell the outgoing message what became of it; automatic replies with our
token are kept on the ticket, where they change neither state nor clock; the rest is kept apart, visible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sportello.foundation.journal.actor import MACHINE
from sportello.records.customers.identities import normal
from sportello.records.tickets.actions.asides import told
from sportello.records.tickets.actions.change import changing
from sportello.records.tickets.actions.messages import receive
from sportello.service.channels import undelivered
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.record import Bounce, BouncedRecipient
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail

from .mail import Arrived, Settled, State
from .which import OURS, Found, by_reference, by_token
from .who import Writer, known_customer, writer_of
from .words import words_of

#: What a report says of a message that goes on; "displayed" is a receipt of reading (RFC 8098): a program showed it to
#: somebody who reads that mailbox.
_GOOD = {
    "delivered": Delivery.State.DELIVERED, "relayed": Delivery.State.ACCEPTED, "displayed": Delivery.State.READ,
}  # fmt: skip
READ_RECEIPT = "read_receipt"


def ticket_of_reply(mail: Arrived) -> Found | None:
    """The ticket an automatic reply belongs to: by our token, or by a reference from who takes part."""
    sign = mail.record.machine
    if sign is None or sign.kind not in ("auto_reply", "bulk"):
        return None
    found = by_token(mail)
    if found is not None or sign.kind != "auto_reply":
        return found
    writer = writer_of(mail)
    return by_reference(mail, writer, known_customer(mail, writer))


def keep_on_ticket(mail: Arrived, found: Found, cause: str, facts: dict[str, Any]) -> Settled:
    """An automatic reply on its ticket's timeline; it moves neither state nor clock."""
    writer = writer_of(mail)
    if found.aside is not None:
        return tell_aside(mail, found, writer, cause, facts, is_machine=True)
    message = receive(
        found.ticket,
        words_of(mail, writer, is_machine=True),
        channel=mail.channel,
        customer=known_customer(mail, writer),
        actor=MACHINE,
        reasons=[("ticket", found.why, {"mail_id": mail.row.pk, "machine": cause})],
        at=mail.at,
        locked=mail.locked,
    )
    return Settled(State.TICKETED, cause, facts, message=message, ticket=found.ticket)


def tell_aside(
    mail: Arrived, found: Found, writer: Writer, cause: str, facts: dict[str, Any], *, is_machine: bool = False
) -> Settled:
    """What an office writes comes to the ticket as its words: it is no customer's, and nobody becomes one by it."""
    if found.aside is None:
        raise ValueError("only what answers a letter to an office is told by it")
    message = told(
        found.ticket,
        found.aside,
        words_of(mail, writer, is_machine=is_machine),
        channel=mail.channel,
        actor=MACHINE,
        reasons=[("ticket", f"{found.why}_of_office", {"mail_id": mail.row.pk, "aside_id": found.aside.pk})],
        at=mail.at,
    )
    return Settled(State.TICKETED, cause, facts, message=message, ticket=found.ticket)


# Delivery reports ------------------------------


def report_cause(mail: Arrived) -> str:
    """`read_receipt` for a receipt of reading, else `bounce`."""
    sign = mail.record.machine
    return READ_RECEIPT if sign is not None and sign.code == READ_RECEIPT else "bounce"


def settle_report(mail: Arrived, bounce: Bounce, facts: dict[str, Any]) -> Settled:
    """Bound to the dispatch by our random token only: who does not know it cannot declare a letter undelivered, nor
    read."""
    cause = report_cause(mail)
    dispatch = _dispatch_of(mail, bounce.original_ids)
    if dispatch is None:
        return Settled(State.MACHINE, cause, {**facts, "matched": False})
    if cause == READ_RECEIPT and bounce.recipients[0].action != "displayed":
        return Settled(State.MACHINE, cause, {**facts, "matched": True, "dispatch_id": dispatch.pk, "failed": 0},
                       message=dispatch.message, ticket=dispatch.message.entry.ticket)  # fmt: skip
    failed = [_tell(dispatch, recipient, mail) for recipient in bounce.recipients]
    if any(failed):
        undelivered.bring_back(dispatch.message, dispatch, "came_back")
    return Settled(
        State.MACHINE,
        cause,
        {**facts, "matched": True, "dispatch_id": dispatch.pk, "failed": sum(failed)},
        message=dispatch.message,
        ticket=dispatch.message.entry.ticket,
    )


def settle_complaint(mail: Arrived, facts: dict[str, Any]) -> Settled:
    """A feedback report (RFC 5965): a recipient told their provider that our letter is spam. They have it, so nothing
    is due again; a colleague should know before the next one."""
    bounce = mail.record.bounce
    dispatch = _dispatch_of(mail, bounce.original_ids if bounce else ())
    if dispatch is None:
        return Settled(State.MACHINE, "feedback", {**facts, "matched": False})
    for recipient in bounce.recipients if bounce else ():
        _tell(dispatch, recipient, mail)  # who complains has it
    ticket = dispatch.message.entry.ticket
    already = IncomingMail.objects.filter(message=dispatch.message, cause="feedback", state=State.MACHINE)
    if not already.exclude(pk=mail.row.pk).exists():
        with changing(ticket, MACHINE, mail.at) as change:
            change.because("dispatch", "complained", dispatch_id=dispatch.pk, message_id=dispatch.message_id)
            entry = change.event("complained", message_id=dispatch.message_id)
            change.tell("ticket.complained", message_id=dispatch.message_id, entry_id=entry.pk)
    return Settled(
        State.MACHINE,
        "feedback",
        {**facts, "matched": True, "dispatch_id": dispatch.pk},
        message=dispatch.message,
        ticket=ticket,
    )


def _dispatch_of(mail: Arrived, original_ids: Iterable[str]) -> Dispatch | None:
    found = [token for one in original_ids if (token := tokens.ours(one))]
    found += tokens.find_tokens(mail.record, [mail.row.envelope_to])
    found += tokens.in_files(mail.record)
    dispatches = {
        dispatch.message.token: dispatch
        for dispatch in Dispatch.objects.filter(
            organisation=mail.organisation, message__token__in=found[:50], message__direction__in=OURS
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

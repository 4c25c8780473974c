"""What did not arrive, as an answer that can be mended and sent again: a new message that names the old one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File

from .models import Delivery, Dispatch
from .recipients import key, other_addresses
from .waiting import Reply


def reply_of(ticket: Ticket, message: Message, *, instead: str = "") -> Reply:
    """The words and files of `message` (of `ticket`), for those it did not reach; or for `instead`, another address of
    the customer. Refusal when it reached everybody, was no person's answer, or `instead` is none of theirs."""
    dispatch = Dispatch.objects.filter(message=message).first()
    if message.is_incoming or message.is_aside or message.notice_moment or dispatch is None:
        raise Refusal(_("Only an answer that was sent can be sent again."))
    failed = {
        key(address)
        for address in dispatch.deliveries.filter(state=Delivery.State.FAILED).values_list("address", flat=True)
    }
    if not failed:
        raise Refusal(_("It reached everybody, or is still on its way: nothing has to be sent again."))
    people = [(one.role, one.name, one.address) for one in message.recipients.order_by("pk")]
    missed = [(role, name, address) for role, name, address in people if key(address) in failed]
    to = [(name, address) for role, name, address in missed if role == "to"]
    cc = [(name, address) for role, name, address in missed if role == "cc"]
    if instead:
        known = {key(address): address for address in other_addresses(ticket, failed)}
        if key(instead) not in known:
            raise Refusal(_("This is no address of the customer that can be written to."))
        to, cc = [(ticket.customer.name if ticket.customer else "", known[key(instead)])], []
    elif not to:
        to, cc = cc, []
    files = message.entry.attachments.select_related("blob").order_by("pk")
    return Reply(
        message.text,
        ticket.last_public_position,
        to,
        cc,
        [File(one.filename, one.blob, one.content_id, one.is_inline) for one in files],
        repeats=message,
    )

"""Step 3: who writes. The address in From, and only with a reason another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actor import MACHINE
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.identities import normal
from sportello.records.customers.models import Customer
from sportello.service.channels.email.addresses import is_ours
from sportello.service.channels.mailkit.pec import ENVELOPE
from sportello.service.channels.mailkit.record import Address

from .mail import Arrived


@dataclass(frozen=True)
class Writer:
    """`address` is in normal form, where answers go; empty when there is none. `why` is the code kept as reason."""

    name: str
    address: str
    sort: str = "email"
    why: str = "by_sender"
    facts: dict[str, Any] = field(default_factory=dict)
    #: Whether a receipt may go there without a person deciding it (RFC 3834 section 2).
    may_get_receipt: bool = True


def writer_of(mail: Arrived) -> Writer:
    """Whose words these are.

    Reply-To is a wish of whoever wrote the header, so it decides only where From is certainly not the person: a
    form on our own site, a no-reply sender, the provider's address on a certified message. Else it is just noted.
    """
    record = mail.record
    elsewhere = next((one for one in record.reply_to if _usable(one, mail)), None)
    sign = record.machine.code if record.machine else ""
    if elsewhere is not None:
        if record.pec == ENVELOPE:
            return _writer(elsewhere, "pec", "by_certified_reply_to", may_get_receipt=True)
        if is_ours(record.sender.address, mail.ours):
            return _writer(elsewhere, "email", "by_form_reply_to", may_get_receipt=True)
        if sign == "no_reply_sender":
            return _writer(elsewhere, "email", "by_reply_to_of_no_reply", may_get_receipt=True)
    facts: dict[str, Any] = {}
    if elsewhere is not None and normal("email", elsewhere.address) != normal("email", record.sender.address):
        facts["other_reply_to"] = True
    author = record.sender
    return _writer(author, "email", "by_sender", may_get_receipt=record.may_be_answered_automatically, facts=facts)


def customer_of(mail: Arrived, writer: Writer) -> Customer | None:
    """The customer of this address, added when unknown; None when there is no address."""
    if not writer.address:
        return None
    return find_or_add(
        mail.organisation,
        name=writer.name,
        identities=[(writer.sort, writer.address)],
        language=mail.record.language,
        actor=MACHINE,
        at=mail.at,
    )


def _usable(one: Address, mail: Arrived) -> bool:
    return bool(normal("email", one.address)) and not is_ours(one.address, mail.ours)


def _writer(
    one: Address, sort: str, why: str, *, may_get_receipt: bool, facts: dict[str, Any] | None = None
) -> Writer:
    address = normal("email", one.address)
    return Writer(one_line(one.name, 200), address, sort, why, facts or {}, may_get_receipt)

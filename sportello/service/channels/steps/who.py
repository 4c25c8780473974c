"""Step 3: who writes. The address in From, and only with a reason another one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actor import MACHINE
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.identities import normal
from sportello.records.customers.models import Customer, Identity
from sportello.records.customers.queries import by_identity
from sportello.service.channels.email.addresses import is_ours
from sportello.service.channels.mailkit.pec import ENVELOPE
from sportello.service.channels.mailkit.record import Address
from sportello.service.channels.models import FormSender

from .forms import customer_in_text
from .guarding import speaks_for_people
from .mail import Arrived

#: How a list that must write in its own name (DMARC) writes the author's: "Maria Popescu via Lista".
_VIA = re.compile(r"\s+(?:via|tramite|per conto di)\s+.{1,200}$", re.IGNORECASE)


@dataclass(frozen=True)
class Writer:
    """`address` is in normal form, where answers go; empty when there is none. `why` is the code kept as reason."""

    name: str
    address: str
    sort: str = "email"
    why: str = "by_sender"
    facts: dict[str, Any] = field(default_factory=dict)
    #: Why no program may answer them (code); empty: a receipt may go there (RFC 3834 section 2).
    untold: str = ""

    @property
    def may_get_receipt(self) -> bool:
        return not self.untold and bool(self.address)


def writer_of(mail: Arrived) -> Writer:
    """Whose words these are; worked out once a message."""
    known = mail.__dict__.get("_writer")
    if not isinstance(known, Writer):
        known = mail.__dict__["_writer"] = _writer_of(mail)
    return known


def _writer_of(mail: Arrived) -> Writer:
    """Reply-To is a wish of whoever wrote the header, so it decides only where From is certainly not the person: a
    form, a no-reply sender, a list that writes in its own name, the provider's address on a certified message. Else
    it is just noted.
    """
    record = mail.record
    elsewhere = next((one for one in record.reply_to if _usable(one, mail)), None)
    sign = record.machine.code if record.machine else ""
    if record.pec == ENVELOPE and record.certified is not None:
        # whom the provider certifies, not where the message wishes answers to go (CAD art. 48)
        why = "by_certificate" if record.certified.is_readable and record.certified.sender else "by_envelope"
        untold = "" if record.may_be_answered_automatically else sign or "machine"
        return _writer(record.sender, "pec", why, untold=untold)
    form = _by_form(mail, elsewhere)
    if form is not None:
        return form
    if elsewhere is not None:
        if is_ours(record.sender.address, mail.ours):
            return _writer(elsewhere, "email", "by_form_reply_to")
        if sign == "no_reply_sender":
            return _writer(elsewhere, "email", "by_reply_to_of_no_reply")
        if sign == "list" and _VIA.search(record.sender.name):
            # the list wrote the header, so it is no wish of a stranger; but no program answers a list
            person = Address(elsewhere.name or _VIA.sub("", record.sender.name), elsewhere.address)
            return _writer(person, "email", "by_list_reply_to", untold=sign)
    facts: dict[str, Any] = {}
    if elsewhere is not None and normal("email", elsewhere.address) != normal("email", record.sender.address):
        facts["other_reply_to"] = True
    untold = "" if record.may_be_answered_automatically else sign or "machine"
    return _writer(record.sender, "email", "by_sender", facts=facts, untold=untold)


def _by_form(mail: Arrived, elsewhere: Address | None) -> Writer | None:
    """The customer a form speaks for; the form itself, whom nobody can tell anything, when it names none."""
    if not speaks_for_people(mail):
        return None
    rule = mail.form
    where = rule.customer_in if rule is not None else FormSender.CustomerIn.REPLY_TO
    facts = {"form_sender_id": rule.pk} if rule is not None else {}
    if where == FormSender.CustomerIn.BODY and rule is not None:
        person = customer_in_text(mail.record.text, rule)
        if person is not None and _usable(person, mail):
            return _writer(person, "email", "by_form_text", facts=facts)
    if where != FormSender.CustomerIn.NOBODY and elsewhere is not None:
        return _writer(elsewhere, "email", "by_form_reply_to", facts=facts)
    return _writer(mail.record.sender, "email", "by_form_itself", facts=facts, untold="form")


def known_customer(mail: Arrived, writer: Writer) -> Customer | None:
    """The customer of this address when it is known already; writes nothing."""
    found = identity_of(mail, writer)
    if found is not None and found.customer.merged_into_id is not None:
        return by_identity(mail.organisation, writer.sort, writer.address)
    return found.customer if found is not None else None


def identity_of(mail: Arrived, writer: Writer) -> Identity | None:
    """The address of who writes, where somebody has it."""
    return mail.batch.asked(_identities).get((writer.sort, writer.address)) if writer.address else None


def letters_arrive(mail: Arrived, writer: Writer) -> bool:
    """Whether none to the writer's address has come back for good."""
    known = mail.batch.asked(_identities)
    found = [known.get((sort, writer.address)) for sort in ("email", "pec")]
    return all(one is None or one.undeliverable_at is None for one in found)


def _identities(mails: list[Arrived]) -> dict[tuple[str, str], Identity]:
    writers = [writer_of(mail) for mail in mails]
    values = {one.address for one in writers if one.address}
    found = Identity.objects.filter(organisation=mails[0].organisation, sort__in=("email", "pec"), value__in=values)
    rows = found.select_related("customer").order_by("-pk") if values else ()
    return {(row.sort, row.value): row for row in rows}


def customer_of(mail: Arrived, writer: Writer, known: Customer | None) -> Customer | None:
    """The customer of this address, added when unknown; None when there is no address."""
    if not writer.address:
        return None
    if known is not None and not _completes(mail, writer, known):
        return known
    return find_or_add(
        mail.organisation,
        name=writer.name,
        identities=[(writer.sort, writer.address)],
        language=mail.record.language,
        actor=MACHINE,
        at=mail.at,
        is_stranger=known is None,
    )


def _completes(mail: Arrived, writer: Writer, known: Customer) -> bool:
    """Whether the message says something of its writer that nobody knew."""
    names = bool(writer.name) and "@" not in writer.name and (not known.name or "@" in known.name)
    return names or bool(mail.record.language and not known.language)


def _usable(one: Address, mail: Arrived) -> bool:
    return bool(normal("email", one.address)) and not is_ours(one.address, mail.ours)


def _writer(
    one: Address, sort: str, why: str, *, untold: str = "", facts: dict[str, Any] | None = None
) -> Writer:
    address = normal("email", one.address)
    return Writer(one_line(one.name, 200), address, sort, why, facts or {}, untold)

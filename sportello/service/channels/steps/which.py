"""Step 4: which ticket. Our random token proves it; a reference does only from someone who takes part.

A number in the subject proves nothing: at most, from the ticket's own customer, it hints at a relation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from sportello.foundation.core.text import fold
from sportello.records.customers.identities import normal
from sportello.records.customers.models import Customer
from sportello.records.tickets.models import Aside, Message, Participant, Ticket
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Mailbox
from sportello.service.channels.pec.binding import answered_by

from .mail import Arrived
from .who import Writer

_NUMBER = re.compile(r"\b(\d{4}-\d{7})\b")
_PREFIX = re.compile(r"^(?:(?:re|r|rif|i|fw|fwd|inoltra|aw|wg|sv|tr)\s*(?:\[\d+\])?\s*:\s*|\[[^\]]{1,40}\]\s*)+")
_WITH = ("entry__ticket__procedure", "aside")
#: How far back a customer's ticket with the same subject is perhaps the same matter.
RECENT = timedelta(days=90)
HINTS = 3
#: What left by our hand: to the customer, to an office.
OURS = (Message.Direction.OUT, Message.Direction.ASK)


@dataclass(frozen=True)
class Found:
    """A ticket and why: `by_token` or `by_reference`. `answered` is our message whose token came back."""

    ticket: Ticket
    why: str
    answered: Message | None = None

    @property
    def aside(self) -> Aside | None:
        """The conversation with an office that is answered; None: the customer's."""
        return self.answered.aside if self.answered is not None else None


def by_token(mail: Arrived) -> Found | None:
    """The ticket of the first token that is one of ours, in the order of trust of `find_tokens`."""
    found = tokens.find_tokens(mail.record, [mail.row.envelope_to])[:20]
    ours = _with_ticket(mail).filter(token__in=found, direction__in=OURS) if found else ()
    known = {message.token: message for message in ours}
    for token in found:
        if token in known:
            return Found(known[token].entry.ticket, "by_token", known[token])
    return None


def by_reference(mail: Arrived, writer: Writer, customer: Customer | None) -> Found | None:
    """The newest referred ticket in which the sender takes part; an office takes part in its own conversation only."""
    for message in _referred(mail):
        if message.aside is not None:
            if message.aside.address and key_of(message.aside.address) == key_of(writer.address):
                return Found(message.entry.ticket, "by_reference", message)
        elif _takes_part(mail, message.entry.ticket, writer, customer):
            return Found(message.entry.ticket, "by_reference")
    return None


def key_of(address: str) -> str:
    """Two spellings of an address are one."""
    return normal("email", address) or address.strip().lower()


def referred(mail: Arrived) -> list[Ticket]:
    """Tickets that hold a message this one refers to, newest reference first. Proves nothing by itself."""
    return list({message.entry.ticket_id: message.entry.ticket for message in _referred(mail)}.values())


def _referred(mail: Arrived) -> list[Message]:
    ids = [mail.record.in_reply_to, *reversed(mail.record.references)]
    wanted = [one[:500] for one in ids if one][:50]
    if not wanted:
        return []
    order = {one: place for place, one in reversed(list(enumerate(wanted)))}
    messages = sorted(_with_ticket(mail).filter(rfc_id__in=wanted)[:200], key=lambda one: (order[one.rfc_id], -one.pk))
    if mail.channel == Mailbox.Channel.PEC:
        messages += answered_by(mail.organisation, wanted)
    return messages


def perhaps(mail: Arrived, writer: Writer, customer: Customer | None) -> list[Ticket]:
    """Tickets a colleague should look at: referred to, or the customer's own with this number or subject."""
    found = {ticket.pk: ticket for ticket in referred(mail)}
    if customer is not None:
        for ticket in _own(mail, customer):
            found.setdefault(ticket.pk, ticket)
    return list(found.values())[:HINTS]


def too_late(ticket: Ticket, mail: Arrived) -> bool:
    """Whether it was closed longer ago than its procedure lets it reopen."""
    closed_at = ticket.closed_at
    return closed_at is not None and mail.at > closed_at + timedelta(days=ticket.procedure.reopen_days)


def same_subject(one: str, other: str) -> bool:
    """Whether two subjects are one but for "Re:" and what is in brackets before or behind."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _own(mail: Arrived, customer: Customer) -> list[Ticket]:
    own = Ticket.objects.filter(organisation=mail.organisation, customer=customer)
    numbers = _NUMBER.findall(mail.record.subject)[:5]
    named = list(own.filter(number__in=numbers)) if numbers else []
    recent = own.filter(opened_at__gte=mail.at - RECENT).order_by("-opened_at")[:20]
    return named + [ticket for ticket in recent if same_subject(ticket.subject, mail.record.subject)]


def _bare(subject: str) -> str:
    bare = _PREFIX.sub("", fold(subject))
    return re.sub(r"\s*\[\d{4}-\d{7}\]$", "", bare).strip()


def _takes_part(mail: Arrived, ticket: Ticket, writer: Writer, customer: Customer | None) -> bool:
    if customer is not None and ticket.customer_id == customer.pk:
        return True
    takes_part = Participant.objects.filter(ticket=ticket, address=writer.address, since__lte=mail.at)
    return bool(writer.address) and takes_part.exists()


def _with_ticket(mail: Arrived) -> QuerySet[Message]:
    """Without the message this very mail became, when it is read again."""
    others = Message.objects.filter(organisation=mail.organisation).select_related(*_WITH)
    return others.exclude(pk=mail.row.message_id) if mail.row.message_id else others

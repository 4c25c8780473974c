"""Step 4: which ticket. Our random token proves it; a reference does only from someone who takes part.

A number in the subject proves nothing: at most, from the ticket's own customer, it hints at a relation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sportello.foundation.core.text import fold
from sportello.records.customers.identities import normal
from sportello.records.customers.models import Customer
from sportello.records.tickets import reopening
from sportello.records.tickets.models import Aside, Message, Participant, Ticket
from sportello.records.tickets.surviving import surviving, together
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Mailbox
from sportello.service.channels.pec.binding import answered_by

from .mail import Arrived
from .who import Writer, known_customer, writer_of

_NUMBER = re.compile(r"\b(\d{4}-\d{7})\b")
_PREFIX = re.compile(r"^(?:(?:re|r|rif|i|fw|fwd|inoltra|aw|wg|sv|tr)\s*(?:\[\d+\])?\s*:\s*|\[[^\]]{1,40}\]\s*)+")
_WITH = ("entry__ticket__procedure", "entry__ticket__organisation", "aside")
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
    """The ticket of the first token that is one of ours, in the order of trust of `find_tokens`; not the message this
    very mail became, when it is read again."""
    known = mail.batch.asked(_ours)
    for token in _tokens(mail):
        message = known.get(token)
        if message is not None and message.pk != mail.row.message_id:
            return Found(surviving(message.entry.ticket), "by_token", message)
    return None


def _tokens(mail: Arrived) -> list[str]:
    return tokens.find_tokens(mail.record, [mail.row.envelope_to])[:20]


def _ours(mails: list[Arrived]) -> dict[str, Message]:
    """Messages of ours whose token came back, each with its ticket."""
    found = {token for mail in mails for token in _tokens(mail)}
    rows = _with_ticket(mails).filter(token__in=found, direction__in=OURS) if found else ()
    return {message.token: message for message in rows}


def by_reference(mail: Arrived, writer: Writer, customer: Customer | None) -> Found | None:
    """The newest referred ticket in which the sender takes part; an office takes part in its own conversation only."""
    for message in _named(mail):
        ticket = surviving(message.entry.ticket)
        if message.aside is not None:
            if message.aside.address and key_of(message.aside.address) == key_of(writer.address):
                return Found(ticket, "by_reference", message)
        elif _takes_part(mail, ticket, writer, customer):
            return Found(ticket, "by_reference")
    return None


def key_of(address: str) -> str:
    """Two spellings of an address are one."""
    return normal("email", address) or address.strip().lower()


def referred(mail: Arrived) -> list[Ticket]:
    """Tickets that hold a message this one refers to, newest reference first. Proves nothing by itself."""
    found = {message.entry.ticket_id: message.entry.ticket for message in _named(mail)}
    return list({ticket.pk: ticket for ticket in map(surviving, found.values())}.values())


def _named(mail: Arrived) -> list[Message]:
    """Messages this one refers to, newest reference first."""
    wanted = _references(mail)
    if not wanted:
        return []
    order = {one: place for place, one in reversed(list(enumerate(wanted)))}
    named = [one for one in mail.batch.asked(_referred) if one.rfc_id in order and one.pk != mail.row.message_id]
    messages = sorted(named, key=lambda one: (order[one.rfc_id], -one.pk))
    if mail.channel == Mailbox.Channel.PEC:
        messages += answered_by(mail.organisation, wanted)
    return messages


def _references(mail: Arrived) -> list[str]:
    ids = [mail.record.in_reply_to, *reversed(mail.record.references)]
    return [one[:500] for one in ids if one][:50]


def _referred(mails: list[Arrived]) -> list[Message]:
    """Messages, theirs and ours, that one of these refers to, with their tickets; at most 200 for each. What our token
    joins is not asked about."""
    wanted = {one for mail in mails if by_token(mail) is None for one in _references(mail)}
    return list(_with_ticket(mails).filter(rfc_id__in=wanted)[: 200 * len(mails)]) if wanted else []


def perhaps(mail: Arrived, writer: Writer, customer: Customer | None) -> list[Ticket]:
    """Tickets a colleague should look at: referred to, or the customer's own with this number or subject."""
    found = {ticket.pk: ticket for ticket in referred(mail)}
    if customer is not None:
        for ticket in _own(mail, customer):
            found.setdefault(ticket.pk, ticket)
    return list(found.values())[:HINTS]


def too_late(ticket: Ticket, mail: Arrived) -> bool:
    """Whether it was closed longer ago than its procedure lets it reopen."""
    return reopening.is_too_late(ticket, mail.at)


def same_subject(one: str, other: str) -> bool:
    """Whether two subjects are one but for "Re:" and what is in brackets before or behind."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _own(mail: Arrived, customer: Customer) -> list[Ticket]:
    numbers = _NUMBER.findall(mail.record.subject)[:5]
    own = Ticket.objects.filter(organisation=mail.organisation, customer=customer)
    named = list(own.filter(number__in=numbers)) if numbers else []
    recent = mail.batch.asked(recent_subjects).get(mail.row.pk, [])
    alike = [pk for pk, subject in recent if same_subject(subject, mail.record.subject)]
    tickets = own.in_bulk(alike) if alike else {}
    return named + [tickets[pk] for pk in alike if pk in tickets]


_RECENT = """
SELECT asked.id, own.id, own.subject
FROM (VALUES {lines}) AS asked (id, organisation_id, customer_id, since)
CROSS JOIN LATERAL (
    SELECT ticket.id, ticket.subject, ticket.opened_at FROM tickets_ticket AS ticket
    WHERE ticket.customer_id = asked.customer_id AND ticket.organisation_id = asked.organisation_id
      AND ticket.opened_at >= asked.since
    ORDER BY ticket.opened_at DESC LIMIT 20
) AS own
ORDER BY asked.id, own.opened_at DESC
"""


def recent_subjects(mails: list[Arrived]) -> dict[int, list[tuple[int, str]]]:
    """The newest tickets of those of their writers who are known: (id, subject)."""
    values: list[Any] = []
    for mail in mails:
        customer = known_customer(mail, writer_of(mail))
        if customer is not None:
            values += [mail.row.pk, mail.organisation.pk, customer.pk, mail.at - RECENT]
    found: dict[int, list[tuple[int, str]]] = {}
    if not values:
        return found
    lines = ", ".join(["(%s::bigint, %s::bigint, %s::bigint, %s::timestamptz)"] * (len(values) // 4))
    with connection.cursor() as cursor:
        cursor.execute(_RECENT.format(lines=lines), values)
        for mail_id, ticket_id, subject in cursor.fetchall():
            found.setdefault(mail_id, []).append((ticket_id, subject))
    return found


def _bare(subject: str) -> str:
    bare = _PREFIX.sub("", fold(subject))
    return re.sub(r"\s*\[\d{4}-\d{7}\]$", "", bare).strip()


def _takes_part(mail: Arrived, ticket: Ticket, writer: Writer, customer: Customer | None) -> bool:
    if customer is not None and ticket.customer_id == customer.pk:
        return True
    if not writer.address:
        return False
    # who had a copy on a ticket that goes on here takes part here
    takes_part = Participant.objects.filter(ticket__in=together(ticket), address=writer.address, since__lte=mail.at)
    return takes_part.exists()


def _with_ticket(mails: list[Arrived]) -> QuerySet[Message]:
    return Message.objects.filter(organisation=mails[0].organisation).select_related(*_WITH)

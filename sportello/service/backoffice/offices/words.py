"""The letters to an office: what was chosen, and nothing else, in the organisation's first language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import identities_of
from sportello.records.tickets import codes, notice_words
from sportello.records.tickets.models import Message, Ticket

from ..models import Forwarding

_RULE = "-" * 60


def language_of(organisation: Organisation) -> str:
    return organisation.first_language


def question(
    ticket: Ticket, text: str, expected: str, chosen: Sequence[Message], customer: Customer | None
) -> str:
    """The first letter. `chosen` in their order; `customer` only where it was chosen to send who asks."""
    with translation.override(language_of(ticket.organisation)):
        parts = [
            text,
            _("We need your answer by %(day)s.") % {"day": expected},
            _("To answer, reply to this message. Our reference: %(number)s.") % {"number": ticket.number},
        ]
        if customer is not None:
            parts.append(_who(customer))
        parts += [_sent(ticket.organisation, message) for message in chosen]
        return "\n\n".join(part for part in parts if part)


def _who(customer: Customer) -> str:
    ways = ", ".join(one.shown or one.value for one in identities_of(customer) if one.undeliverable_at is None)
    return _("Who asks: %(name)s") % {"name": customer.name} + (f" ({ways})" if ways else "")


def _sent(organisation: Organisation, message: Message) -> str:
    when = notice_words.moment_words(organisation, message.entry.happened_at)
    who = _("What the customer wrote, %(when)s:") if message.is_incoming else _("What we wrote, %(when)s:")
    return f"{_RULE}\n{who % {'when': when}}\n\n{words_of(message)}"


def words_of(message: Message) -> str:
    """Of a message its own words: not what it quotes, not the signature, never the customer's access code."""
    return message.text.replace(codes.MARK, "")


def subject(ticket: Ticket, topic: str) -> str:
    return f"{topic} [{ticket.number}]"


def again(forwarding: Forwarding) -> str:
    """The subject of every later letter."""
    return f"Re: {forwarding.question.subject}"


def reminder(forwarding: Forwarding, *, late: bool) -> str:
    organisation = forwarding.ticket.organisation
    with translation.override(language_of(organisation)):
        day = notice_words.day_words(organisation, forwarding.expected_at)
        first = (
            _("We asked you for an answer by %(day)s and have not had it yet.")
            if late
            else _("We remind you that we need your answer by %(day)s.")
        )
        return "\n\n".join([first % {"day": day}, _reply(forwarding.ticket)])


def extended(forwarding: Forwarding, reason: str) -> str:
    organisation = forwarding.ticket.organisation
    with translation.override(language_of(organisation)):
        day = notice_words.day_words(organisation, forwarding.expected_at)
        said = _("You have more time: we now need your answer by %(day)s.") % {"day": day}
        return "\n\n".join([said, reason, _reply(forwarding.ticket)])


def recalled(forwarding: Forwarding, reason: str) -> str:
    with translation.override(language_of(forwarding.ticket.organisation)):
        return "\n\n".join([
            _("We no longer need your answer."),
            reason,
            _("Our reference: %(number)s.") % {"number": forwarding.ticket.number},
        ])


def _reply(ticket: Ticket) -> str:
    return _("To answer, reply to this message. Our reference: %(number)s.") % {"number": ticket.number}

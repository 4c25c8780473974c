"""The answer that solved it, as a colleague said; offered again where the same is asked (`seen.py`)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Message, Ticket

from ..models import Solution
from . import filing

#: Answers of a ticket that are offered to choose from, newest first.
OFFERED = 5


def answers(ticket: Ticket) -> list[Message]:
    """What colleagues wrote to the customer, newest first; no notices, no machines."""
    sent = Message.objects.filter(entry__ticket=ticket, direction="out", is_machine=False, notice_moment="")
    return list(sent.select_related("entry").order_by("-entry__position")[:OFFERED])


def mark(ticket: Ticket, position: int | None, member: Membership) -> Solution | None:
    """This answer solved it; None takes the mark away. Raises Refusal."""
    if filing.seal(ticket):
        raise Refusal(filing.said_disposed())
    with transaction.atomic():
        if position is None:
            Solution.objects.filter(ticket=ticket).delete()
            return None
        message = Message.objects.filter(entry__ticket=ticket, entry__position=position, direction="out").first()
        if message is None:
            raise Refusal(_("Choose an answer of this ticket."), field="position")
        found, _made = Solution.objects.update_or_create(
            ticket=ticket,
            defaults={"organisation": ticket.organisation, "message": message, "marked_by": member,
                      "marked_at": clock.now(ticket.organisation)},
        )  # fmt: skip
        record(ticket.organisation, "solution.marked", found, person(member.user_id), ticket_id=ticket.pk,
               message_id=message.pk)  # fmt: skip
    return found

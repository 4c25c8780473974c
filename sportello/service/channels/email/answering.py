"""What the composer must know before an answer leaves by mail: from which mailbox, how heavy it may be, which
addresses are our own, and whether mail to the person asking came back. One query for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Subquery

from sportello.foundation.core.questions import Question
from sportello.records.tickets.models import Ticket
from sportello.service.channels import recipients
from sportello.service.channels.models import Mailbox

from . import capacity, letters
from .addresses import addresses_of


@dataclass(frozen=True)
class Answering:
    """`mailbox` is None where there is none in use; `most_files` in bytes, of all files together."""

    mailbox: Mailbox | None
    most_files: int
    ours: frozenset[str]
    comes_back: bool


def answering(ticket: Ticket, address: str = "", channel: str = Mailbox.Channel.EMAIL) -> Answering:
    """How an answer written now on `ticket` to `address` would leave."""
    boxes: list[Any] = _BOXES.rows(
        str(channel), organisation_id=ticket.organisation_id, ticket_id=ticket.pk, address=address.strip().lower()
    )
    usable = [box for box in boxes if box.retired_at is None and box.channel == channel]
    mailbox = next((box for box in usable if box.pk == box.written_to), usable[0] if usable else None)
    return Answering(
        mailbox,
        capacity.most_for_files(mailbox),
        addresses_of(boxes),
        any(box.comes_back for box in boxes),
    )


_BOXES: Question[Mailbox] = Question(
    lambda channel, organisation_id, ticket_id, address: Mailbox.objects.filter(organisation=organisation_id)
    .select_related("learned")
    .annotate(
        written_to=Subquery(letters.came_in_on(ticket_id, channel).values("mailbox_id")[:1]),
        comes_back=Exists(recipients.undeliverable(organisation_id, address)),
    )
    .order_by("-is_default", "pk"),
    planned=True,
)

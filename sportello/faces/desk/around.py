"""What there is around a ticket at all: one statement that looks, so that its side asks only for what is there.

Nearly every ticket has no links, no complaint, no checklist, no letter; each of them was a question of its own.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sportello.foundation.core.questions import Question
from sportello.records.customers.models import Customer
from sportello.records.tickets.models import Contact, Link, Ticket, TicketMerge, TicketTag
from sportello.service.backoffice.models import (
    Approval,
    Checklist,
    Complaint,
    Document,
    FaultTicket,
    Forwarding,
    LetterDraft,
    UnknownCase,
)


@dataclass(frozen=True)
class Around:
    """Whether something of each sort is there; whose it is and who may see it is asked with it."""

    links: bool = True
    merges: bool = True
    tags: bool = True
    #: Of its customer: met without a ticket, or recorded twice.
    contacts: bool = True
    doubles: bool = True
    complaint: bool = True
    faults: bool = True
    documents: bool = True
    drafts: bool = True
    forwardings: bool = True
    approvals: bool = True
    checklists: bool = True
    cases: bool = True


def look(ticket: Ticket) -> Around:
    return Around(*_LOOK.tuples(ticket_id=ticket.pk)[0])


def _look(ticket_id: int) -> QuerySet[Ticket, Any]:
    own, theirs = {"ticket": OuterRef("pk")}, {"customer": OuterRef("customer")}
    each = Around(
        *(Exists(found) for found in (
            Link.objects.filter(Q(ticket=OuterRef("pk")) | Q(other=OuterRef("pk"))),
            TicketMerge.objects.filter(kept=OuterRef("pk"), undone_at__isnull=True),
            TicketTag.objects.filter(**own),
            Contact.objects.filter(**theirs),
            Customer.objects.filter(merged_into=OuterRef("customer")),
            Complaint.objects.filter(**own),
            FaultTicket.objects.filter(**own, taken_off_at__isnull=True),
            Document.objects.filter(**own),
            LetterDraft.objects.filter(**own),
            Forwarding.objects.filter(**own),
            Approval.objects.filter(**own),
            Checklist.objects.filter(**own),
            UnknownCase.objects.filter(**own),
        ))
    )  # fmt: skip
    return Ticket.objects.filter(pk=ticket_id).values_list(*astuple(each))


_LOOK: Question[Ticket] = Question(_look, planned=True)

"""What there is around a ticket at all: one statement that looks, so that its side asks only for what is there.

Nearly every ticket has no links, no complaint, no checklist, no letter; each of them was a question of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
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
    each = {
        "links": Link.objects.filter(Q(ticket=OuterRef("pk")) | Q(other=OuterRef("pk"))),
        "merges": TicketMerge.objects.filter(kept=OuterRef("pk"), undone_at__isnull=True),
        "tags": TicketTag.objects.filter(**own),
        "contacts": Contact.objects.filter(**theirs),
        "doubles": Customer.objects.filter(merged_into=OuterRef("customer")),
        "complaint": Complaint.objects.filter(**own),
        "faults": FaultTicket.objects.filter(**own, taken_off_at__isnull=True),
        "documents": Document.objects.filter(**own),
        "drafts": LetterDraft.objects.filter(**own),
        "forwardings": Forwarding.objects.filter(**own),
        "approvals": Approval.objects.filter(**own),
        "checklists": Checklist.objects.filter(**own),
        "cases": UnknownCase.objects.filter(**own),
    }
    return Ticket.objects.filter(pk=ticket_id).values_list(*(Exists(each[one.name]) for one in fields(Around)))


_LOOK: Question[Ticket] = Question(_look, planned=True)

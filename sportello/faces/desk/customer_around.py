"""What there is around a customer at all, for their card: as `around.py` for a ticket."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sportello.foundation.core.questions import Question
from sportello.records.customers.models import (
    Consent,
    Customer,
    CustomerNote,
    Merge,
    Proposal,
    Relation,
    SideSource,
)


@dataclass(frozen=True)
class CustomerAround:
    """Whether something of each sort is there, on this very record."""

    relations: bool = True
    notes: bool = True
    consents: bool = True
    merges: bool = True
    #: Proposed as the same customer as another.
    alike: bool = True
    #: Other systems the organisation asks.
    sides: bool = True


def look(customer: Customer) -> CustomerAround:
    return CustomerAround(*_LOOK.tuples(customer_id=customer.pk)[0])


def _look(customer_id: int) -> QuerySet[Customer, Any]:
    own = {"customer": OuterRef("pk")}
    each = {
        "relations": Relation.objects.filter(Q(customer=OuterRef("pk")) | Q(other=OuterRef("pk"))),
        "notes": CustomerNote.objects.filter(**own),
        "consents": Consent.objects.filter(**own),
        "merges": Merge.objects.filter(kept=OuterRef("pk"), undone_at__isnull=True),
        "alike": Proposal.objects.filter(Q(one=OuterRef("pk")) | Q(other=OuterRef("pk")), settled=""),
        "sides": SideSource.objects.filter(organisation=OuterRef("organisation"), is_on=True),
    }
    found = (Exists(each[one.name]) for one in fields(CustomerAround))
    return Customer.objects.filter(pk=customer_id).values_list(*found)


_LOOK: Question[Customer] = Question(_look, planned=True)

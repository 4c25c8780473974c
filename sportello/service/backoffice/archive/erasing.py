"""An erasure ordered by law, in the back office: documents, complaints, the mark of a solution, packages."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.journal.reader import Read
from sportello.records.customers.models import Erasure
from sportello.records.customers.queries import together
from sportello.records.tickets.models import Ticket

from ..models import Solution
from . import packages, reach

_AT_ONCE = 100


def erase_papers(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat and to be cut anywhere."""
    erasure = Erasure.objects.select_related("organisation", "customer").get(pk=event.payload["erasure_id"])
    with override(erasure.organisation.first_language):
        said = _("[erased by order of law]")
    theirs, last = Ticket.objects.filter(customer__in=together(erasure.customer)).order_by("pk"), 0
    for _batch in range(1_000):
        found = list(theirs.filter(pk__gt=last)[:_AT_ONCE])
        if not found:
            return
        last = found[-1].pk
        for ticket in found:
            with transaction.atomic():
                Ticket.objects.select_for_update(no_key=True).values_list("pk").get(pk=ticket.pk)
                reach.empty(ticket, said, files_after=timedelta(0))
                packages.let_go_with([ticket.pk])
                Solution.objects.filter(ticket=ticket).delete()

"""Two records of a customer come apart again: what was opened meanwhile from an address of the one goes back to it."""

from __future__ import annotations

from django.db.models import Q

from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.journal.reader import Read
from sportello.records.customers.models import Customer, Identity, Merge
from sportello.records.customers.queries import surviving, together

from ..models import Participant, Ticket, TicketMerge
from . import merging
from .change import changing

_AT_ONCE = 200


def give_back(event: Read) -> None:
    """A durable reaction to `customer.parted`: tickets of the merge's time whose requester wrote from an address of
    the record that stands alone again. Safe to repeat: what went back is not found any more."""
    made = Merge.objects.select_related("merged", "kept__merged_into").filter(pk=event.payload["merge_id"]).first()
    if made is None or made.undone_at is None:
        return
    theirs = Customer.objects.get(pk=made.merged_id)
    if surviving(theirs).pk != theirs.pk:
        return  # merged again meanwhile
    addresses = Identity.objects.filter(customer__in=together(theirs), sort__in=("email", "pec")).values("value")
    strayed = Ticket.objects.filter(
        customer__in=together(surviving(made.kept)), opened_at__gte=made.merged_at, opened_at__lte=made.undone_at,
        pk__in=Participant.objects.filter(
            organisation=made.organisation_id, role=Participant.Role.REQUESTER, address__in=addresses
        ).values("ticket"),
    )
    for ticket in strayed.order_by("pk")[:_AT_ONCE]:
        with changing(ticket, SYSTEM) as change:
            change.ticket.customer = theirs
            Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER, address__in=addresses).update(
                customer=theirs)
            change.because("customer", "parted", merge_id=made.pk)
            change.tell("ticket.customer_changed", customer_id=theirs.pk)
    _part_tickets(made, theirs)


def _part_tickets(made: Merge, theirs: Customer) -> None:
    """Tickets merged while the two were one: each would now read the other's words. The later merge first."""
    one, other = together(theirs), together(surviving(made.kept))
    across = Q(merged__customer__in=one, kept__customer__in=other)
    across |= Q(merged__customer__in=other, kept__customer__in=one)
    for row in TicketMerge.objects.filter(across, undone_at__isnull=True).order_by("-pk")[:_AT_ONCE]:
        merging.part(row, by=None)

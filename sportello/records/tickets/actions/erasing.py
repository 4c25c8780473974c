"""What an erased customer wrote and was told, on every ticket of theirs: the words go, the ticket stays and counts.

In their place stands a tombstone, so that nobody takes an emptied message for one that never was.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer, Erasure
from sportello.records.customers.queries import together

from ..models import Entry, Ticket
from .emptying import empty_entries, empty_words

_AT_ONCE = 100


def open_tickets(customer: Customer) -> str:
    """A reason to keep: what is still being handled for them (GDPR art. 17(3)(b))."""
    if Ticket.objects.filter(customer__in=together(customer)).open().exists():
        return _("There are open tickets of this customer: close them first.")
    return ""


def erase_words(event: Read) -> None:
    """A durable reaction to `customer.erased`; safe to repeat."""
    rows = Erasure.objects.select_related("organisation", "customer")
    tombstone = rows.filter(pk=event.payload["erasure_id"]).first()
    if tombstone is None or tombstone.done_at is not None:
        return
    organisation = tombstone.organisation
    with override(organisation.first_language):
        said = _("[erased by order of law]")
    counts = {"tickets": 0, "messages": 0, "files": 0}
    last = 0
    for _batch in range(1_000):
        ids = list(Ticket.objects.filter(customer__in=together(tombstone.customer), pk__gt=last)
                   .order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
        if not ids:
            break
        last = ids[-1]
        for ticket_id in ids:
            messages, files = _empty(ticket_id, said)
            counts["tickets"] += 1
            counts["messages"] += messages
            counts["files"] += files
    messages, files = _empty_strays(together(tombstone.customer), said)
    counts["messages"] += messages
    counts["files"] += files
    Erasure.objects.filter(pk=tombstone.pk).update(done_at=clock.now(organisation), counts=tombstone.counts | counts)


def _empty(ticket_id: int, said: str) -> tuple[int, int]:
    with transaction.atomic():
        Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id)
        emptied = empty_words(ticket_id, said)
    return emptied.messages, emptied.files


def _empty_strays(customer_ids: Iterable[int], said: str) -> tuple[int, int]:
    """What stood on their tickets, or was written by them, and was moved to a ticket of somebody else."""
    theirs = Q(came_from__customer__in=customer_ids) | Q(by_customer__in=customer_ids, came_from__isnull=False)
    with transaction.atomic():
        strays = Entry.objects.filter(theirs).exclude(ticket__customer__in=customer_ids)
        emptied = empty_entries(strays, said)
    return emptied.messages, emptied.files

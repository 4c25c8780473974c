"""What an erased customer wrote and was told, on every ticket of theirs: the words go, the ticket stays and counts.

In their place stands a tombstone, so that nobody takes an emptied message for one that never was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from django.db import transaction
from django.db.models import ForeignObjectRel, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.files import store
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer, Erasure
from sportello.records.customers.queries import together

from ..models import (
    AccessCode,
    Attachment,
    Closure,
    ContactEntry,
    Entry,
    Message,
    Note,
    Participant,
    Recipient,
    SearchRow,
    Snooze,
    Ticket,
    TicketEvent,
    TicketMerge,
)

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
        Ticket.objects.filter(pk=ticket_id).update(subject=said)
        messages, blobs = _empty_entries(Entry.objects.filter(ticket=ticket_id), said)
        Closure.objects.filter(ticket=ticket_id).update(reason=said)
        Participant.objects.filter(ticket=ticket_id).delete()
        AccessCode.objects.filter(ticket=ticket_id).delete()
        TicketMerge.objects.filter(Q(merged=ticket_id) | Q(kept=ticket_id)).exclude(reason="").update(reason=said)
        Snooze.objects.filter(ticket=ticket_id).exclude(reason="").update(reason=said)
        SearchRow.objects.filter(ticket=ticket_id).delete()
        for blob in blobs:
            drop_blob(blob)
    return messages, len(blobs)


def _empty_strays(customer_ids: Iterable[int], said: str) -> tuple[int, int]:
    """What stood on their tickets, or was written by them, and was moved to a ticket of somebody else."""
    theirs = Q(came_from__customer__in=customer_ids) | Q(by_customer__in=customer_ids, came_from__isnull=False)
    with transaction.atomic():
        strays = Entry.objects.filter(theirs).exclude(ticket__customer__in=customer_ids)
        messages, blobs = _empty_entries(strays, said)
        for blob in blobs:
            drop_blob(blob)
    return messages, len(blobs)


def _empty_entries(entries: QuerySet[Entry], said: str) -> tuple[int, list[Blob]]:
    """How many messages there were, and the files nothing of these points at any more."""
    of = {"entry__in": entries.values("pk")}
    Recipient.objects.filter(message__entry__in=entries.values("pk")).update(name="", address=said[:320])
    messages = Message.objects.filter(**of).update(
        subject="", text=said, quoted="", signature="", html="", sender_name="", sender_address="", rfc_id="")
    Note.objects.filter(**of).update(text=said)
    ContactEntry.objects.filter(**of).update(summary=said)
    TicketEvent.objects.filter(**of).exclude(reason="").update(reason=said)
    SearchRow.objects.filter(**of).delete()
    blobs = list(Blob.objects.filter(pk__in=Attachment.objects.filter(**of).values("blob")))
    Attachment.objects.filter(**of).delete()
    return messages, blobs


def drop_blob(blob: Blob) -> None:
    """The bytes go when nothing else counts on them; after the commit, so that a failure keeps both."""
    used = any(
        relation.related_model._default_manager.filter(**{relation.field.name: blob.pk}).exists()
        # those without a name of their own too: most rooms point at a file that way
        for relation in Blob._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
    )
    if used:
        return
    path = store.path_of(blob.organisation_id, blob.sha256)
    blob.delete()

    def gone() -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

    transaction.on_commit(gone)

"""What an erased customer wrote and was told, on every ticket of theirs: the words go, the ticket stays and counts.

In their place stands a tombstone, so that nobody takes an emptied message for one that never was.
"""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.db.models import ForeignObjectRel
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
    Message,
    Note,
    Participant,
    Recipient,
    SearchRow,
    Ticket,
    TicketEvent,
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
    Erasure.objects.filter(pk=tombstone.pk).update(done_at=clock.now(organisation), counts=tombstone.counts | counts)


def _empty(ticket_id: int, said: str) -> tuple[int, int]:
    entries = {"entry__ticket": ticket_id}
    with transaction.atomic():
        Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id)
        Ticket.objects.filter(pk=ticket_id).update(subject=said)
        Recipient.objects.filter(message__entry__ticket=ticket_id).update(name="", address=said[:320])
        messages = Message.objects.filter(**entries).update(
            subject="", text=said, quoted="", signature="", html="", sender_name="", sender_address="", rfc_id="")
        Note.objects.filter(**entries).update(text=said)
        ContactEntry.objects.filter(**entries).update(summary=said)
        TicketEvent.objects.filter(**entries).exclude(reason="").update(reason=said)
        Closure.objects.filter(ticket=ticket_id).update(reason=said)
        Participant.objects.filter(ticket=ticket_id).delete()
        AccessCode.objects.filter(ticket=ticket_id).delete()
        SearchRow.objects.filter(ticket=ticket_id).delete()
        blobs = list(Blob.objects.filter(pk__in=Attachment.objects.filter(**entries).values("blob")))
        Attachment.objects.filter(**entries).delete()
        for blob in blobs:
            drop_blob(blob)
    return messages, len(blobs)


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

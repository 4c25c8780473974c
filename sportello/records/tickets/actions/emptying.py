"""Taking the words out of a ticket: by an erasure ordered by law, or by an approved disposal.

The ticket, its entries, dates, states and whoever worked on it stay and count; what somebody wrote, what was written
about them, their addresses and their files go. In place of the words stands a sentence that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from sportello.foundation.files.dropping import drop
from sportello.foundation.files.models import Blob

from ..models import (
    AccessCode,
    Attachment,
    Closure,
    Contact,
    ContactDelegate,
    ContactEntry,
    Entry,
    Extension,
    ImportedTicket,
    Message,
    Note,
    Notice,
    Participant,
    Recipient,
    SearchRow,
    ServicePause,
    Snooze,
    StatedReason,
    Suspension,
    Ticket,
    TicketEvent,
    TicketMerge,
)


@dataclass(frozen=True)
class Emptied:
    messages: int
    notes: int
    files: int


def empty_words(ticket_id: int, said: str, *, files_after: timedelta = timedelta(0)) -> Emptied:
    """Call it in a transaction that holds the ticket. `said` stands where words were; files go after `files_after`."""
    of_ticket = {"ticket": ticket_id}
    emptied = empty_entries(Entry.objects.filter(ticket=ticket_id), said, files_after=files_after)
    Ticket.objects.filter(pk=ticket_id).update(subject=said[:300])
    Closure.objects.filter(**of_ticket).update(reason=said)
    StatedReason.objects.filter(**of_ticket).update(text=said)
    Suspension.objects.filter(**of_ticket).update(reason=said, document="", end_reason="", end_document="")
    Extension.objects.filter(**of_ticket).update(reason=said, document="")
    ServicePause.objects.filter(**of_ticket).update(reason="", document="")
    Notice.objects.filter(**of_ticket).update(proof="", party_name="")
    TicketMerge.objects.filter(Q(merged=ticket_id) | Q(kept=ticket_id)).exclude(reason="").update(reason=said)
    Snooze.objects.filter(**of_ticket).exclude(reason="").update(reason=said)
    # each reference once: no two of them may become the same
    number = Concat(Value("#"), Cast(F("pk"), CharField()))
    ImportedTicket.objects.filter(**of_ticket).update(reference=number)
    Participant.objects.filter(**of_ticket).delete()
    AccessCode.objects.filter(**of_ticket).delete()
    SearchRow.objects.filter(**of_ticket).delete()
    return emptied


def empty_entries(entries: QuerySet[Entry], said: str, *, files_after: timedelta = timedelta(0)) -> Emptied:
    """The words and files of these entries, wherever they stand by now. In a transaction."""
    of_entry = {"entry__in": entries.values("pk")}
    Recipient.objects.filter(message__entry__in=entries.values("pk")).update(name="", address=said[:320])
    messages = Message.objects.filter(**of_entry).update(
        subject="", text=said, quoted="", signature="", html="", sender_name="", sender_address="", rfc_id=""
    )
    notes = Note.objects.filter(**of_entry).update(text=said)
    ContactEntry.objects.filter(**of_entry).update(summary=said)
    TicketEvent.objects.filter(**of_entry).exclude(reason="").update(reason=said)
    SearchRow.objects.filter(**of_entry).delete()
    return Emptied(messages, notes, _let_go(Attachment.objects.filter(**of_entry), files_after))


def _let_go(attachments: QuerySet[Attachment], after: timedelta) -> int:
    blobs = list(Blob.objects.filter(pk__in=attachments.values("blob")))
    attachments.delete()
    for blob in blobs:
        drop(blob, after=after)
    return len(blobs)


def forget_who(ticket_id: int) -> None:
    """That this customer asked it is forgotten too: ticket, entries and contacts stay, and name nobody from outside.

    A contact that served another ticket as well keeps its customer: it is still told there.
    """
    Message.objects.filter(entry__ticket=ticket_id).update(token="")
    Entry.objects.filter(ticket=ticket_id).update(by_customer=None)
    Ticket.objects.filter(pk=ticket_id).update(customer=None)
    mine = Contact.objects.filter(entries__entry__ticket=ticket_id)
    elsewhere = Contact.objects.filter(entries__entry__ticket__customer__isnull=False)
    shared = elsewhere.filter(pk__in=mine.values("pk"))
    only = list(mine.exclude(pk__in=shared.values("pk")).values_list("pk", flat=True))
    ContactDelegate.objects.filter(contact__in=only).delete()
    Contact.objects.filter(pk__in=only).update(customer=None)

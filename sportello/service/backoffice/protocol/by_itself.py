"""What is registered without being asked, as the kind's setting says. A durable reaction: twice is once."""

from __future__ import annotations

from typing import Final

from sportello.foundation.journal.reader import Read
from sportello.records.tickets.models import Attachment, Entry, Message
from sportello.service.channels.models import Dispatch

from ..models import KindProtocol, ProtocolEntry
from .matter import of_message
from .registering import register, settings_of

VERBS: Final = frozenset({"message.received", "message.written", "dispatch.sent"})
_WITH = ("entry__ticket__organisation", "entry__ticket__customer", "entry__ticket__kind")


def follow(event: Read) -> None:
    message = _message(event)
    if message is None or message.is_machine or message.notice_moment:
        return
    ticket = message.entry.ticket
    if settings_of(ticket.organisation) is None:
        return
    setting = KindProtocol.objects.filter(kind=ticket.kind_id).first()
    if setting is None or not (_wants_in(setting, message) if message.is_incoming else _wants_out(setting, message)):
        return
    register(ticket, of_message(message), None, message=message)


def _message(event: Read) -> Message | None:
    """The message an event speaks of. What leaves by a channel counts when it left, what is read on the follow-up page
    when it was written."""
    if event.verb == "dispatch.sent":
        found = Dispatch.objects.filter(pk=event.subject_id).values_list("message_id", flat=True).first()
    elif event.verb == "message.written" and event.payload.get("channel") != "portal":
        return None
    else:
        found = event.payload.get("message_id")
    return Message.objects.select_related(*_WITH).filter(pk=found).first() if found else None


def _wants_in(setting: KindProtocol, message: Message) -> bool:
    if setting.incoming == KindProtocol.Incoming.FIRST:
        first = Entry.objects.filter(ticket=message.entry.ticket_id, kind=Entry.Kind.MESSAGE).order_by("position")
        return first.values_list("pk", flat=True).first() == message.entry_id
    return setting.incoming == KindProtocol.Incoming.ALL


def _wants_out(setting: KindProtocol, message: Message) -> bool:
    """A reply that only carries a letter already registered is not a second entry."""
    if setting.outgoing != KindProtocol.Outgoing.ALL:
        return False
    digests = Attachment.objects.filter(entry=message.entry_id).values("blob__sha256")
    known = ProtocolEntry.objects.filter(ticket=message.entry.ticket_id, annulled_at__isnull=True)
    return not known.filter(document__isnull=False, digest__in=digests).exists()

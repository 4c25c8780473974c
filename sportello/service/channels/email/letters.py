"""An outgoing message of a ticket as a letter: which mailbox it leaves from, its thread, its bytes.

Notes are not looked at anywhere here. The same message written twice is the same to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from sportello.foundation.files.actions import read
from sportello.records.tickets import codes
from sportello.records.tickets.models import Entry, Message, Recipient
from sportello.service.channels.mailkit import compose, tokens, wire
from sportello.service.channels.mailkit.compose import OutgoingFile, OutgoingMail
from sportello.service.channels.models import IncomingMail, Mailbox

#: Ids of the thread that are looked up; compose writes fewer.
_THREAD = 100


@dataclass(frozen=True)
class Letter:
    """`envelope_from` carries the token too, so that a report finds its way without naming the message."""

    raw: bytes
    rfc_id: str
    subject: str
    envelope_from: str
    utf8: bool


def mailbox_for(message: Message) -> Mailbox | None:
    """The mailbox the ticket's customer last wrote to before this message, else the organisation's default, else
    any in use; None when there is none. The same for every attempt."""
    mail = _incoming_before(message)
    answering: Mailbox | None = mail.mailbox if mail is not None else None
    if answering is not None and answering.retired_at is None:
        return answering
    in_use = Mailbox.objects.filter(organisation=message.organisation_id, retired_at__isnull=True)
    return in_use.order_by("-is_default", "pk").first()


def write(message: Message, mailbox: Mailbox) -> Letter:
    """The bytes of `message` as they leave from `mailbox`. Raises BadMail when an address cannot be written."""
    ticket = message.entry.ticket
    domain = mailbox.address.rpartition("@")[2]
    rfc_id = tokens.message_id(message.token, domain)
    if message.rfc_id != rfc_id:
        message.rfc_id = rfc_id
        Message.objects.filter(pk=message.pk).update(rfc_id=rfc_id)
    people = list(Recipient.objects.filter(message=message).order_by("pk"))
    thread = _thread(message)
    incoming = _incoming_before(message)
    reply_to = tokens.reply_address(mailbox.address, message.token)
    mail = OutgoingMail(
        from_=(mailbox.shown_name, mailbox.address),
        to=tuple((one.name, one.address) for one in people if one.role == Recipient.Role.TO),
        cc=tuple((one.name, one.address) for one in people if one.role == Recipient.Role.CC),
        reply_to=(mailbox.shown_name, reply_to),
        subject=message.subject or ticket.subject,
        text=codes.filled(ticket, message),
        message_id=rfc_id,
        date=message.entry.happened_at,
        in_reply_to=next((one for one, direction in reversed(thread) if direction == Message.Direction.IN), ""),
        references=tuple(one for one, _direction in thread),
        attachments=_files(message.entry),
        auto_submitted=_automatic(message),
        language=message.language,
        loop_marks=_loop_marks(incoming),
    )
    return Letter(
        raw=compose.compose(mail),
        rfc_id=rfc_id,
        subject=mail.subject,
        envelope_from=on_the_wire(reply_to),
        utf8=compose.needs_smtputf8(mail),
    )


def on_the_wire(address: str) -> str:
    """`address` as an SMTP command carries it, its domain in ASCII. Raises BadMail when it cannot be."""
    return wire.wire_address(address)


def _thread(message: Message) -> list[tuple[str, str]]:
    """(Message-ID, direction) of what was said with the customer before, oldest first; machines left out."""
    before = Message.objects.filter(
        entry__ticket=message.entry.ticket_id,
        entry__position__lt=message.entry.position,
        entry__visibility=Entry.Visibility.PUBLIC,
    ).exclude(rfc_id="")
    said = before.exclude(direction=Message.Direction.IN, is_machine=True).order_by("-entry__position")
    return list(said.values_list("rfc_id", "direction")[:_THREAD])[::-1]


def _incoming_before(message: Message) -> IncomingMail | None:
    return (
        IncomingMail.objects.filter(
            message__entry__ticket=message.entry.ticket_id,
            message__entry__position__lt=message.entry.position,
            message__direction=Message.Direction.IN,
        )
        .select_related("mailbox")
        .order_by("-message__entry__position", "pk")
        .first()
    )


def _loop_marks(mail: IncomingMail | None) -> tuple[str, ...]:
    """Marks of the message that caused this one, so that two desks that answer each other can count."""
    marks = mail.cause_facts.get("loop_marks", ()) if mail is not None else ()
    return tuple(str(mark) for mark in marks)


def _automatic(message: Message) -> str:
    """RFC 3834: a receipt replies to what somebody sent; the other notices come by themselves."""
    if not message.notice_moment:
        return ""
    return "auto-replied" if message.notice_moment == "receipt" else "auto-generated"


def _files(entry: Entry) -> tuple[OutgoingFile, ...]:
    return tuple(
        OutgoingFile(file.filename, file.blob.content_type, read(file.blob))
        for file in entry.attachments.select_related("blob").order_by("pk")
    )

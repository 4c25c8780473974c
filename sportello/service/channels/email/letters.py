"""An outgoing message of a ticket as a letter: which mailbox it leaves from, its thread, its bytes.

Notes are not looked at anywhere here. The same message written twice is the same to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from sportello.foundation.files.actions import read
from sportello.records.tickets import codes
from sportello.records.tickets.models import Entry, Message, Recipient
from sportello.service.channels.mailkit import compose, marks, tokens, wire
from sportello.service.channels.mailkit.compose import OutgoingFile, OutgoingMail
from sportello.service.channels.models import IncomingMail, Mailbox

#: What came to us: of two sides, the one a letter answers.
_THEIRS = (Message.Direction.IN, Message.Direction.TOLD)
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
    if answering is not None and answering.retired_at is None and answering.channel == message.channel:
        return answering
    in_use = Mailbox.objects.filter(
        organisation=message.organisation_id, retired_at__isnull=True, channel=message.channel
    )
    return in_use.order_by("-is_default", "pk").first()


def came_in_on(ticket_id: int, channel: str) -> QuerySet[IncomingMail]:
    """What came in on a ticket by `channel`, newest first."""
    mail = IncomingMail.objects.filter(
        message__entry__ticket=ticket_id, message__direction=Message.Direction.IN, mailbox__channel=channel
    )
    return mail.order_by("-message__entry__position", "pk")


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
    incoming = _incoming_before(message) if message.aside_id is None else None
    reply_to = _reply_address(mailbox, message)
    files, pictures = _files(message)
    text, signature = codes.filled(ticket, message), _signature(message, mailbox)
    mail = OutgoingMail(
        from_=(mailbox.shown_name, mailbox.address),
        to=tuple((one.name, one.address) for one in people if one.role == Recipient.Role.TO),
        cc=tuple((one.name, one.address) for one in people if one.role == Recipient.Role.CC),
        reply_to=(mailbox.shown_name, reply_to),
        subject=message.subject or ticket.subject,
        text=marks.as_text(text, signature, message.quoted),
        html=marks.as_html(text, signature, message.quoted, language=message.language, pictures=pictures),
        message_id=rfc_id,
        date=message.entry.happened_at,
        in_reply_to=next((one for one, direction in reversed(thread) if direction in _THEIRS), ""),
        references=tuple(one for one, _direction in thread),
        attachments=files,
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
    """(Message-ID, direction) of what was said with the customer before, oldest first; machines left out. A letter to
    an office names only what was said with that office: not even the ids of anything else leave with it."""
    if message.aside_id is not None:
        told = Message.objects.filter(aside=message.aside_id, pk__lt=message.pk).exclude(rfc_id="").order_by("-pk")
        return list(told.values_list("rfc_id", "direction")[:_THREAD])[::-1]
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
        return "auto-generated" if message.is_machine else ""
    return "auto-replied" if message.notice_moment == "receipt" else "auto-generated"


def _reply_address(mailbox: Mailbox, message: Message) -> str:
    """Where replies and reports to this message go, in the form the mailbox's provider delivers."""
    # a PEC provider has no addresses behind a plus, and takes mail of the box's own address only
    if mailbox.reply_form == Mailbox.ReplyForm.NONE or mailbox.channel == Mailbox.Channel.PEC:
        return mailbox.address
    address = mailbox.address
    if mailbox.reply_form == Mailbox.ReplyForm.DOMAIN and mailbox.reply_domain:
        address = f"{address.rpartition('@')[0]}@{mailbox.reply_domain}"
    return tokens.reply_address(address, message.token)


def _signature(message: Message, mailbox: Mailbox) -> str:
    """What stands under every answer of a person, in the language of the message; a notice signs itself."""
    if message.notice_moment or message.is_machine:
        return ""
    signature = mailbox.signatures.get(message.language, "")
    return signature if isinstance(signature, str) else ""


def _files(message: Message) -> tuple[tuple[OutgoingFile, ...], dict[str, str]]:
    """The files of the message, and the content id of each picture its text shows."""
    asked = set(marks.pictures_named(message.text))
    files: list[OutgoingFile] = []
    pictures: dict[str, str] = {}
    for number, file in enumerate(message.entry.attachments.select_related("blob").order_by("pk"), 1):
        kind = file.blob.content_type
        shown = file.filename in asked and file.filename not in pictures and kind.startswith("image/")
        # made of our random token, not of the file: the same picture in two letters must not tell that it is the same
        content_id = f"{message.token}.{number}@sportello" if shown else ""
        if shown:
            pictures[file.filename] = content_id
        files.append(OutgoingFile(file.filename, kind, read(file.blob), content_id, shown))
    return tuple(files), pictures

"""Putting words on a timeline: the rows an entry consists of. Called inside a change; nothing here decides."""

from __future__ import annotations

from collections.abc import Iterable

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.core.together import add, add_all
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer

from ..models import Attachment, Contact, ContactEntry, Entry, Message, Recipient
from ..words import File, Words
from .change import Change


def put_words(change: Change, words: Words, *, channel: str, customer: Customer | None) -> Entry:
    """An incoming message as an entry. Machine words wait for nobody."""
    entry = change.entry(Entry.Kind.MESSAGE, Entry.Visibility.PUBLIC, customer=customer)
    if not words.is_machine:
        change.ticket.last_public_position = entry.position
    organisation_id = entry.organisation_id
    message = Message(
        organisation_id=organisation_id,
        entry=entry,
        direction=Message.Direction.IN,
        channel=channel,
        subject=one_line(words.subject, 500),
        text=clean(words.text),
        quoted=clean(words.quoted),
        signature=clean(words.signature),
        html=words.html,
        language=words.language[:10],
        sender_name=one_line(words.sender_name, 300),
        sender_address=one_line(words.sender_address, 320),
        rfc_id=words.rfc_id[:500],
        is_machine=words.is_machine,
    )
    add(message)
    put_recipients(message, words.recipients)
    put_files(entry, words.files)
    payload = {"message_id": message.pk, "entry_id": entry.pk, "channel": channel, "machine": words.is_machine}
    change.tell("message.received", **payload)
    return entry


def put_recipients(message: Message, recipients: Iterable[tuple[str, str, str]]) -> None:
    add_all(
        Recipient(
            organisation_id=message.organisation_id,
            message=message,
            role=role,
            name=one_line(name, 300),
            address=one_line(address, 320),
        )
        for role, name, address in recipients
    )


def put_files(entry: Entry, files: Iterable[File]) -> None:
    add_all(
        Attachment(
            organisation_id=entry.organisation_id,
            entry=entry,
            blob=file.blob,
            filename=one_line(file.filename, 255),
            content_id=file.content_id[:255],
            is_inline=file.is_inline,
        )
        for file in files
    )


def put_contact(change: Change, contact: Contact | None, summary: str, member: Membership | None) -> Entry:
    """A visit, call or letter as an entry. Its summary is written by a colleague for colleagues: internal."""
    entry = change.entry(Entry.Kind.CONTACT, Entry.Visibility.INTERNAL, member=member)
    if contact is None:
        raise ValueError("a contact entry needs its contact")
    add(ContactEntry(organisation_id=entry.organisation_id, entry=entry, contact=contact, summary=clean(summary)))
    change.tell("contact.recorded", contact_id=contact.pk, entry_id=entry.pk, channel=contact.channel)
    return entry

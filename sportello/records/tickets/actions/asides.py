"""What is said with an office beside the customer's conversation: it moves neither their clock nor their state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sportello.foundation.core.ids import token
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actor import Actor
from sportello.records.accounts.models import Membership

from ..models import Aside, Entry, Message, Ticket
from ..reach import WRITING
from ..search_index import index
from ..words import File, Words
from .change import Change, changing
from .writing import put_files, put_recipients

#: The way of colleagues: nothing leaves, they read it on their page.
INSIDE = "inside"


def begin(change: Change, name: str, channel: str, address: str, expected_at: datetime) -> Aside:
    """A conversation with an office begins. Called inside `changing`."""
    aside = Aside.objects.create(
        organisation_id=change.ticket.organisation_id,
        ticket=change.ticket,
        name=one_line(name, 200),
        channel=channel,
        address=address,
        began_at=change.at,
        expected_at=expected_at,
    )
    change.ticket.open_asides += 1
    return aside


def end(change: Change, aside: Aside) -> None:
    """It is awaited no longer. Twice is once."""
    if Aside.objects.filter(pk=aside.pk, ended_at__isnull=True).update(ended_at=change.at):
        change.ticket.open_asides -= 1
        aside.ended_at = change.at


def go_on(change: Change, aside: Aside, expected_at: datetime) -> None:
    """It is awaited still, or again, until `expected_at`."""
    if Aside.objects.filter(pk=aside.pk, ended_at__isnull=False).update(ended_at=None):
        change.ticket.open_asides += 1
    Aside.objects.filter(pk=aside.pk).update(expected_at=expected_at)
    aside.ended_at, aside.expected_at = None, expected_at


def ask(
    change: Change,
    aside: Aside,
    text: str,
    *,
    subject: str,
    language: str,
    files: Sequence[File] = (),
    member: Membership | None = None,
) -> Message:
    """Write to the office: a letter of its channel, or words on its page. Without a `member` a machine wrote it."""
    ticket = change.ticket
    entry = change.entry(Entry.Kind.MESSAGE, Entry.Visibility.INTERNAL, member=member)
    writes = aside.channel in WRITING
    message = Message.objects.create(
        organisation_id=ticket.organisation_id,
        entry=entry,
        direction=Message.Direction.ASK,
        channel=aside.channel,
        subject=one_line(subject, 500),
        text=clean(text),
        language=language,
        token=token() if writes else "",
        is_machine=member is None,
        aside=aside,
    )
    if writes:
        put_recipients(message, [("to", aside.name, aside.address)])
    put_files(entry, files)
    index(ticket, entry, subject, text, aside.name, *(file.filename for file in files))
    change.tell(
        "aside.written", message_id=message.pk, entry_id=entry.pk, channel=message.channel, aside_id=aside.pk
    )
    return message


def told(
    ticket: Ticket,
    aside: Aside,
    words: Words,
    *,
    channel: str,
    actor: Actor,
    member: Membership | None = None,
    reasons: Iterable[tuple[str, str, dict[str, object]]] = (),
    at: datetime | None = None,
) -> Message:
    """The office writes: on the timeline, for colleagues only. A closed ticket stays closed; who asked decides."""
    with changing(ticket, actor, at) as change:
        row = change.ticket
        entry = change.entry(Entry.Kind.MESSAGE, Entry.Visibility.INTERNAL, member=member)
        message = Message.objects.create(
            organisation_id=row.organisation_id,
            entry=entry,
            direction=Message.Direction.TOLD,
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
            aside=aside,
        )
        put_files(entry, words.files)
        index(row, entry, words.text, words.subject, words.sender_name, *(file.filename for file in words.files))
        for about, code, facts in reasons:
            change.because(about, code, **facts)
        change.tell(
            "aside.answered", message_id=message.pk, entry_id=entry.pk, channel=channel, aside_id=aside.pk,
            machine=words.is_machine,
        )
    return message

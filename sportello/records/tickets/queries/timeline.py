"""A ticket's timeline, newest page first, by position."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from sportello.foundation.core.questions import Question
from sportello.foundation.files.models import Blob
from sportello.records.accounts.people import Person

from ..access import entries_for, public_entries
from ..models import Attachment, Contact, ContactInterval, Entry, Message, Ticket

PAGE = 50


@dataclass(frozen=True)
class FileRow:
    id: int
    filename: str
    size: int
    content_type: str
    scan: str
    is_inline: bool
    content_id: str


@dataclass(frozen=True)
class TimelineItem:
    """One entry with what hangs on it. `message`, `note_text`, `contact` or `event_code` by its kind."""

    id: int
    position: int
    kind: str
    is_public: bool
    happened_at: datetime
    #: A colleague's name, the customer's, or empty for Sportello itself.
    author: str
    #: "colleague", "customer", "system"
    author_kind: str
    message: Message | None = None
    recipients: list[tuple[str, str, str]] = field(default_factory=list)
    note_text: str = ""
    contact: Any = None
    contact_summary: str = ""
    contact_seconds: int = 0
    event_code: str = ""
    event_facts: dict[str, Any] = field(default_factory=dict)
    event_reason: str = ""
    files: list[FileRow] = field(default_factory=list)
    #: Number of the ticket it was written on, when it was brought here from there.
    came_from: str = ""
    #: That ticket was of somebody else: nobody is answered by its recipients.
    is_foreign: bool = False


def timeline(person: Person, ticket: Ticket, before: int | None = None, limit: int = PAGE) -> list[TimelineItem]:
    """The newest `limit` entries before position `before`, oldest first, notes among them; four queries."""
    entries_for(person, ticket)  # 404 for whoever may not read it
    given = {"ticket_id": ticket.pk} if before is None else {"ticket_id": ticket.pk, "before": before}
    page = _PAGE.rows(limit, **given)
    _hang(page, "contact__contact__intervals")
    return [_item(entry, with_notes=True) for entry in reversed(page)]


def public_timeline(ticket: Ticket, before: int | None = None, limit: int = PAGE) -> list[TimelineItem]:
    """What the customer may read: messages and public events. Notes and contacts are never loaded."""
    return _page(public_entries(ticket), before, limit, with_notes=False)


def _page(entries: QuerySet[Entry], before: int | None, limit: int, *, with_notes: bool) -> list[TimelineItem]:
    page = list(_newest(entries, before, limit))
    _hang(page)
    return [_item(entry, with_notes) for entry in reversed(page)]


def _newest(entries: QuerySet[Entry], before: int | None, limit: int) -> QuerySet[Entry]:
    if before is not None:
        entries = entries.filter(position__lt=before)
    # The page first, then what hangs on it: else the planner joins two thousand entries to show thirty.
    newest = entries.order_by("-position").select_related(None).prefetch_related(None).values("pk")[:limit]
    return (
        entries.filter(pk__in=newest)
        .select_related("message", "event", "by_member__user", "by_customer", "came_from", "ticket")
        .order_by("-position")
    )


def _inside(limit: int, ticket_id: int, before: int | None = None) -> QuerySet[Entry]:
    entries = Entry.objects.filter(ticket_id=ticket_id).select_related("note", "contact__contact__member__user")
    return _newest(entries, before, limit)


_PAGE = Question(_inside)


def _hang(page: list[Entry], *more: str) -> None:
    """Recipients and files of a page's entries, two queries."""
    files = Prefetch("attachments", Attachment.objects.select_related("blob"))
    prefetch_related_objects(page, *more, "message__recipients", files)


def _item(entry: Entry, with_notes: bool) -> TimelineItem:
    author_kind = "colleague" if entry.by_member_id else "customer" if entry.by_customer_id else "system"
    parts: dict[str, Any] = {}
    if entry.kind == Entry.Kind.MESSAGE:
        message = entry.message
        parts = {
            "message": message,
            "recipients": [(one.role, one.name, one.address) for one in message.recipients.all()],
        }
        if message.is_incoming and not entry.by_customer_id:
            author_kind = "customer"
    elif entry.kind == Entry.Kind.EVENT:
        parts = {"event_code": entry.event.code, "event_facts": entry.event.facts, "event_reason": entry.event.reason}
    elif with_notes and entry.kind == Entry.Kind.NOTE:
        parts = {"note_text": entry.note.text}
    elif with_notes and entry.kind == Entry.Kind.CONTACT:
        parts = {
            "contact": entry.contact.contact,
            "contact_summary": entry.contact.summary,
            "contact_seconds": _seconds(entry.contact.contact),
        }
    return TimelineItem(
        id=entry.pk,
        position=entry.position,
        kind=entry.kind,
        is_public=entry.is_public,
        happened_at=entry.happened_at,
        author=_author(entry),
        author_kind=author_kind,
        files=[_file(one) for one in entry.attachments.all()],
        came_from=entry.came_from.number if entry.came_from else "",
        is_foreign=entry.came_from is not None and entry.came_from.customer_id != entry.ticket.customer_id,
        **parts,
    )


def _author(entry: Entry) -> str:
    if entry.by_member is not None:
        return str(entry.by_member.user.name)
    if entry.kind == Entry.Kind.MESSAGE and entry.message.is_incoming:
        return entry.message.sender_name or (
            entry.by_customer.name if entry.by_customer else entry.message.sender_address
        )
    if entry.kind == Entry.Kind.MESSAGE and entry.message.direction == Message.Direction.TOLD:
        return str(entry.message.sender_name or entry.message.sender_address)
    return entry.by_customer.name if entry.by_customer else ""


def _file(attachment: Attachment) -> FileRow:
    blob: Blob = attachment.blob
    return FileRow(
        attachment.pk,
        attachment.filename,
        blob.size,
        blob.content_type,
        blob.scan,
        attachment.is_inline,
        attachment.content_id,
    )


def _seconds(contact: Contact) -> int:
    """Served time of a contact: the sum of its intervals, nothing else is stored. They are prefetched."""
    return sum(
        int((one.ended_at - one.began_at).total_seconds())
        for one in contact.intervals.all()
        if one.state == ContactInterval.State.SERVING and one.ended_at is not None
    )

"""A ticket's timeline, newest page first, by position."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce, JSONArray

from sportello.foundation.core.planned import planned
from sportello.foundation.core.questions import Question
from sportello.records.accounts.people import Person

from ..access import public_entries, refuse_stranger
from ..models import Attachment, Contact, ContactInterval, Entry, Message, Recipient, Ticket

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
    has_html: bool = False
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
    """The newest `limit` entries before position `before`, oldest first, notes among them; one query, two where a
    contact is among them."""
    refuse_stranger(person, ticket)
    given = {"ticket_id": ticket.pk} if before is None else {"ticket_id": ticket.pk, "before": before}
    return _items(_PAGE.rows(limit, **given), ticket)


def _items(page: list[Entry], ticket: Ticket) -> list[TimelineItem]:
    contacts = [entry for entry in page if entry.kind == Entry.Kind.CONTACT]
    if contacts:
        prefetch_related_objects(contacts, "contact__contact__intervals")
    return [_item(entry, ticket, with_notes=True) for entry in reversed(page)]


def newer(person: Person, ticket: Ticket, after: int, limit: int = PAGE) -> list[TimelineItem]:
    """The same of the newest entries after position `after`; no query where there is none."""
    refuse_stranger(person, ticket)
    if ticket.last_position <= after:
        return []
    return _items(_PAGE.rows(limit, ticket_id=ticket.pk, after=after), ticket)


def public_timeline(ticket: Ticket, before: int | None = None, limit: int = PAGE) -> list[TimelineItem]:
    """What the customer may read: messages and public events. Notes and contacts are never loaded."""
    with planned():
        page = list(_newest(public_entries(ticket), before, limit))
    return [_item(entry, ticket, with_notes=False) for entry in reversed(page)]


#: What a page reads of an entry and of what hangs on it: the sanitised HTML of a mail has a page of its own.
_READ = (
    "position", "kind", "visibility", "happened_at", "by_member__user__name", "by_customer__name",
    "came_from__number", "came_from__customer", "event__code", "event__facts", "event__reason",
    *(f"message__{name}" for name in (
        "direction", "channel", "text", "quoted", "signature", "sender_name", "sender_address", "is_machine",
        "notice_moment",
    )),
)  # fmt: skip


def _newest(entries: QuerySet[Entry], before: int | None, limit: int) -> QuerySet[Entry]:
    if before is not None:
        entries = entries.filter(position__lt=before)
    # From where the page begins, first: else the planner joins two thousand entries to show thirty.
    first = entries.order_by("-position").values("position")[limit - 1 : limit]
    recipients = Recipient.objects.filter(message=OuterRef("message__pk")).order_by("pk")
    files = Attachment.objects.filter(entry=OuterRef("pk")).order_by("pk")
    return (
        entries.filter(position__gte=Coalesce(Subquery(first), 0))
        .select_related("message", "event", "by_member__user", "by_customer", "came_from")
        .annotate(
            told=ArraySubquery(recipients.values(on=JSONArray("role", "name", "address"))),
            files=ArraySubquery(files.values(on=JSONArray(*_FILE))),
            has_html=~Q(message__html=""),
        )
        .only(*_READ)
        .order_by("-position")
    )


#: As `FileRow` names them.
_FILE = ("pk", "filename", "blob__size", "blob__content_type", "blob__scan", "is_inline", "content_id")


def _inside(limit: int, ticket_id: int, before: int | None = None, after: int | None = None) -> QuerySet[Entry]:
    entries = Entry.objects.filter(ticket_id=ticket_id)
    page = _newest(entries if after is None else entries.filter(position__gt=after), before, limit)
    shown = page.select_related("note", "contact__contact").only(*_READ, "note__text", "contact__summary", *_CONTACT)
    # There are no more of them, and the planner knows it by this alone: expecting a third of a long ticket it read all
    # customers of ten thousand.
    return shown[:limit]


_CONTACT = tuple(f"contact__contact__{field.name}" for field in Contact._meta.concrete_fields)
_PAGE = Question(_inside, planned=True)


def _item(entry: Any, ticket: Ticket, with_notes: bool) -> TimelineItem:
    """`entry` with what `_newest` adds to it."""
    author_kind = "colleague" if entry.by_member_id else "customer" if entry.by_customer_id else "system"
    parts: dict[str, Any] = {}
    if entry.kind == Entry.Kind.MESSAGE:
        message = entry.message
        parts = {
            "message": message,
            "recipients": [(role, name, address) for role, name, address in entry.told],
            "has_html": entry.has_html,
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
        files=[FileRow(*one) for one in entry.files],
        came_from=entry.came_from.number if entry.came_from else "",
        is_foreign=entry.came_from is not None and entry.came_from.customer_id != ticket.customer_id,
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


def _seconds(contact: Contact) -> int:
    """Served time of a contact: the sum of its intervals, nothing else is stored. They are prefetched."""
    return sum(
        int((one.ended_at - one.began_at).total_seconds())
        for one in contact.intervals.all()
        if one.state == ContactInterval.State.SERVING and one.ended_at is not None
    )

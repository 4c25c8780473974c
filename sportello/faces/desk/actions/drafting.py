"""Keeping what somebody types, so that nothing is lost to a closed tab, a stale reply or an ended session."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.dropping import drop as let_go_of
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.waiting import Reply

from ..forms.writing import write_addresses
from ..models import Draft, DraftFile

#: Longer than any letter a person writes; a pasted book is cut here rather than refused.
LONGEST = 100_000


def keep(
    ticket: Ticket, member: Membership, kind: str, *, text: str, to: str = "", cc: str = "", base_position: int = 0
) -> Draft | None:
    """Keep the draft as it is now; emptied, it goes (None). A note keeps no recipients, whatever was posted."""
    words = clean(text)[:LONGEST]
    if not words:
        drop(ticket, member, kind)
        return None
    is_reply = kind == Draft.Kind.REPLY
    values = {
        "text": words,
        "to": one_line(to, 5000) if is_reply else "",
        "cc": one_line(cc, 5000) if is_reply else "",
        "base_position": base_position,
        "saved_at": clock.now(ticket.organisation),
    }
    mine = Draft.objects.filter(ticket=ticket, member=member, kind=kind)
    if not mine.update(**values):
        try:
            with transaction.atomic():
                return Draft.objects.create(
                    organisation_id=ticket.organisation_id, ticket=ticket, member=member, kind=kind, **values
                )
        except IntegrityError:
            # two tabs of one person began at once: the later word stands
            mine.update(**values)
    return mine.first()


def reopen(ticket: Ticket, member: Membership, reply: Reply) -> Draft:
    """What was sent or did not arrive is the author's draft again, with recipients and files. What they had begun to
    type meanwhile stays under it."""
    before = drafts_of(ticket, member).get(Draft.Kind.REPLY)
    typed = before.text if before else ""
    text = reply.text if not typed or typed == reply.text else f"{reply.text}\n\n{typed}"
    with transaction.atomic():
        draft = keep(
            ticket,
            member,
            Draft.Kind.REPLY,
            text=text,
            to=write_addresses(list(reply.to)),
            cc=write_addresses(list(reply.cc)),
            base_position=reply.base_position,
        )
        if draft is None:
            raise ValueError("a reply that was sent has a text")
        draft.repeats = reply.repeats
        draft.save(update_fields=["repeats"])
        DraftFile.objects.bulk_create(
            DraftFile(
                organisation_id=draft.organisation_id,
                draft=draft,
                blob=file.blob,
                filename=file.filename[:255],
                content_id=file.content_id[:255],
                is_inline=file.is_inline,
            )
            for file in reply.files
        )
    return draft


def files_kept(draft: Draft, chosen: Iterable[str]) -> list[File]:
    """Those of the draft's files that were left ticked; ids of anything else are nothing."""
    wanted = {int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 18}
    files = DraftFile.objects.filter(draft=draft, pk__in=wanted).select_related("blob").order_by("pk")
    return [File(one.filename, one.blob, one.content_id, one.is_inline) for one in files]


def drop(ticket: Ticket, member: Membership, kind: str) -> None:
    """The draft was sent, or emptied."""
    Draft.objects.filter(ticket=ticket, member=member, kind=kind).delete()


def drafts_of(ticket: Ticket, member: Membership) -> dict[str, Draft]:
    """This person's drafts on this ticket, by kind: one query."""
    mine = Draft.objects.filter(ticket=ticket, member=member).select_related("repeats")
    return {draft.kind: draft for draft in mine}


def drop_drafts(ticket_id: int) -> None:
    """Everybody's drafts of a ticket that was disposed of, with their files."""
    with transaction.atomic():
        blobs = [one.blob for one in DraftFile.objects.filter(draft__ticket=ticket_id).select_related("blob")]
        Draft.objects.filter(ticket=ticket_id).delete()
        for blob in blobs:
            let_go_of(blob)

"""Keeping what somebody types, so that nothing is lost to a closed tab, a stale reply or an ended session; and so that
no save lands where it was not typed, or over words that are newer.

Every drawing of the composer has a name (its writer), which says ticket and kind, and counts its saves (turns). Of one
page the later turn counts, whatever arrives last. A page that began from an older revision than the one kept is told
so, and its words are put aside instead of over the newer ones. What was sent closes its page: a save still on the way
is late.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Stale
from sportello.foundation.core.ids import token
from sportello.foundation.core.planned import planned_cursor
from sportello.foundation.core.questions import Asked, Question
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.core.together import change, drawing
from sportello.foundation.files import dropping
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.customers.models import Erasure
from sportello.records.customers.queries import together
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.models import WaitingReply
from sportello.service.channels.waiting import Reply

from ..forms.writing import write_addresses
from ..models import Draft, DraftFile

#: Longer than any letter a person writes; a pasted book is cut here rather than refused.
LONGEST = 100_000


@dataclass(frozen=True)
class Typed:
    """What stands in the composer."""

    text: str
    to: str = ""
    cc: str = ""
    base_position: int = 0
    used: tuple[str, ...] = ()


@dataclass(frozen=True)
class Writing:
    """From where: the drawing of the composer, how often it has saved, the revision it began from. Without a writer
    (another program) the words are taken as they come."""

    writer: str = ""
    turn: int = 0
    revision: int = 0


class AlreadySent(Exception):
    """This drawing of the composer was sent before."""


class Verdict(StrEnum):
    KEPT = "kept"
    #: A later save of the same page is kept already, or its words were sent.
    LATE = "late"
    #: Another page of the same person has kept something since; these words are put aside.
    NEWER = "newer"


def new_writer(ticket: Ticket, kind: str) -> str:
    """A name for one drawing of the composer."""
    return f"{ticket.pk}-{kind}-{token()[:16]}"


def refuse_elsewhere(ticket: Ticket, kind: str, writing: Writing) -> None:
    """Stale where the words were typed on another ticket, or as something else."""
    if writing.writer and not writing.writer.startswith(f"{ticket.pk}-{kind}-"):
        raise Stale(_("This was typed on another ticket, or as something else. Nothing was sent or kept here."))


def keep(ticket: Ticket, member: Membership, kind: str, typed: Typed, writing: Writing) -> tuple[Verdict, Draft]:
    """Keep the words as they are now, unless newer ones are there. Emptied, and without files, the draft is spent."""
    with transaction.atomic():
        row = _locked(ticket, member, kind)
        verdict = _judge(row, writing)
        if verdict is Verdict.NEWER:
            row.aside = clean(typed.text)[:LONGEST] if clean(typed.text) != row.text else row.aside
            row.save(update_fields=["aside"])
        elif verdict is Verdict.KEPT:
            _write(row, typed, writing)
    return verdict, row


def keep_refused(ticket: Ticket, member: Membership, kind: str, typed: Typed, writing: Writing) -> None:
    """What was sent and refused: the person pressed a key, so it counts even where another page was newer, and that
    one's words stay under it."""
    with transaction.atomic():
        row = _locked(ticket, member, kind)
        mine = clean(typed.text)[:LONGEST]
        if _judge(row, writing) is Verdict.NEWER and row.text not in mine:
            typed = Typed(f"{mine}\n\n{row.text}".strip(), typed.to, typed.cc, typed.base_position, typed.used)
        _write(row, typed, writing)


@dataclass(frozen=True)
class Begun:
    """What is about to be sent: its row, locked, and the row again where something was kept in it. `may_wait`: an
    earlier reply of theirs on this ticket may not have left yet."""

    row: Draft | None
    draft: Draft | None
    may_wait: bool = True


def begin_sending(ticket: Ticket, member: Membership, kind: str, writing: Writing) -> Begun:
    """The draft that is about to be sent, locked. Raises AlreadySent for the second press of one page; Stale, once,
    where its author has sent an answer from another page since this one was drawn."""
    if not writing.writer:
        row = drafts_of(ticket, member).get(kind)
        return Begun(row, row)
    row, may_wait = _lock(ticket, member, kind)
    if row.is_spent and row.turn == Draft.SENT:
        if row.writer == writing.writer:
            raise AlreadySent
        if kind == Draft.Kind.REPLY and writing.revision < row.revision:
            raise Stale(
                _("You have sent an answer from another page since this one was opened. Read it, then send this.")
            )
    return Begun(row, None if row.is_spent else row, may_wait)


def _judge(row: Draft, writing: Writing) -> Verdict:
    if not writing.writer:
        return Verdict.KEPT
    if writing.writer == row.writer:
        # a page that was sent goes on only once it has been told so: its revision is that of the sending then
        later = writing.revision == row.revision if row.turn == Draft.SENT else writing.turn > row.turn
        return Verdict.KEPT if later else Verdict.LATE
    if row.is_spent or writing.revision == row.revision:
        return Verdict.KEPT
    return Verdict.NEWER


def _locked(ticket: Ticket, member: Membership, kind: str) -> Draft:
    """The row, made where there is none, in one statement; call within a transaction."""
    return _lock(ticket, member, kind)[0]


def _lock(ticket: Ticket, member: Membership, kind: str) -> tuple[Draft, bool]:
    """The same, and whether a reply of theirs waits on this ticket."""
    values = [ticket.organisation_id, ticket.pk, member.pk, str(kind), clock.now(ticket.organisation)]
    ids = drawing()
    with planned_cursor() as cursor:
        cursor.execute(f"{_LOCK}, {ids.sql}", [*values, *ids.values])
        *columns, may_wait, drawn = cursor.fetchone()
    ids.take(drawn)
    row = Draft.from_db(DEFAULT_DB_ALIAS, _COLUMNS, columns)
    row.used, row.ticket, row.member = json.loads(row.used), ticket, member
    return row, may_wait


_COLUMNS = [one.attname for one in Draft._meta.concrete_fields]
#: What conflicts is written as it is, and so locked. Columns by name: a plan must outlive a table that gets one more.
#: Whether a reply of theirs waits comes with it: the ticket is locked by who sends, so that none can begin to.
_LOCK = f"""
INSERT INTO desk_draft (
    organisation_id, ticket_id, member_id, kind, saved_at, is_spent, text, "to", cc, aside, writer, base_position,
    revision, turn, used
) VALUES (%s, %s, %s, %s, %s, true, '', '', '', '', '', 0, 0, 0, '[]')
ON CONFLICT (ticket_id, member_id, kind) DO UPDATE SET kind = EXCLUDED.kind
RETURNING {", ".join(f'"{one.column}"' for one in Draft._meta.concrete_fields)}, EXISTS (
    SELECT FROM {WaitingReply._meta.db_table} waits
    WHERE waits.ticket_id = desk_draft.ticket_id AND waits.member_id = desk_draft.member_id
)"""  # noqa: S608 - names of our own columns


def _write(row: Draft, typed: Typed, writing: Writing) -> None:
    is_reply = row.kind == Draft.Kind.REPLY
    row.text = clean(typed.text)[:LONGEST]
    row.to = one_line(typed.to, 5000) if is_reply else ""
    row.cc = one_line(typed.cc, 5000) if is_reply else ""
    row.used = list(dict.fromkeys(one for one in typed.used if one in row.used or len(one) <= 60))[:20]
    row.base_position = typed.base_position
    row.saved_at = clock.now(row.ticket.organisation)
    row.revision += 1
    goes_on = writing.writer == row.writer and row.turn != Draft.SENT
    row.writer, row.turn = writing.writer[:60], max(writing.turn, row.turn if goes_on else 0)
    row.is_spent = not row.text and not row.files.exists()
    if row.is_spent:
        row.aside, row.to, row.cc, row.used, row.repeats = "", "", "", [], None
    row.save()


def reopen(ticket: Ticket, member: Membership, reply: Reply, signature: str = "") -> Draft:
    """What was sent or did not arrive is the author's draft again, with recipients and files. What they had begun to
    type meanwhile stays under it; the signature, which is put under it anew when it is sent, goes."""
    before = drafts_of(ticket, member).get(Draft.Kind.REPLY)
    typed = before.text if before else ""
    written = reply.text.removesuffix(f"\n\n{signature}") if signature else reply.text
    text = written if not typed or typed == written else f"{written}\n\n{typed}"
    with transaction.atomic():
        row = _locked(ticket, member, Draft.Kind.REPLY)
        to, cc = write_addresses(list(reply.to)), write_addresses(list(reply.cc))
        _write(row, Typed(text, to, cc, reply.base_position, tuple(row.used)), Writing())
        row.repeats = reply.repeats
        row.save(update_fields=["repeats"])
        DraftFile.objects.bulk_create(
            DraftFile(
                organisation_id=row.organisation_id,
                draft=row,
                blob=file.blob,
                filename=file.filename[:255],
                content_id=file.content_id[:255],
                is_inline=file.is_inline,
            )
            for file in reply.files
        )
    return row


def add_files(
    ticket: Ticket, member: Membership, kind: str, files: Iterable[File], writing: Writing
) -> list[DraftFile]:
    """Files put to what is being written. Stale when it was sent meanwhile: they must not stand in the next one."""
    with transaction.atomic():
        row = _locked(ticket, member, kind)
        if writing.writer and row.writer == writing.writer and row.turn == Draft.SENT:
            raise Stale(_("What you were writing has been sent already: this file did not go with it."))
        kept = DraftFile.objects.bulk_create(
            DraftFile(organisation_id=row.organisation_id, draft=row, blob=one.blob, filename=one.filename[:255])
            for one in files
        )
        if kept and row.is_spent:
            row.is_spent = False
            row.save(update_fields=["is_spent"])
    return kept


def remove_file(ticket: Ticket, member: Membership, kind: str, file_id: int) -> None:
    """Take one out; one that is not there any more is none."""
    with transaction.atomic():
        row = _locked(ticket, member, kind)
        DraftFile.objects.filter(draft=row, pk=file_id).delete()
        if not row.text and not row.is_spent and not row.files.exists():
            _spend(Draft.every.filter(pk=row.pk))


def files_kept(draft: Draft, chosen: Iterable[str]) -> list[File]:
    """Those of the draft's files that were left ticked; ids of anything else are nothing."""
    wanted = {int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 18}
    files = DraftFile.objects.filter(draft=draft, pk__in=wanted).select_related("blob").order_by("pk")
    return [File(one.filename, one.blob, one.content_id, one.is_inline) for one in files]


def drop(ticket: Ticket, member: Membership, kind: str, writing: Writing = Writing(), text: str | None = None) -> None:
    """It was sent, or thrown away: saves of that page still on the way are late. Where another page of the same person
    has newer words than the `text` that was sent, those stay their draft."""
    mine = Draft.every.filter(ticket=ticket, member=member, kind=kind)
    if not writing.writer:
        row = mine.filter(is_spent=False).first()
        if row is not None:
            _spend(mine, turn=Draft.SENT)
        return
    row = _locked(ticket, member, kind)
    if not _holds_newer(row, writing, text):
        _spend(mine, writer=writing.writer[:60], turn=Draft.SENT)


def end_sending(begun: Begun, writing: Writing, text: str) -> None:
    """`drop` of what `begin_sending` has locked in this transaction."""
    row = begun.row
    if row is None or _holds_newer(row, writing, text):
        return
    if writing.writer:
        row.writer = writing.writer[:60]
    if row.is_spent:  # it holds neither words nor files
        row.turn, row.revision = Draft.SENT, row.revision + 1
        change(row, ("writer", "turn", "revision"))
    else:
        _spend(Draft.every.filter(pk=row.pk), writer=row.writer, turn=Draft.SENT)


def _holds_newer(row: Draft, writing: Writing, text: str | None) -> bool:
    """Whether another page of the same person has put words there that are not in the `text` that was sent."""
    if text is None or _judge(row, writing) is not Verdict.NEWER:
        return False
    return bool(row.text) and row.text not in clean(text)


def _spend(rows: models.QuerySet[Draft], **more: object) -> None:
    files = DraftFile.objects.filter(draft__in=rows)
    blobs = list(Blob.objects.filter(pk__in=files.values("blob")))
    files.delete()
    for blob in blobs:
        dropping.drop(blob)  # what was sent counts on its own
    rows.update(
        text="", to="", cc="", aside="", used=[], repeats=None, is_spent=True, revision=F("revision") + 1, **more
    )


def erase(event: Read) -> None:
    """A durable reaction to `customer.erased`: what colleagues had begun to write to them goes, files and all; safe to
    repeat."""
    erasure = Erasure.objects.select_related("customer").get(pk=event.payload["erasure_id"])
    with transaction.atomic():
        _spend(Draft.every.filter(ticket__customer__in=together(erasure.customer)), turn=Draft.SENT)


def drafts_of(ticket: Ticket, member: Membership) -> dict[str, Draft]:
    """This person's drafts on this ticket, by kind: one query."""
    mine = Draft.objects.filter(ticket=ticket, member=member).select_related("repeats")
    return {draft.kind: draft for draft in mine}


def rows_of(ticket: Ticket, member: Membership) -> dict[str, Draft]:
    """The same with those that are spent, for their revisions: one query."""
    return {row.kind: row for row in _EVERY.rows(ticket_id=ticket.pk, member_id=member.pk)}


def asks_any(ticket: Ticket, person: Person) -> Asked:
    """The question whether `rows_of` has anything for them; with others `at_once`."""
    place = person.place_in(ticket.organisation_id)
    return Asked(_ANY, values={"drafted_on": ticket.pk, "drafted_by": place.membership.pk if place else 0})


_ANY: Question[Draft] = Question(
    lambda drafted_on, drafted_by: Draft.every.filter(ticket_id=drafted_on, member_id=drafted_by).values_list("pk")[:1]
)
_EVERY: Question[Draft] = Question(
    lambda ticket_id, member_id: Draft.every.filter(ticket_id=ticket_id, member_id=member_id).select_related("repeats"),
    planned=True,
)


def drop_drafts(ticket_id: int) -> None:
    """Everybody's drafts of a ticket that was disposed of, with their files."""
    with transaction.atomic():
        _spend(Draft.every.filter(ticket=ticket_id), turn=Draft.SENT)

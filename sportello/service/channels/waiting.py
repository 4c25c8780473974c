"""Replies of persons between "Send" and leaving: for some seconds, so that they can be undone, or until a chosen hour.

While it waits a reply is a row of its own: no message, no entry, nothing on the customer's page, in search or in the
terms. At its time it becomes the answer by the same verb as any other, with the same refusals; when something was said
on the ticket meanwhile, it is held back and its author told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import NotAllowed, Refusal, Stale
from sportello.foundation.core.questions import Asked, Question
from sportello.foundation.core.text import clean
from sportello.foundation.core.together import is_gathering, together
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.tickets import clearance
from sportello.records.tickets.actions import ending
from sportello.records.tickets.actions import messages as speaking
from sportello.records.tickets.actions.change import changing, lock
from sportello.records.tickets.models import Entry, Message, Ticket
from sportello.records.tickets.words import File

from . import recipients
from .email import capacity
from .models import Dispatch, WaitingFile, WaitingReply

State = WaitingReply.State
BATCH = 20
#: Longer than anybody may choose.
MOST_SECONDS = 60
#: A chosen hour is at most so far away: longer promises are forgotten by those who made them.
FURTHEST = timedelta(days=60)


@dataclass(frozen=True)
class Reply:
    """An answer as its author sent it. `to` and `cc` are (name, address), exactly those it goes to; nobody: it is read
    on the follow-up page. `then`: keep, wait or close (with `outcome` and `reason`). `repeats`: what did not arrive."""

    text: str
    base_position: int
    to: Sequence[tuple[str, str]] = ()
    cc: Sequence[tuple[str, str]] = ()
    files: Sequence[File] = ()
    then: str = "keep"
    outcome: str = ""
    reason: str = ""
    repeats: Message | None = None


def send(
    ticket: Ticket,
    member: Membership,
    reply: Reply,
    *,
    seconds: int = 0,
    at: datetime | None = None,
    locked: Ticket | None = None,
    may_wait: bool = True,
) -> Message | WaitingReply:
    """Let `reply` leave: now, after `seconds` in which it can be undone, or at `at` (the organisation's clock).

    What can be refused is refused now (Refusal, Stale), before anything waits. What is only read on the follow-up page
    leaves at once unless an hour was chosen. An earlier reply of the same author that still waits to be undone leaves
    first, unless it is known that none waits (not `may_wait`). `locked` see `changing`.
    """
    with transaction.atomic(savepoint=not is_gathering()), together("reply"):
        row = locked or lock(ticket)
        if may_wait and _leave_before(row, member):
            row = lock(ticket)
        reply = _checked(row, member, reply)
        now = clock.now(row.organisation)
        if at is not None:
            _refuse_hour(row, at, now)
        elif seconds <= 0 or not reply.to:
            return _leave(ticket, member, reply, row)
        return _wait(row, member, reply, now, at or now + timedelta(seconds=min(seconds, MOST_SECONDS)))


def take_back(ticket: Ticket, waiting_id: int, member: Membership) -> Reply:
    """Undo: it never left, and its author has it again. Refusal when it has left, NotAllowed for anybody else."""
    with changing(ticket, person(member.user_id)) as change:
        waiting = _one(change.ticket, waiting_id)
        if waiting.member_id != member.pk:
            raise NotAllowed(_("Only who wrote it can take it back."))
        reply = _reply_of(waiting)
        _drop(waiting)
        change.tell("reply.undone", reply_id=waiting_id)
    return reply


def leave_now(ticket: Ticket, waiting_id: int, member: Membership, base_position: int) -> Message:
    """Do not wait any longer; its author has read up to `base_position`. The same refusals as `send`."""
    with transaction.atomic():
        row = lock(ticket)
        waiting = _one(row, waiting_id)
        if waiting.member_id != member.pk:
            raise NotAllowed(_("Only who wrote it can send it."))
        reply = _reply_of(waiting, base_position=max(base_position, waiting.base_position))
        reply = _checked(row, member, reply)
        _drop(waiting)
        return _leave(ticket, member, reply, row)


def of_ticket(ticket: Ticket) -> list[WaitingReply]:
    """What waits on a ticket already obtained for the person, oldest first, with its files; at most 20."""
    found = _OF_TICKET.rows(ticket_id=ticket.pk)
    if found:
        prefetch_related_objects(found, "files")
    return found


def asks_any(ticket: Ticket) -> Asked:
    """The question whether anything waits on a ticket; with others `at_once`."""
    return Asked(_ANY, values={"ticket_id": ticket.pk})


_ANY: Question[WaitingReply] = Question(
    lambda ticket_id: WaitingReply.objects.filter(ticket_id=ticket_id).values_list("pk")[:1]
)
_OF_TICKET: Question[WaitingReply] = Question(
    lambda ticket_id: WaitingReply.objects.filter(ticket_id=ticket_id)
    .select_related("member__user").order_by("pk")[:20],
    planned=True,
)  # fmt: skip


def work() -> int:
    """Let leave what is due, and hold back what something has overtaken; how many were moved. Safe in several processes
    at once: the ticket's row is the lock, and whoever comes second finds nothing."""
    waiting = WaitingReply.objects.filter(state=State.WAITING)
    overtaken = waiting.filter(ticket__last_public_position__gt=F("base_position")).order_by("pk")
    done = sum(_hold_if_overtaken(waiting_id) for waiting_id in list(overtaken.values_list("pk", flat=True)[:BATCH]))
    for organisation in Organisation.objects.filter(pk__in=waiting.values("organisation")):
        due = waiting.filter(organisation=organisation, send_at__lte=clock.now(organisation)).order_by("send_at", "pk")
        done += sum(_at_its_time(waiting_id) for waiting_id in list(due.values_list("pk", flat=True)[:BATCH]))
    return done


# At its time ------------------------------


def _at_its_time(waiting_id: int) -> int:
    """It leaves, or is held back with the reason; never both, never neither."""
    found = WaitingReply.objects.select_related("ticket", "member__user").filter(pk=waiting_id).first()
    if found is None:
        return 0
    try:
        with translation.override(found.member.user.language), transaction.atomic():
            row = lock(found.ticket)
            waiting = _still(waiting_id)
            if waiting is None:
                return 0
            if waiting.member.ended_at is not None:
                _hold(found.ticket, waiting, "author_left", "")
                return 1
            reply = _checked(row, waiting.member, _reply_of(waiting))
            _drop(waiting)
            _leave(row, waiting.member, reply, row)
    except Stale:
        return _hold_now(found, "news", "")
    except Refusal as refusal:
        return _hold_now(found, "refused", str(refusal.sentence))
    return 1


def _hold_if_overtaken(waiting_id: int) -> int:
    found = WaitingReply.objects.select_related("ticket", "member").filter(pk=waiting_id).first()
    if found is None:
        return 0
    with transaction.atomic():
        row = lock(found.ticket)
        waiting = _still(waiting_id)
        if waiting is None:
            return 0
        upto = _read_with_own(row, waiting.member, waiting.base_position)
        if upto >= row.last_public_position:
            # only its author's own words came after: they know them
            waiting.base_position = upto
            waiting.save(update_fields=["base_position"])
            return 0
        _hold(found.ticket, waiting, "news", "")
    return 1


def _hold_now(found: WaitingReply, code: str, words: str) -> int:
    with transaction.atomic():
        lock(found.ticket)
        waiting = _still(found.pk)
        if waiting is not None:
            _hold(found.ticket, waiting, code, words)
    return 1


def _hold(ticket: Ticket, waiting: WaitingReply, code: str, words: str) -> None:
    """It does not leave; the ticket says so and is in the operators' hands."""
    with changing(ticket, SYSTEM) as change:
        waiting.state, waiting.held_code, waiting.held_words = State.HELD, code, words
        waiting.save(update_fields=["state", "held_code", "held_words"])
        row = change.ticket
        change.because("dispatch", f"held_{code}", reply_id=waiting.pk, member_id=waiting.member_id)
        entry = change.event("reply_held", member=waiting.member, reply_id=waiting.pk, how=code)
        if not row.is_closed:
            row.unanswered_since = row.unanswered_since or change.at
        change.tell("reply.held", reply_id=waiting.pk, entry_id=entry.pk)


def _still(waiting_id: int) -> WaitingReply | None:
    """The row while it waits; its ticket is locked already."""
    return (
        WaitingReply.objects.select_for_update(of=("self",), no_key=True)
        .select_related("member__user", "repeats")
        .filter(pk=waiting_id, state=State.WAITING)
        .first()
    )


# What both ways share ------------------------------


def _checked(row: Ticket, member: Membership, reply: Reply) -> Reply:
    """The reply with its recipients each once and its author's own newer words counted as read; Refusal, Stale."""
    to, cc = recipients.checked(row.organisation, reply.to, reply.cc)
    base = _read_with_own(row, member, reply.base_position)
    speaking.refuse_answer(row, reply.text, base)
    if to:
        capacity.refuse_too_large(row, reply.text, reply.files)
    return Reply(
        reply.text, base, to, cc, reply.files, reply.then, reply.outcome, reply.reason, reply.repeats
    )


def _read_with_own(row: Ticket, member: Membership, base_position: int) -> int:
    """Up to where the author has read: what only they themselves said since is no news to them."""
    if row.last_public_position <= base_position:
        return base_position
    theirs = Entry.objects.filter(
        ticket=row, kind=Entry.Kind.MESSAGE, visibility=Entry.Visibility.PUBLIC, position__gt=base_position,
        position__lte=row.last_public_position, message__is_machine=False,
    )
    # at most the entries of one open page of the composer
    if all(by == member.pk for by in theirs.values_list("by_member", flat=True)[:100]):
        return row.last_public_position
    return base_position


def _leave(ticket: Ticket, member: Membership, reply: Reply, locked: Ticket | None = None) -> Message:
    """The answer, with what was to follow it: all of it or nothing. `locked` see `changing`."""
    message = speaking.answer(
        ticket,
        member,
        reply.text,
        to=reply.to,
        cc=reply.cc,
        files=reply.files,
        base_position=reply.base_position,
        then="wait" if reply.then == "wait" else "keep",
        by_reach=False,
        locked=locked,
    )
    if reply.repeats is not None:
        again = Dispatch.objects.filter(message=reply.repeats).first()
        Dispatch.objects.filter(message=message).update(repeats=again)
    if reply.then == "close":
        ending.close(ticket, by=member, outcome=reply.outcome, reason=reply.reason)
    return message


def _leave_before(row: Ticket, member: Membership) -> bool:
    """The author writes again: what still waited for an undo has been passed over. Whether something left."""
    left = False
    for waiting in _TO_UNDO.rows(ticket_id=row.pk, member_id=member.pk):
        reply = _checked(lock(row), member, _reply_of(waiting))
        _drop(waiting)
        _leave(row, member, reply)
        left = True
    return left


#: Only those of one ticket, and nearly always none: what they repeat is asked where there is one.
_TO_UNDO: Question[WaitingReply] = Question(
    lambda ticket_id, member_id: WaitingReply.objects.filter(
        ticket_id=ticket_id, member_id=member_id, state=State.WAITING, is_scheduled=False
    ).select_for_update(no_key=True).order_by("pk"),
    planned=True,
)  # fmt: skip


def _wait(row: Ticket, member: Membership, reply: Reply, now: datetime, send_at: datetime) -> WaitingReply:
    # what may not leave is refused now, not at its hour; what leaves at once is asked by `answer`
    clearance.refuse(row, clearance.Leaving("answer", clean(reply.text), reply.to, reply.cc, reply.files))
    with changing(row, person(member.user_id), now, locked=row) as change:
        waiting = WaitingReply.objects.create(
            organisation_id=row.organisation_id,
            ticket=row,
            member=member,
            is_scheduled=send_at - now > timedelta(seconds=MOST_SECONDS),
            written_at=now,
            send_at=send_at,
            text=reply.text,
            to=[list(one) for one in reply.to],
            cc=[list(one) for one in reply.cc],
            base_position=reply.base_position,
            then=reply.then,
            outcome=reply.outcome,
            reason=reply.reason,
            repeats=reply.repeats,
        )
        WaitingFile.objects.bulk_create(
            WaitingFile(
                organisation_id=row.organisation_id,
                reply=waiting,
                blob=file.blob,
                filename=file.filename[:255],
                content_id=file.content_id[:255],
                is_inline=file.is_inline,
            )
            for file in reply.files
        )
        change.tell("reply.waits", reply_id=waiting.pk, until=send_at)
    return waiting


def _refuse_hour(row: Ticket, at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refusal(_("This hour has passed. Choose a later one, or send it now."), field="send_at")
    if at - now > FURTHEST:
        raise Refusal(_("Choose an hour within the next %(days)d days.") % {"days": FURTHEST.days}, field="send_at")


def _one(row: Ticket, waiting_id: int) -> WaitingReply:
    waiting = (
        WaitingReply.objects.select_for_update(of=("self",), no_key=True)
        .select_related("repeats")
        .filter(ticket=row, pk=waiting_id)
        .first()
    )
    if waiting is None:
        raise Refusal(_("It has left already, or was taken back: nothing waits here any more."))
    return waiting


def _reply_of(waiting: WaitingReply, *, base_position: int | None = None) -> Reply:
    files = waiting.files.select_related("blob").order_by("pk")
    return Reply(
        waiting.text,
        waiting.base_position if base_position is None else base_position,
        [(name, address) for name, address in waiting.to],
        [(name, address) for name, address in waiting.cc],
        [File(one.filename, one.blob, one.content_id, one.is_inline) for one in files],
        waiting.then,
        waiting.outcome,
        waiting.reason,
        waiting.repeats,
    )


def _drop(waiting: WaitingReply) -> None:
    waiting.delete()

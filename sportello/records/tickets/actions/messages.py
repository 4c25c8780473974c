"""What is said on a ticket: the customer writes, a colleague answers or notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.ids import token
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.core.together import add, is_gathering
from sportello.foundation.journal.actor import Actor, person
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer

from .. import absences, clearance, levels, mentions, notices, reopening, sleeping, surviving, terms
from ..models import Closure, Entry, Message, Note, Term, Ticket
from ..reach import WRITING, reach, writing_way
from ..search_index import index
from ..words import File, Words
from .change import Change, changing
from .writing import put_files, put_recipients, put_words


class TooLate(Exception):
    """The ticket was closed longer ago than its procedure lets it reopen: the words open a new one."""


def receive(
    ticket: Ticket,
    words: Words,
    *,
    channel: str,
    customer: Customer | None,
    actor: Actor,
    reasons: Iterable[tuple[str, str, dict[str, object]]] = (),
    at: datetime | None = None,
    locked: Ticket | None = None,
) -> Message:
    """The customer writes on a ticket; on one that was merged, on the ticket it goes on in. Raises TooLate for one
    closed too long ago.

    Machine words (out of office) are kept on the timeline and change neither state nor clock. `locked` see
    `changing`.
    """
    with transaction.atomic(savepoint=not is_gathering()), _goes_on(ticket, actor, at, locked) as change:
        row = change.ticket
        change.terms_stand = not row.is_closed or words.is_machine
        if not change.terms_stand:
            _reopen_by_words(change)
        entry = put_words(change, words, channel=channel, customer=customer)
        index(row, entry, words.text, words.subject, words.sender_name, *(file.filename for file in words.files))
        for about, code, facts in reasons:
            change.because(about, code, **facts)
        if not words.is_machine:
            row.unanswered_since = row.unanswered_since or change.at
            levels.customer_wrote(row, change.at)
            if row.status == Ticket.Status.WAITING:
                row.status = Ticket.Status.IN_PROGRESS
                change.event("resumed", customer=customer, public=True)
                change.tell("ticket.resumed", entry_id=entry.pk)
            sleeping.wake(change, sleeping.Woken.REPLY)
            absences.free_if_away(change)
    return entry.message


def _goes_on(
    ticket: Ticket, actor: Actor, at: datetime | None, locked: Ticket | None
) -> AbstractContextManager[Change]:
    """`changing` of the ticket `ticket` goes on in, once merges are followed. Inside a transaction."""
    if locked is None or locked.merged_into_id is not None:
        ticket, locked = surviving.lock(ticket), None
    return changing(ticket, actor, at, name="receive", locked=locked)


def _reopen_by_words(change: Change) -> None:
    ticket = change.ticket
    if reopening.is_too_late(ticket, change.at):
        raise TooLate
    entry = reopen_now(change)
    change.tell("ticket.reopened", by="customer", entry_id=entry.pk)
    notices.give(change, "reopened")


def reopen_now(
    change: Change, *, member: Membership | None = None, customer: Customer | None = None, reason: str = ""
) -> Entry:
    """Open a closed ticket again: the closure is marked undone, new terms run from now."""
    ticket = change.ticket
    Closure.objects.filter(ticket=ticket, reopened_at__isnull=True).update(reopened_at=change.at)
    ticket.status, ticket.closed_at = Ticket.Status.IN_PROGRESS, None
    terms.begin(ticket, ticket.procedure, change.at)
    levels.reopened(ticket, change.at, by_customer=member is None)
    return change.event("reopened", member=member, customer=customer, reason=reason, public=True)


def answer(
    ticket: Ticket,
    member: Membership,
    text: str,
    *,
    base_position: int,
    to: Sequence[tuple[str, str]] = (),
    cc: Sequence[tuple[str, str]] = (),
    files: Sequence[File] = (),
    then: str = "keep",
    by_reach: bool = True,
    at: datetime | None = None,
    locked: Ticket | None = None,
) -> Message:
    """A colleague answers. `base_position` is the newest public entry they had read: Stale when there is a newer.

    `to` and `cc` are (name, address); without `to` the customer is reached where they wrote from, else on the
    follow-up page; not `by_reach`: always there, since nobody stood on the chips. `then`: "keep" in progress, or "wait"
    for the customer. Closing is its own verb. `locked` see `changing`.
    """
    words = clean(text)
    with changing(ticket, person(member.user_id), at, name="answer", locked=locked) as change:
        row = change.ticket
        refuse_answer(row, words, base_position)
        clearance.refuse(row, clearance.Leaving("answer", words, to, cc, files))
        entry = change.entry(Entry.Kind.MESSAGE, Entry.Visibility.PUBLIC, member=member)
        row.last_public_position = entry.position
        message = _outgoing(change, entry, words, to, cc, by_reach)
        put_files(entry, files)
        index(row, entry, words, *(file.filename for file in files))
        row.unanswered_since = None
        row.next_promise_at = terms.meet(row, (Term.Kind.FIRST_ANSWER,), change.at)
        change.terms_stand = True
        levels.answered(row, change.at)
        _after_answer(change, member, then, entry)
        change.tell("message.written", message_id=message.pk, entry_id=entry.pk, channel=message.channel, moment="")
    return message


def refuse_answer(ticket: Ticket, text: str, base_position: int) -> None:
    """Refusal or Stale where `answer` would say no: for what is to be answered later, and should be refused now."""
    if not clean(text):
        raise Refusal(_("The reply is empty. Write something, or close it without sending."), field="text")
    _refuse_stale(ticket, base_position)
    _refuse_closed(ticket)


def _refuse_stale(ticket: Ticket, base_position: int) -> None:
    if ticket.last_public_position > base_position:
        raise Stale(
            _("Something new arrived since you began this reply. It was not sent: read what is new, then send it.")
        )


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise Refusal(_("This ticket is closed. Reopen it to answer."))


def _outgoing(
    change: Change,
    entry: Entry,
    text: str,
    to: Sequence[tuple[str, str]],
    cc: Sequence[tuple[str, str]],
    by_reach: bool,
) -> Message:
    ticket = change.ticket
    recipients = [("to", name, address) for name, address in to]
    if not recipients and by_reach:
        way = reach(ticket)
        recipients = [("to", way.name, way.address)] if way.writes else []
    recipients += [("cc", name, address) for name, address in cc]
    channel = writing_way(ticket) if recipients else "portal"
    message = add(
        Message(
            organisation_id=ticket.organisation_id,
            entry=entry,
            direction=Message.Direction.OUT,
            channel=channel,
            subject=one_line(f"Re: {ticket.subject} [{ticket.number}]", 500),
            text=text,
            language=ticket.language,
            token=token() if channel in WRITING else "",
        )
    )
    put_recipients(message, recipients)
    change.addresses[message.pk] = tuple(one_line(address, 320) for _role, _name, address in recipients)
    return message


def _after_answer(change: Change, member: Membership, then: str, entry: Entry) -> None:
    ticket = change.ticket
    if ticket.owner_id is None:
        ticket.owner = member
        change.event("taken", member=member, to_id=member.pk)
        change.tell("ticket.assigned", entry_id=entry.pk)
    if then == "wait":
        ticket.status = Ticket.Status.WAITING
        levels.pause(ticket, "waiting", change.at, by_member_id=member.pk)
        change.event("waiting", member=member, public=True)
        change.tell("ticket.waiting", entry_id=entry.pk)
    else:
        ticket.status = Ticket.Status.IN_PROGRESS
        levels.resume(ticket, "waiting", change.at)


def note(
    ticket: Ticket, member: Membership, text: str, *, files: Sequence[File] = (), at: datetime | None = None
) -> Note:
    """A note among colleagues; never told to the customer by any way. Whom it names ("@Anna") has it in their list."""
    words = clean(text)
    if not words:
        raise Refusal(_("The note is empty."), field="text")
    with changing(ticket, person(member.user_id), at) as change:
        if change.ticket.merged_into_id is not None:
            raise Refusal(_("This ticket goes on in another one already."), field="text")
        entry = change.entry(Entry.Kind.NOTE, Entry.Visibility.INTERNAL, member=member)
        written = add(Note(organisation_id=entry.organisation_id, entry=entry, text=words))
        put_files(entry, files)
        index(change.ticket, entry, words, *(file.filename for file in files))
        change.tell("note.written", entry_id=entry.pk)
        mentions.keep(change, entry, words, member)
    return written

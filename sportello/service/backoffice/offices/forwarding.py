"""Forwarding to an office: asked, extended, recalled; its answer taken up or not. The ticket stays with who has it.

The office has a term of its own inside ours, found by the same tick (`records/tickets/tick.py`). What it says comes to
the ticket as its words; the customer's clock, state and conversation are not touched, and the ledger tells them the
stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.records.accounts.models import Membership
from sportello.records.tickets import notice_words, notices, terms
from sportello.records.tickets.actions import asides
from sportello.records.tickets.actions.change import Change, changing
from sportello.records.tickets.models import Attachment, Entry, KeptCalendar, Message, Term, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.email.answering import answering

from ..models import ForwardedItem, Forwarding, ForwardingExtension, Office
from . import words

#: Longer than anybody is asked to wait inside the term of another.
MOST_DAYS = 120


@dataclass(frozen=True)
class Asked:
    """What a colleague asks an office. `messages` and `attachments` are ids of the ticket's public messages and files;
    files of notes cannot be chosen, nor can notes. `beyond` says why the office's term may end after our safe end."""

    topic: str
    question: str
    days: int
    messages: Sequence[int] = ()
    attachments: Sequence[int] = ()
    with_customer: bool = False
    beyond: str = ""


def forward(ticket: Ticket, office: Office, asked: Asked, *, by: Membership, at: datetime | None = None) -> Forwarding:
    """Ask `office`; the customer is told who was asked and by when its answer is expected.

    Refusal: nothing asked, an office not in use, a term that ends after our own safe end without a reason, something
    chosen that is not the ticket's or not for others' eyes.
    """
    text, topic = clean(asked.question), one_line(asked.topic, 200)
    _refuse_empty(text, topic)
    with changing(ticket, person(by.user_id), at) as change:
        row = change.ticket
        _refuse(row, office)
        chosen, files = _chosen(row, asked)
        term = _term(change, office, asked.days, change.at)
        beyond = _beyond(row, term, asked.beyond)
        aside = asides.begin(change, office.name, office.channel, office.address, term.due_at)
        entry = change.event("forwarded", member=by, aside_id=aside.pk)
        language = words.language_of(row.organisation)
        letter = text if office.is_inside else words.question(
            row, text, _day(row, term.due_at, language), chosen, row.customer if asked.with_customer else None
        )
        question = asides.ask(
            change, aside, letter, subject=words.subject(row, topic), language=language,
            files=[] if office.is_inside else [File(one.filename, one.blob) for one in files], member=by,
        )
        forwarding = Forwarding.objects.create(
            organisation_id=row.organisation_id, ticket=row, office=office, aside=aside, question=question,
            by_member=by, asked_at=change.at, term=term, expected_at=term.due_at, beyond_reason=beyond,
            with_customer=asked.with_customer,
        )
        _keep_items(forwarding, chosen, files)
        _tell(change, forwarding, "forwarding.asked", office_id=office.pk, expected=term.due_at, beyond=bool(beyond))
        change.tell("ticket.forwarded", entry_id=entry.pk, aside_id=aside.pk)
        _give(change, "forwarded", forwarding)
    return forwarding


def extend(
    forwarding: Forwarding, days: int, *, by: Membership, reason: str, beyond: str = "", at: datetime | None = None
) -> ForwardingExtension:
    """More working days, counted from the end it had (or from now, when that has passed); the customer reads why."""
    stated = _stated(reason)
    with changing(forwarding.ticket, person(by.user_id), at) as change:
        row, fresh = change.ticket, _locked(forwarding)
        _refuse_settled(fresh)
        before = fresh.expected_at
        terms.end(row, fresh.term, change.at)
        fresh.term = _term(change, fresh.office, days, max(before, change.at))
        why = _beyond(row, fresh.term, beyond)
        fresh.beyond_reason = why or fresh.beyond_reason
        fresh.expected_at = fresh.term.due_at
        fresh.save()
        asides.go_on(change, fresh.aside, fresh.expected_at)
        extension = ForwardingExtension.objects.create(
            organisation_id=row.organisation_id, forwarding=fresh, days=days, expected_before=before,
            expected_after=fresh.expected_at, reason=stated, by_member=by, at=change.at,
        )
        entry = change.event("office_extended", member=by, reason=stated, aside_id=fresh.aside_id)
        if not fresh.office.is_inside:
            _write(change, fresh, words.extended(fresh, stated), by)
        _tell(change, fresh, "forwarding.extended", expected=fresh.expected_at)
        change.tell("ticket.forwarded", entry_id=entry.pk, aside_id=fresh.aside_id)
        _give(change, "office_later", fresh, stated)
    forwarding.refresh_from_db()
    return extension


def recall(forwarding: Forwarding, *, by: Membership, reason: str, at: datetime | None = None) -> None:
    """Its answer is needed no more; an office outside is told why, one inside reads it on its page."""
    stated = _stated(reason)
    with changing(forwarding.ticket, person(by.user_id), at) as change:
        fresh = _locked(forwarding)
        _refuse_settled(fresh)
        fresh.recalled_at, fresh.recalled_by, fresh.recall_reason = change.at, by, stated
        fresh.save()
        _end_term(change, fresh)
        asides.end(change, fresh.aside)
        entry = change.event("forwarding_recalled", member=by, reason=stated, aside_id=fresh.aside_id)
        if not fresh.office.is_inside:
            _write(change, fresh, words.recalled(fresh, stated), by)
        _tell(change, fresh, "forwarding.recalled")
        change.tell("ticket.forwarded", entry_id=entry.pk, aside_id=fresh.aside_id)
    forwarding.refresh_from_db()


def accept(forwarding: Forwarding, *, by: Membership, at: datetime | None = None) -> None:
    """This is the answer: the office is asked no more, and the customer told that its answer is there."""
    with changing(forwarding.ticket, person(by.user_id), at) as change:
        fresh = _locked(forwarding)
        _refuse_settled(fresh)
        if fresh.answered_at is None:
            raise Refusal(_("Nothing has come from this office yet."))
        fresh.accepted_at, fresh.accepted_by = change.at, by
        fresh.save()
        _end_term(change, fresh)
        asides.end(change, fresh.aside)
        entry = change.event("office_answer_taken", member=by, aside_id=fresh.aside_id)
        _tell(change, fresh, "forwarding.accepted")
        change.tell("ticket.forwarded", entry_id=entry.pk, aside_id=fresh.aside_id)
        if not change.ticket.is_closed:
            _give(change, "office_answered", fresh)
    forwarding.refresh_from_db()


def not_yet(forwarding: Forwarding, *, by: Membership, text: str = "", at: datetime | None = None) -> None:
    """What came does not answer the question: the term runs on as if nothing had come, and the office is told why."""
    with changing(forwarding.ticket, person(by.user_id), at) as change:
        fresh = _locked(forwarding)
        _refuse_settled(fresh)
        if fresh.answered_at is None:
            raise Refusal(_("Nothing has come from this office yet."))
        fresh.answered_at = None
        fresh.save()
        terms.run_again(change.ticket, fresh.term, change.at)
        entry = change.event("office_not_yet", member=by, aside_id=fresh.aside_id)
        if clean(text):
            _write(change, fresh, clean(text), by)
        _tell(change, fresh, "forwarding.not_yet")
        change.tell("ticket.forwarded", entry_id=entry.pk, aside_id=fresh.aside_id)
    forwarding.refresh_from_db()


def write(
    forwarding: Forwarding, text: str, *, by: Membership, files: Sequence[File] = (), at: datetime | None = None
) -> Message:
    """Write to the office again, in the same conversation."""
    said = clean(text)
    if not said:
        raise Refusal(_("Write what you ask."), field="text")
    with changing(forwarding.ticket, person(by.user_id), at) as change:
        fresh = _locked(forwarding)
        _refuse_settled(fresh)
        return _write(change, fresh, said, by, files)


# What these share ------------------------------


def _write(
    change: Change, forwarding: Forwarding, text: str, by: Membership, files: Sequence[File] = ()
) -> Message:
    return asides.ask(
        change, forwarding.aside, text, subject=words.again(forwarding),
        language=words.language_of(change.ticket.organisation), files=files, member=by,
    )


def _locked(forwarding: Forwarding) -> Forwarding:
    """As it is now; its ticket is locked already."""
    return Forwarding.objects.select_related("office", "aside", "term", "question", "ticket__organisation").get(
        pk=forwarding.pk
    )


def _term(change: Change, office: Office, days: int, since: datetime) -> Term:
    if not 0 < days <= MOST_DAYS:
        raise Refusal(_("Choose between 1 and %(most)d working days.") % {"most": MOST_DAYS}, field="days")
    kept = KeptCalendar.of(office.calendar or change.ticket.procedure.calendar)
    return terms.office(change.ticket, since, days, kept)


def _beyond(ticket: Ticket, term: Term, reason: str) -> str:
    """The reason why the office's term ends after our own safe end; empty when it does not. Refusal without one."""
    main = terms.running_conclusion(ticket)
    if main is None or term.due_at <= main.safe_at:
        return ""
    stated = clean(reason)
    if not stated:
        here = notice_words.day_words
        raise Refusal(
            _("That is %(theirs)s, after our own term ends on %(ours)s. Give fewer days, or say why it must be so.")
            % {"theirs": here(ticket.organisation, term.due_at), "ours": here(ticket.organisation, main.safe_at)},
            field="beyond",
        )
    return stated


def _refuse_empty(text: str, topic: str) -> None:
    if not topic:
        raise Refusal(_("Say in a few words what it is about: the office reads it as the subject."), field="topic")
    if not text:
        raise Refusal(_("Write what you ask the office."), field="question")


def _refuse(ticket: Ticket, office: Office) -> None:
    if ticket.is_closed:
        raise Refusal(_("This ticket is closed. Reopen it first."))
    if office.organisation_id != ticket.organisation_id or office.retired_at is not None:
        raise Refusal(_("This office is not in use any more. Choose another."), field="office")
    if Forwarding.objects.open().filter(ticket=ticket, office=office).exists():
        raise Refusal(_("This office was asked already: write to it in the same conversation."), field="office")
    if not office.is_inside and answering(ticket, channel=office.channel).mailbox is None:
        raise Refusal(_("We have no mailbox that writes this way. Set one up, or ask another office."), field="office")


def _refuse_settled(forwarding: Forwarding) -> None:
    if not forwarding.is_open:
        raise Refusal(_("This is settled already: ask the office anew."))


def _stated(reason: str) -> str:
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why."), field="reason")
    return stated


def choosable(ticket: Ticket) -> tuple[list[Message], list[Attachment]]:
    """What of a ticket may be shown to an office: public words of persons, and their files. Never notes."""
    entries = Entry.objects.filter(
        ticket=ticket, kind=Entry.Kind.MESSAGE, visibility=Entry.Visibility.PUBLIC, message__notice_moment=""
    )
    said = Message.objects.filter(entry__in=entries).select_related("entry", "entry__by_member__user")
    messages = list(said.order_by("entry__position"))
    files = list(
        Attachment.objects.filter(entry__in=entries).select_related("blob", "entry").order_by("entry__position", "pk")
    )
    return messages, files


def _chosen(ticket: Ticket, asked: Asked) -> tuple[list[Message], list[Attachment]]:
    messages, files = choosable(ticket)
    sent = [one for one in messages if one.pk in set(asked.messages)]
    taken = [one for one in files if one.pk in set(asked.attachments)]
    if len(sent) != len(set(asked.messages)) or len(taken) != len(set(asked.attachments)):
        raise Refusal(_("Something you chose is not there any more, or is not for others to see. Choose again."))
    if any(one.blob.scan == one.blob.Scan.INFECTED for one in taken):
        raise Refusal(_("A virus was found in a file you chose: it cannot be sent."), field="attachments")
    return sent, taken


def _keep_items(forwarding: Forwarding, messages: Sequence[Message], files: Sequence[Attachment]) -> None:
    ForwardedItem.objects.bulk_create(
        [
            *(ForwardedItem(organisation_id=forwarding.organisation_id, forwarding=forwarding, message=one)
              for one in messages),
            *(ForwardedItem(organisation_id=forwarding.organisation_id, forwarding=forwarding, attachment=one)
              for one in files),
        ]
    )


def _end_term(change: Change, forwarding: Forwarding) -> None:
    if forwarding.term.is_running:
        terms.end(change.ticket, forwarding.term, change.at)


def _day(ticket: Ticket, at: datetime, language: str) -> str:
    with translation.override(language):
        return notice_words.day_words(ticket.organisation, at)


def _give(change: Change, moment: str, forwarding: Forwarding, reason: str = "") -> None:
    with notice_words.speaking(change.ticket):
        due = notice_words.day_words(change.ticket.organisation, forwarding.expected_at)
    notices.give(change, moment, reason=reason, extra={"office": forwarding.office.name, "due": due})


def _tell(change: Change, forwarding: Forwarding, verb: str, **payload: object) -> None:
    record(
        change.ticket.organisation, verb, forwarding, change.actor, at=change.at, ticket_id=change.ticket.pk, **payload
    )

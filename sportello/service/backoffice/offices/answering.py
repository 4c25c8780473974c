"""What comes back from an office, and reminders to it: reactions to the journal, and words of colleagues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.journal.reader import Read
from sportello.records.accounts.models import Membership
from sportello.records.tickets import terms
from sportello.records.tickets.actions import asides
from sportello.records.tickets.actions.change import changing
from sportello.records.tickets.blockers import Missing
from sportello.records.tickets.models import Message, Moment, Ticket
from sportello.records.tickets.words import File, Words

from ..models import Forwarding, ForwardingReminder
from . import words

#: How an answer may reach us beside our mailboxes and the office's own page.
ELSEWHERE = ("phone", "letter", "counter")


def heard(happened: Happened) -> None:
    """In the transaction of `aside.answered`: the question is answered as far as the office is concerned, and its term
    met at that instant. Whether it is an answer, a colleague says (`forwarding.accept`, `not_yet`)."""
    if happened.payload.get("machine"):
        return
    forwarding = (
        Forwarding.objects.select_related("term", "ticket").filter(aside=happened.payload["aside_id"]).first()
    )
    if forwarding is None or not forwarding.is_open:
        return
    forwarding.answer_id = happened.payload["message_id"]
    if forwarding.answered_at is None:
        forwarding.answered_at = happened.at
        terms.meet_office(forwarding.ticket, forwarding.term, happened.at)
    forwarding.save(update_fields=["answer", "answered_at"])
    record(
        happened.organisation, "forwarding.answered", forwarding, happened.actor, at=happened.at,
        ticket_id=forwarding.ticket_id, message_id=forwarding.answer_id,
    )


def answer_inside(
    forwarding: Forwarding, text: str, *, by: Membership, files: Sequence[File] = ()
) -> Message:
    """A colleague of the office answers on its page. What they may see of the ticket is not asked for."""
    said = _said(forwarding, text)
    return asides.told(
        forwarding.ticket, forwarding.aside,
        Words(text=said, sender_name=by.user.name, files=tuple(files)),
        channel=asides.INSIDE, actor=person(by.user_id), member=by,
    )


def record_answer(
    forwarding: Forwarding, text: str, *, how: str, by: Membership, files: Sequence[File] = ()
) -> Message:
    """The office answered another way (by phone, on paper): a colleague writes it down in its name."""
    if how not in ELSEWHERE:
        raise Refusal(_("Choose how the answer came."), field="how")
    said = _said(forwarding, text)
    return asides.told(
        forwarding.ticket, forwarding.aside,
        Words(text=said, sender_name=forwarding.office.name, files=tuple(files)),
        channel=how, actor=person(by.user_id), member=by,
    )


def _said(forwarding: Forwarding, text: str) -> str:
    said = clean(text)
    if not said:
        raise Refusal(_("The answer is empty. Write something."), field="text")
    if not forwarding.is_open:
        raise Refusal(_("Your answer is not needed any more: the question was recalled, or is settled."))
    return said


def remind(event: Read) -> None:
    """A durable reaction to `ticket.warned`: the office asked is reminded, once for each moment, in the same
    transaction that moves the consumer's cursor."""
    if event.payload.get("whom") != Moment.Whom.OFFICE:
        return
    moment = Moment.objects.filter(pk=event.payload["moment_id"]).first()
    if moment is None or ForwardingReminder.objects.filter(moment=moment).exists():
        return
    forwarding = (
        Forwarding.objects.open()
        .filter(term=moment.term_id, answered_at__isnull=True)
        .select_related("office", "aside", "question", "ticket__organisation")
        .first()
    )
    if forwarding is None:  # answered or recalled between the tick and now
        return
    with changing(forwarding.ticket, SYSTEM) as change:
        message = None
        if forwarding.office.is_inside:
            Moment.objects.filter(pk=moment.pk).update(to_team=forwarding.office.team_id)
        else:
            message = asides.ask(
                change, forwarding.aside, words.reminder(forwarding, late=moment.at >= moment.due_at),
                subject=words.again(forwarding), language=words.language_of(change.ticket.organisation),
            )
        ForwardingReminder.objects.create(
            organisation_id=forwarding.organisation_id, forwarding=forwarding, moment=moment, message=message,
            at=change.at,
        )
        record(
            change.ticket.organisation, "forwarding.reminded", forwarding, SYSTEM, at=change.at,
            ticket_id=change.ticket.pk, moment_id=moment.pk,
        )


def awaited(ticket: Ticket, outcome: str) -> Iterable[Missing]:
    """A blocker: what was asked is answered or recalled before the ticket is closed: no office works in vain."""
    if ticket.open_asides:
        open_ones = Forwarding.objects.open().filter(ticket=ticket).select_related("office").order_by("pk")
        for forwarding in open_ones:
            said = (
                _("read the answer of %(office)s")
                if forwarding.answered_at
                else _("the answer of %(office)s, or recall the question")
            )
            yield Missing("office", said % {"office": forwarding.office.name}, "offices")

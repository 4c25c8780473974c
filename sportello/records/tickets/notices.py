"""Telling the customer: each change of stage owes a notice, and the ledger says what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from sportello.foundation.core.ids import token
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.core.together import add
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.watch import meters
from sportello.records.accounts.models import Membership
from sportello.records.procedures.queries import NoticeText, notice_text

from . import codes, notice_words, reopening, terms
from .actions.change import Change
from .actions.writing import put_recipients
from .models import Closure, Entry, Message, Notice, Participant, Reason, Recipient, Ticket
from .prepared import Prepared
from .reach import WRITING, Reach, reach
from .rules import rules_of
from .search_index import index


def give(
    change: Change,
    moment: str,
    *,
    reason: str = "",
    how: str = "",
    closure: Closure | None = None,
    untold: str = "",
    extra: dict[str, str] | None = None,
) -> Notice:
    """Owe the notice of `moment` and give it at once by the way the customer can be reached.

    `how` names a way already taken (said at the counter, read on the phone): then nothing is sent. `untold` is the
    code of why no program may tell them (a no-reply sender, a list): the ledger then says that there is no way, and
    nobody claims they were told. Called inside `changing`, before it writes.
    """
    ticket = change.ticket
    ticket.next_promise_at = None if ticket.is_closed else terms.next_promise(ticket)
    if untold:
        return _no_way(change, moment, untold)
    if how:
        return _keep(change, moment, how)
    way = reach(ticket)
    sign = _why_nobody(ticket, way)
    if sign:
        return _no_way(change, moment, sign)
    text = notice_text(ticket.organisation, moment, ticket.language)
    values = _values(ticket, reason, closure) | (extra or {})
    return _keep(change, moment, way.how, _write(change, moment, text, way, values))


def told_by(change: Change, moment: str, letter: Notice) -> Notice:
    """The ledger's line for what the letter of another ticket told at the same address."""
    return _keep(change, moment, letter.how, letter.message)


def give_receipt(change: Change, prepared: Prepared, *, how: str, untold: str, way: Callable[[], Reach]) -> Notice:
    """`give` of the receipt while the ticket is opened: its promise is known already."""
    ticket, moment = change.ticket, "receipt"
    if untold:
        return _no_way(change, moment, untold)
    if how:
        return _keep(change, moment, how)
    text = prepared.notice(moment, ticket.language)
    chosen = way()
    return _keep(change, moment, chosen.how, _write(change, moment, text, chosen, _values(ticket, "", None)))


def _keep(change: Change, moment: str, how: str, message: Message | None = None) -> Notice:
    """Its line in the ledger: given now, `how`."""
    notice = _line(change, moment, state=Notice.State.GIVEN, how=how, given_at=change.at, message=message)
    if message is not None:
        change.because("notice", f"by_{how}", notice_id=notice.pk, moment=moment)
    change.tell("notice.given", notice_id=notice.pk, moment=moment, how=how)
    meters.add(meters.NOTICES, how)
    return notice


#: Why a receipt could not be sent, where no later notice can be sent either: nobody reads there.
_NOBODY_READS = ("no_reply_sender", "form")


def _why_nobody(ticket: Ticket, way: Reach) -> str:
    """Why no program can tell them (code); empty when they can be told.

    Who wrote by mail knows the follow-up page from our letters only: without an address that works, a notice on that
    page tells nobody, and the ledger must not say so.
    """
    if way.writes:
        rows = Reason.objects.filter(ticket=ticket, about="notice", code="no_way").order_by("pk")
        signs = {facts.get("sign", "") for facts in rows.values_list("facts", flat=True)}
        return next((sign for sign in _NOBODY_READS if sign in signs), "")
    if ticket.channel not in WRITING:
        return ""
    asked = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="")
    return "undeliverable" if asked.exists() else "no_address"


def _no_way(change: Change, moment: str, sign: str) -> Notice:
    notice = _line(change, moment, state=Notice.State.NO_WAY)
    change.because("notice", "no_way", notice_id=notice.pk, moment=moment, sign=sign)
    return notice


def _line(change: Change, moment: str, **columns: Any) -> Notice:
    ticket = change.ticket
    return add(
        Notice(
            organisation_id=ticket.organisation_id,
            ticket=ticket,
            moment=moment,
            due_at=change.at,
            is_required=moment in required_moments(ticket),
            **columns,
        )
    )


def undelivered(message: Message) -> None:
    """What carried a notice did not arrive: it is due again, and the ticket stands on the page of silent ones."""
    Notice.objects.filter(message=message, state=Notice.State.GIVEN).update(state=Notice.State.DUE, given_at=None)


def required_moments(ticket: Ticket) -> set[str]:
    """Notices without which the procedure is not done: its receipt, and those its steps name."""
    rules = rules_of(ticket.procedure)
    receipt = {"receipt"} if rules.acknowledgement is not None and rules.acknowledgement.when != "none" else set()
    return receipt | {step.notice for step in rules.steps if step.notice and step.mandatory}


def owe_third_party(change: Change, name: str, *, proof: str = "", by: Membership | None = None) -> Notice:
    """Somebody else concerned is to be told, by hand: given when there is a proof, due until then."""
    given = bool(clean(proof))
    notice = Notice.objects.create(
        organisation_id=change.ticket.organisation_id,
        ticket=change.ticket,
        moment="third_party",
        party=Notice.Party.THIRD_PARTY,
        party_name=name,
        state=Notice.State.GIVEN if given else Notice.State.DUE,
        due_at=change.at,
        given_at=change.at if given else None,
        how="letter" if given else "",
        proof=one_line(proof, 300),
        is_required=True,
        by_member=by,
    )
    if given:
        change.tell("notice.given", notice_id=notice.pk, moment=notice.moment, how=notice.how)
    return notice


def _write(change: Change, moment: str, text: NoticeText, way: Reach, values: dict[str, str]) -> Message:
    ticket = change.ticket
    subject, body = notice_words.fill(text, values)
    entry = change.entry(Entry.Kind.MESSAGE, Entry.Visibility.PUBLIC)
    message = add(
        Message(
            organisation_id=ticket.organisation_id,
            entry=entry,
            direction=Message.Direction.OUT,
            channel=way.how,
            subject=subject[:500],
            text=body,
            language=ticket.language,
            notice_moment=moment,
            token=token() if way.writes else "",
            is_machine=True,
        )
    )
    if way.writes:
        put_recipients(message, [(Recipient.Role.TO, way.name, way.address)])
    change.addresses[message.pk] = (way.address,) if way.writes else ()
    index(ticket, entry, subject)
    change.tell("message.written", message_id=message.pk, entry_id=entry.pk, channel=way.how, moment=moment)
    return message


def _values(ticket: Ticket, reason: str, closure: Closure | None) -> dict[str, str]:
    organisation = ticket.organisation
    with translation.override(ticket.language):
        return _words(ticket, organisation, reason, closure)


def _words(ticket: Ticket, organisation: Organisation, reason: str, closure: Closure | None) -> dict[str, str]:
    return {
        "number": ticket.number,
        "code": codes.MARK,
        "subject": ticket.subject.replace(codes.MARK, ""),
        "organisation": organisation.name,
        "team": ticket.team.name_in(ticket.language),
        "received": notice_words.moment_words(organisation, ticket.opened_at),
        "next": "\n".join(f"- {line}" for line in notice_words.next_lines(ticket)),
        "promise": notice_words.promise_sentence(ticket),
        "link": notice_words.follow_link(ticket),
        "reason": reason.replace(codes.MARK, ""),
        "outcome": str(closure.get_outcome_display()) if closure else "",
        "reopen_days": str(reopening.days_of(ticket)),
    }

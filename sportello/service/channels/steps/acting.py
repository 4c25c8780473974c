"""Doing what was decided: words on a ticket, or a new ticket. Inside the transaction that settles the message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.journal.actor import customer as by_customer
from sportello.records.customers.actions.reaching import heard_from
from sportello.records.customers.actions.registering import verify
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions.archiving import file_archived, open_archived
from sportello.records.tickets.actions.change import lock
from sportello.records.tickets.actions.messages import receive
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.models import Link, Message, Participant, Recipient, Ticket
from sportello.service.channels.models import IncomingMail

from . import certified, guarding, machines, which
from .deciding import Decision
from .mail import Arrived, Settled
from .who import Writer, customer_of, identity_of, letters_arrive, writer_of
from .words import left_out, subject_of, words_of


def act(mail: Arrived, decision: Decision) -> Settled:
    """Write what `decision` says; the row of the message itself is its caller's."""
    facts = decision.facts
    if mail.row.is_archive and decision.fate in ("report", "complaint"):
        return Settled(decision.state, decision.cause, {**facts, "archive": True})  # it is over: nothing is set going
    if decision.fate == "report" and mail.record.bounce is not None:
        return machines.settle_report(mail, mail.record.bounce, facts)
    if decision.fate == "receipt" or decision.cause in certified.CAUSES:
        return certified.settle(mail, decision.cause if decision.fate == "quarantined" else "", facts)
    if decision.fate == "complaint":
        return machines.settle_complaint(mail, facts)
    if decision.fate == "kept" and decision.found is not None:
        return machines.keep_on_ticket(mail, decision.found, decision.cause, facts)
    if decision.fate == "office" and decision.found is not None and decision.writer is not None:
        return machines.tell_aside(mail, decision.found, decision.writer, decision.cause, facts)
    if decision.fate in ("joined", "opened") and decision.writer is not None:
        return _of_a_person(mail, decision, decision.writer)
    copy = IncomingMail.objects.filter(pk=decision.copy).first() if decision.copy else None
    ticket = decision.found.ticket if decision.found else None
    return Settled(decision.state, decision.cause, facts, duplicate_of=copy, ticket=ticket)


def _of_a_person(mail: Arrived, decision: Decision, writer: Writer) -> Settled:
    customer = customer_of(mail, writer, decision.customer)
    if decision.customer is not None and not mail.row.is_archive:
        known = identity_of(mail, writer)  # asked for the whole batch; nearly every address works
        if known is not None and known.undeliverable_at is not None:
            heard_from(mail.organisation, writer.sort, writer.address, MACHINE, at=mail.at)
            known.undeliverable_at = None
    follows = decision.follows
    if decision.found is not None:
        found = replace(decision.found, ticket=mail.locked or lock(decision.found.ticket))
        if mail.row.is_archive or not which.too_late(found.ticket, mail):
            message = _join(mail, found, writer, customer, decision.shown)
            return Settled(decision.state, decision.cause, message=message, ticket=found.ticket)
        follows = found.ticket  # closed for good between the decision and now
    message, ticket = _open(mail, decision, writer, customer, follows)
    return Settled(decision.state, "opened", message=message, ticket=ticket)


def _join(
    mail: Arrived, found: which.Found, writer: Writer, customer: Customer | None, shown: tuple[str, ...]
) -> Message:
    words = words_of(mail, writer)
    put: Callable[..., Message] = (
        file_archived if mail.row.is_archive else partial(receive, locked=found.ticket)
    )
    message = put(
        found.ticket,
        words,
        channel=mail.channel,
        customer=customer,
        actor=by_customer(customer.pk if customer else None),
        reasons=[_door(mail, shown), ("ticket", found.why, {"mail_id": mail.row.pk})],
        at=mail.at,
    )
    for role, _name, address in words.recipients:
        if role == "cc":
            Participant.objects.get_or_create(
                organisation=mail.organisation,
                ticket=found.ticket,
                address=address,
                defaults={"role": Participant.Role.CC, "since": mail.at},
            )
    _verify(found, writer, mail)
    return message


def _verify(found: which.Found, writer: Writer, mail: Arrived) -> None:
    """Who answers with the token we sent to an address reads that address."""
    answered = found.answered
    if answered is None:
        return
    identity = identity_of(mail, writer)
    if identity is None or identity.verified:
        return
    if writer.address.lower() not in mail.batch.asked(_written_to)[answered.pk]:
        return
    identity.organisation = mail.organisation
    verify(identity, "by_reply", MACHINE, at=mail.at)


def ask_ahead(decided: Iterable[tuple[Arrived, Decision]]) -> None:
    """What acting on a batch will ask, before its first row waits to be written: later each question writes them."""
    for mail, decision in decided:
        if decision.fate == "joined":
            mail.batch.asked(_written_to)
        elif decision.fate == "opened" and decision.customer is not None:
            mail.batch.asked(which.recent_subjects)


def _written_to(mails: list[Arrived]) -> dict[int, set[str]]:
    """Whom our messages were sent to, lower case, that these answer from an address nobody has verified."""
    answered: dict[int, set[str]] = {}
    for mail in mails:
        identity, found = identity_of(mail, writer_of(mail)), which.by_token(mail)
        if found is not None and found.answered is not None and identity is not None and not identity.verified:
            answered[found.answered.pk] = set()
    if not answered:
        return {}
    for message_id, address in Recipient.objects.filter(message__in=answered).values_list("message_id", "address"):
        answered[message_id].add(address.lower())
    return answered


def _open(
    mail: Arrived, decision: Decision, writer: Writer, customer: Customer | None, follows: Ticket | None
) -> tuple[Message, Ticket]:
    kind, routed = mail.desk.route(mail.desk.mailbox(mail.row.mailbox_id))
    put = open_archived if mail.row.is_archive else open_ticket
    opened = put(
        mail.organisation,
        Opening(
            kind=kind,
            team=routed.team,
            route=(routed.code, routed.facts),
            channel=mail.channel,
            subject=subject_of(mail),
            language=mail.record.language or (customer.language if customer else ""),
            customer=customer,
            words=words_of(mail, writer),
            address=writer.address,
            prepared=mail.desk.prepared,
            arrives=letters_arrive(mail, writer),
            untold=_untold(mail, writer),
            reasons=[
                _door(mail, decision.shown),
                ("customer", writer.why, {**writer.facts, "customer_id": customer.pk if customer else None}),
                ("ticket", "opened", {"mail_id": mail.row.pk, "receipt": writer.may_get_receipt}),
            ],
            links=_links(mail, decision, writer, customer, follows),
        ),
        by_customer(customer.pk if customer else None),
        at=mail.at,
    )
    return opened.entry.message, opened.ticket


def _untold(mail: Arrived, writer: Writer) -> str:
    """Why no receipt leaves: no program may answer them, there is no address, or it is old mail brought in."""
    if mail.row.is_archive:
        return "archive"
    return writer.untold or ("" if writer.address else "no_address")


def _links(
    mail: Arrived, decision: Decision, writer: Writer, customer: Customer | None, follows: Ticket | None
) -> list[tuple[Ticket, str]]:
    links: dict[int, tuple[Ticket, str]] = {}
    if follows is not None:
        links[follows.pk] = (follows, Link.Kind.FOLLOWS)
    for ticket in _by_other_mailbox(mail, decision):
        links.setdefault(ticket.pk, (ticket, Link.Kind.SAME_MESSAGE))
    # of a customer nobody knew before there is no other ticket
    for ticket in which.perhaps(mail, writer, customer if decision.customer is not None else None):
        links.setdefault(ticket.pk, (ticket, Link.Kind.PERHAPS))
    return list(links.values())


def _by_other_mailbox(mail: Arrived, decision: Decision) -> list[Ticket]:
    copies = guarding.by_other_mailbox(mail, list(decision.copies))
    if not copies:
        return []
    messages = [copy.message_id for copy in copies[:5]]
    return list(Ticket.objects.filter(entries__message__in=messages).distinct()[:5])


def _door(mail: Arrived, shown: tuple[str, ...]) -> tuple[str, str, dict[str, Any]]:
    facts: dict[str, Any] = {"mail_id": mail.row.pk, "mailbox_id": mail.row.mailbox_id, "by": mail.row.door}
    if mail.released:
        facts["released"] = mail.released
    if shown:
        facts["flags"] = list(shown)
    return "door", mail.channel, {**facts, **left_out(mail)}

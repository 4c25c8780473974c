"""From stored bytes to a ticket. The worker calls `work`; each message is settled in a transaction of its own:
cut anywhere, it is either still pending or exactly once where it belongs.

The order: parse, guards, machines, who, which ticket, words.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from sportello.foundation.core.text import clean, one_line
from sportello.foundation.files.actions import read
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.journal.actor import customer as by_customer
from sportello.foundation.tenancy import clock
from sportello.records.customers.actions.registering import verify
from sportello.records.customers.models import Customer, Identity
from sportello.records.procedures.queries import default_kind
from sportello.records.tickets.actions.messages import TooLate, receive
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.models import Link, Message, Participant, Ticket
from sportello.service.routing.actions import team_for

from .email.addresses import our_addresses
from .email.taking import NULL_SENDER
from .mailkit.guards import flags
from .mailkit.parse import parse
from .models import IncomingMail
from .steps import guarding, machines, which
from .steps.mail import Arrived, Settled, State
from .steps.who import Writer, customer_of, writer_of
from .steps.words import left_out, subject_of, words_of

log = logging.getLogger("sportello.intake")

CHANNEL = "email"
BATCH = 50
#: So often a message may fail before a colleague looks at it.
ATTEMPTS = 5
FIRST_PAUSE = 10.0
_ERROR = 500


def work() -> int:
    """Settle up to a batch of what is pending and due, oldest first; how many were looked at.

    Safe to run in several processes: each row is locked by who settles it, others skip it. Raises DatabaseError
    when the database went away.
    """
    done = 0
    while done < BATCH and _settle_next():
        done += 1
    return done


def _settle_next() -> bool:
    """One message; False when nothing is due."""
    tried: int | None = None
    try:
        with transaction.atomic():
            row = _claim()
            if row is None:
                return False
            tried = row.pk
            _finish(row, *_settle(row))
    except Exception as error:
        if tried is None or (isinstance(error, DatabaseError) and not connection.is_usable()):
            raise
        # ids only: the message of an exception may hold a customer's words
        log.error("mail %s could not be read: %s", tried, type(error).__name__, exc_info=_tellable(error))
        _put_off(tried, error)
    return True


def _claim() -> IncomingMail | None:
    """The oldest due row, locked. `no_key`: a copy that names this row as its original must not wait for it, or two
    who read both at once would wait for each other."""
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=clock.server_now())
    return (
        IncomingMail.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(due, state=State.PENDING)
        .select_related("organisation", "mailbox__team", "mailbox__kind", "raw")
        .order_by("id")
        .first()
    )


def _tellable(error: Exception) -> bool:
    """Whether the trace is ours alone; the database quotes rows in its errors."""
    return not isinstance(error, DatabaseError)


def _put_off(mail_id: int, error: Exception) -> None:
    """Try again later, longer each time; after the last attempt a colleague looks."""
    with transaction.atomic():
        rows = IncomingMail.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
        row = rows.get(pk=mail_id)
        if row.state != State.PENDING:
            return
        row.attempts += 1
        row.error = one_line(f"{type(error).__name__}: {error}", _ERROR)
        if row.attempts >= ATTEMPTS:
            _write(row, Settled(State.QUARANTINED, "unreadable", {"attempts": row.attempts}))
            return
        row.next_attempt_at = clock.server_now() + timedelta(seconds=FIRST_PAUSE * 2 ** (row.attempts - 1))
        row.save(update_fields=["attempts", "error", "next_attempt_at"])


# Settling ------------------------------


def _settle(row: IncomingMail) -> tuple[Arrived, Settled]:
    envelope_from = {"": None, NULL_SENDER: ""}.get(row.envelope_from, row.envelope_from)
    arrived = parse(read(row.raw), envelope_from=envelope_from)
    mail = Arrived(row, row.organisation, arrived, our_addresses(row.organisation))
    _one_copy_at_a_time(mail)
    facts = guarding.facts_of(mail)
    verdict = guarding.stopped(mail, facts)
    if verdict is not None:
        if verdict.outcome == "machine":
            return mail, machines.settle_machine(mail, verdict)
        if verdict.outcome == "duplicate":
            return mail, Settled(State.DUPLICATE, verdict.code, duplicate_of=guarding.earlier_copy(mail))
        return mail, Settled(State.QUARANTINED, verdict.code, dict(verdict.facts))
    held = guarding.stopped_here(mail)
    if held is not None:
        return mail, held
    return mail, _to_ticket(mail, flags(arrived, facts))


def _one_copy_at_a_time(mail: Arrived) -> None:
    """Copies of one message in several mailboxes wait for each other, so that the second sees the first's ticket."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"mail {mail.organisation.pk} {mail.rfc_id or mail.row.raw_id}"],
        )


def _to_ticket(mail: Arrived, shown: tuple[str, ...]) -> Settled:
    writer = writer_of(mail)
    customer = customer_of(mail, writer)
    found = which.by_token(mail) or which.by_reference(mail, writer, customer)
    follows: Ticket | None = None
    if found is not None:
        copy = _same_words_there(found.ticket, mail)
        if copy is not None:
            return Settled(State.DUPLICATE, "already_there", duplicate_of=copy, ticket=found.ticket)
        try:
            message = _join(mail, found, writer, customer, shown)
            return Settled(State.TICKETED, found.why, message=message, ticket=found.ticket)
        except TooLate:
            follows = found.ticket
    opened = _open(mail, writer, customer, shown, follows)
    return Settled(State.TICKETED, "opened", message=opened, ticket=opened.entry.ticket)


def _same_words_there(ticket: Ticket, mail: Arrived) -> IncomingMail | None:
    """The copy of this very message that came by another mailbox and is on `ticket` already."""
    if not mail.rfc_id:
        return None
    copies = IncomingMail.objects.filter(
        organisation=mail.organisation, rfc_id=mail.rfc_id, state=State.TICKETED, message__entry__ticket=ticket
    ).exclude(mailbox=mail.row.mailbox_id)
    text = clean(mail.record.reply_text or mail.record.text)
    return next((copy for copy in copies.select_related("message") if copy.message.text == text), None)


def _join(
    mail: Arrived, found: which.Found, writer: Writer, customer: Customer | None, shown: tuple[str, ...]
) -> Message:
    words = words_of(mail, writer)
    message = receive(
        found.ticket,
        words,
        channel=CHANNEL,
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
    if answered is None or not answered.recipients.filter(address__iexact=writer.address).exists():
        return
    identity = (
        Identity.objects.filter(organisation=mail.organisation, sort=writer.sort, value=writer.address)
        .select_related("organisation", "customer")
        .first()
    )
    if identity is not None:
        verify(identity, "by_reply", MACHINE, at=mail.at)


def _open(
    mail: Arrived, writer: Writer, customer: Customer | None, shown: tuple[str, ...], follows: Ticket | None
) -> Message:
    organisation, mailbox = mail.organisation, mail.row.mailbox
    kind = mailbox.kind or default_kind(organisation)
    routed = team_for(organisation, kind, asked=mailbox.team)
    links = _links(mail, writer, customer, follows)
    opened = open_ticket(
        organisation,
        Opening(
            kind=kind,
            team=routed.team,
            route=(routed.code, routed.facts),
            channel=CHANNEL,
            subject=subject_of(mail),
            language=mail.record.language or (customer.language if customer else ""),
            customer=customer,
            words=words_of(mail, writer),
            # without an address no receipt leaves: see `_remember_address`
            address=writer.address if writer.may_get_receipt else "",
            reasons=[
                _door(mail, shown),
                ("customer", writer.why, {**writer.facts, "customer_id": customer.pk if customer else None}),
                ("ticket", "opened", {"mail_id": mail.row.pk, "receipt": writer.may_get_receipt}),
            ],
            links=links,
        ),
        by_customer(customer.pk if customer else None),
        at=mail.at,
    )
    if not writer.may_get_receipt:
        _remember_address(opened.ticket, writer)
    return opened.entry.message


def _remember_address(ticket: Ticket, writer: Writer) -> None:
    """No program may answer this sender, but a colleague will: the address is kept after the receipt was not sent."""
    Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER, address="").update(
        address=writer.address
    )


def _links(
    mail: Arrived, writer: Writer, customer: Customer | None, follows: Ticket | None
) -> list[tuple[Ticket, str]]:
    links: dict[int, tuple[Ticket, str]] = {}
    if follows is not None:
        links[follows.pk] = (follows, Link.Kind.FOLLOWS)
    for ticket in _by_other_mailbox(mail):
        links.setdefault(ticket.pk, (ticket, Link.Kind.SAME_MESSAGE))
    for ticket in which.perhaps(mail, writer, customer):
        links.setdefault(ticket.pk, (ticket, Link.Kind.PERHAPS))
    return list(links.values())


def _by_other_mailbox(mail: Arrived) -> list[Ticket]:
    """Tickets this very message opened by other mailboxes: the same bytes, or the same id, sender and subject."""
    same = Q(raw=mail.row.raw_id)
    if mail.rfc_id:
        same |= Q(rfc_id=mail.rfc_id, sender=guarding.sender_of(mail), subject=one_line(mail.record.subject, 300))
    rows = (
        IncomingMail.objects.filter(same, organisation=mail.organisation, state=State.TICKETED)
        .exclude(mailbox=mail.row.mailbox_id)
        .select_related("message__entry__ticket")[:5]
    )
    return [row.message.entry.ticket for row in rows if row.message is not None]


def _door(mail: Arrived, shown: tuple[str, ...]) -> tuple[str, str, dict[str, Any]]:
    facts: dict[str, Any] = {"mail_id": mail.row.pk, "mailbox_id": mail.row.mailbox_id, "by": mail.row.door}
    if mail.released:
        facts["released"] = mail.released
    if shown:
        facts["flags"] = list(shown)
    return "door", CHANNEL, {**facts, **left_out(mail)}


# Writing ------------------------------


def _finish(row: IncomingMail, mail: Arrived, settled: Settled) -> None:
    row.rfc_id = mail.rfc_id
    row.sender = guarding.sender_of(mail)
    row.subject = one_line(mail.record.subject, 300)
    marks = [mark[:200] for mark in mail.record.loop_marks[:10]]
    facts = {**settled.facts, **({"loop_marks": marks} if marks else {})}
    if mail.released:
        facts["pass"] = mail.released
    _write(row, replace(settled, facts=facts))


def _write(row: IncomingMail, settled: Settled) -> None:
    row.state, row.cause, row.cause_facts = settled.state, settled.cause[:40], settled.facts
    row.message, row.duplicate_of = settled.message, settled.duplicate_of
    row.settled_at, row.next_attempt_at = clock.server_now(), None
    row.save()
    record(
        row.organisation,
        "mail.settled",
        row,
        MACHINE,
        state=row.state,
        cause=row.cause,
        ticket_id=settled.ticket.pk if settled.ticket else None,
    )

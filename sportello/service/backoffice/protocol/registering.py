"""Registering: one act, one number, no gaps. Annulling: the line stays, with who, when, why and by which act."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Message, Ticket

from ..models import Document, LetterDraft, ProtocolEntry, ProtocolRequest, ProtocolSettings
from .matter import Matter

#: Makes the paper that bears the number it is given, and tells what it is.
Printing = Callable[[str, datetime], tuple[Matter, Document]]
_KEEPER = ProtocolSettings.Keeper


def settings_of(organisation: Organisation) -> ProtocolSettings | None:
    """None where nothing is registered."""
    row = ProtocolSettings.objects.filter(organisation=organisation).first()
    return row if row is not None and row.is_on else None


def registers_here(organisation: Organisation) -> bool:
    """Whether our own register gives the numbers: only then can a letter bear its number when it is printed."""
    row = settings_of(organisation)
    return row is not None and row.keeper == _KEEPER.OWN


def register(
    ticket: Ticket, matter: Matter, member: Membership | None, *,
    message: Message | None = None, document: Document | None = None,
) -> ProtocolEntry | ProtocolRequest:
    """The entry, or the request to the outside system that gives the number. What is registered already stays as it is.

    Raises Refusal where the organisation registers nothing.
    """
    row = settings_of(ticket.organisation)
    if row is None:
        raise Refusal(_("No register is kept here yet: who sets up switches it on, under Protocol."))
    if row.keeper == _KEEPER.OUTSIDE:
        return _ask_outside(ticket, matter, member, message, document)
    with transaction.atomic():
        year, serial, at = _next_number(ticket.organisation)
        # whoever waited for the number finds what was registered meanwhile, and gives the number back
        known = _registered(message, document)
        if known is not None:
            _give_back(ticket.organisation, year)
            return known
        return _write(ticket, matter, member, year, serial, at, message=message, document=document)


def register_printed(ticket: Ticket, member: Membership, printing: Printing) -> ProtocolEntry:
    """Register a paper that bears its own number: the number is taken first, the paper made, then both are written.
    Our own register only."""
    with transaction.atomic():
        year, serial, at = _next_number(ticket.organisation)
        matter, document = printing(f"{serial:07d}/{year}", at)
        return _write(ticket, matter, member, year, serial, at, document=document)


def _next_number(organisation: Organisation) -> tuple[int, int, datetime]:
    """Year, number and instant. The counter's row is locked until the transaction ends; the instant is read after the
    lock, so that numbers and instants run the same way."""
    year = clock.local(organisation, clock.now(organisation)).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO backoffice_protocolcounter (organisation_id, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (organisation_id, year)"
            " DO UPDATE SET last = backoffice_protocolcounter.last + 1 RETURNING last",
            [organisation.pk, year],
        )
        (serial,) = cursor.fetchone()
    at = clock.now(organisation)
    if clock.local(organisation, at).year != year:
        raise Refusal(_("The year ended while this was being registered. Press the button again."))
    return year, int(serial), at


def _give_back(organisation: Organisation, year: int) -> None:
    """Under the same lock: nobody saw the number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backoffice_protocolcounter SET last = last - 1 WHERE organisation_id = %s AND year = %s",
            [organisation.pk, year],
        )


def _registered(message: Message | None, document: Document | None) -> ProtocolEntry | None:
    rows = ProtocolEntry.objects.filter(annulled_at__isnull=True)
    if message is not None:
        return rows.filter(message=message).first()
    return rows.filter(document=document).first() if document is not None else None


def _write(
    ticket: Ticket, matter: Matter, member: Membership | None, year: int, serial: int | None, at: datetime, *,
    outside_number: str = "", message: Message | None = None, document: Document | None = None,
) -> ProtocolEntry:
    organisation = ticket.organisation
    entry = ProtocolEntry.objects.create(
        organisation=organisation, direction=matter.direction, year=year, serial=serial, outside_number=outside_number,
        registered_at=at, registered_on=clock.local(organisation, at).date(), registered_by=member,
        correspondents=matter.correspondents, subject=matter.subject, happened_at=matter.when, means=matter.means,
        digest=matter.digest, digest_of=matter.digest_of, attachments=matter.attachments,
        sender_number=matter.sender_number, sender_date=matter.sender_date, sender_office=matter.sender_office,
        ticket=ticket, message=message, document=document,
    )  # fmt: skip
    actor = person(member.user_id) if member else SYSTEM
    record(organisation, "protocol.registered", entry, actor, at=at, ticket_id=ticket.pk, direction=matter.direction,
           by_itself=member is None)  # fmt: skip
    return entry


def annul(entry: ProtocolEntry, member: Membership, why: str, act: str = "") -> None:
    """Art. 54: what is annulled stays readable, with the annotation. Twice is once. Raises Refusal without a reason."""
    reason = one_line(why, 500)
    if not reason:
        raise Refusal(_("Say why it is annulled: it stands beside the entry for good."), field="why")
    with transaction.atomic():
        row = ProtocolEntry.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=entry.pk)
        if row.annulled_at is not None:
            return
        _hold_back_the_print(row.organisation)
        now = clock.now(row.organisation)
        row.annulled_at, row.annulled_by, row.annulled_why, row.annulled_act = now, member, reason, one_line(act, 200)
        row.annulled_on = clock.local(row.organisation, now).date()
        row.save(update_fields=["annulled_at", "annulled_on", "annulled_by", "annulled_why", "annulled_act"])
        record(row.organisation, "protocol.annulled", row, person(member.user_id), at=now, ticket_id=row.ticket_id)


def _hold_back_the_print(organisation: Organisation) -> None:
    """What happens in a day's last second is on that day's print: it takes the same lock."""
    list(ProtocolSettings.objects.select_for_update().filter(organisation=organisation))


# ---- the outside system


def ask_for_draft(draft: LetterDraft, matter: Matter, member: Membership) -> ProtocolRequest:
    """Ask for the number a letter will bear: it is printed when that comes. Called with the ticket's row locked."""
    asked = _ask_outside(draft.ticket, matter, member, None, None, draft)
    if not isinstance(asked, ProtocolRequest):
        raise TypeError("a letter that is not printed yet cannot be registered")
    return asked


def _ask_outside(
    ticket: Ticket, matter: Matter, member: Membership | None, message: Message | None, document: Document | None,
    draft: LetterDraft | None = None,
) -> ProtocolEntry | ProtocolRequest:
    with transaction.atomic():
        # the ticket's row stands for all that is asked on it: of two at once the second finds the first's request
        Ticket.objects.select_for_update(no_key=True).values_list("pk").get(pk=ticket.pk)
        known = _registered(message, document)
        if known is not None:
            return known
        asked = ProtocolRequest.objects.open().filter(ticket=ticket, message=message, document=document, draft=draft)
        waiting = asked.first() if message or document or draft else None
        if waiting is not None:
            return waiting
        request = ProtocolRequest.objects.create(
            organisation=ticket.organisation, key=uuid.uuid4(), direction=matter.direction, matter=matter.as_json(),
            ticket=ticket, message=message, document=document, draft=draft, asked_by=member,
            asked_at=clock.now(ticket.organisation), next_at=server_now(),
        )  # fmt: skip
        record(ticket.organisation, "protocol.asked", request, person(member.user_id) if member else SYSTEM,
               ticket_id=ticket.pk)  # fmt: skip
    return request


def settle(request: ProtocolRequest, number: str, year: int) -> ProtocolEntry:
    """The outside system answered: its number becomes an entry. Called with the request's row locked."""
    matter = Matter(**request.matter)
    _hold_back_the_print(request.organisation)
    entry = _write(request.ticket, matter, request.asked_by, year, None, clock.now(request.organisation),
                   outside_number=number, message=request.message, document=request.document)  # fmt: skip
    request.state, request.entry, request.next_at = ProtocolRequest.State.DONE, entry, None
    request.trouble = request.answer = ""
    request.save(update_fields=[
        "state", "entry", "next_at", "trouble", "answer", "tries", "matter", "document", "draft"])
    return entry

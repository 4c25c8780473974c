"""Entering a complaint in the register: by itself when its ticket is one, with a number that is never skipped.

The number is taken by the statement that locks the year's counter, in the transaction that writes the line: what is
undone gives it back, and who waits gets the next one. It is the last lock taken, so that it is held shortly.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import Actor, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import procedure_for
from sportello.records.tickets import terms
from sportello.records.tickets.models import Notice, Reason, Term, Ticket

from ..models import Complaint, ComplaintStage

_NEXT = (
    "INSERT INTO backoffice_complaintcounter (organisation_id, year, last) VALUES (%s, %s, 1)"
    " ON CONFLICT (organisation_id, year) DO UPDATE SET last = backoffice_complaintcounter.last + 1 RETURNING last"
)


def on_opened(event: Happened) -> None:
    """Reaction to `ticket.opened` and `ticket.kind_changed`: a complaint is entered with what made it one."""
    ticket = event.subject
    if not isinstance(ticket, Ticket):
        ticket = Ticket.objects.select_related("organisation", "kind", "procedure__calendar").get(pk=event.subject_id)
    if ticket.kind.family == Kind.Family.COMPLAINT and not ticket.is_closed:
        register(ticket, event.actor, at=event.at)


def register(ticket: Ticket, actor: Actor, *, at: datetime, by: Membership | None = None) -> Complaint:
    """The ticket's line in force: the one it has, or a new one. Call in the transaction of what made it a complaint."""
    known = Complaint.objects.filter(ticket=ticket, annulled_at__isnull=True).first()
    if known is not None:
        return known
    procedure = _rule(ticket, at)
    received = ticket.unanswered_since or at
    term = _term(ticket, procedure, received)
    year = clock.local(ticket.organisation, at).year
    complaint = Complaint.objects.create(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        kind_id=ticket.kind_id,
        procedure=procedure,
        received_at=received,
        registered_at=at,
        registered_by=by,
        legal_basis=one_line(procedure.source or procedure.name_in("it") or procedure.code, 300),
        term_value=procedure.term_value,
        term_unit=procedure.term_unit,
        due_at=term.due_at,
        responsible_id=ticket.owner_id,
        year=year,
        serial=_next_serial(ticket.organisation, year),
    )
    Reason.objects.create(
        organisation_id=ticket.organisation_id, ticket=ticket, about="complaint", code="registered", at=at,
        facts={"kind_id": ticket.kind_id, "number": complaint.number},
    )
    add_stage(complaint, ComplaintStage.Code.RECEIPT, received)
    _acknowledged(complaint)
    record(
        ticket.organisation, "complaint.registered", complaint, actor, at=at,
        ticket_id=ticket.pk, year=year, serial=complaint.serial, due=complaint.due_at,
    )
    return complaint


def _rule(ticket: Ticket, at: datetime) -> Procedure:
    """The version the ticket runs under, where that is its kind's; else the one in force for its kind today."""
    own: Procedure = ticket.procedure
    if own.kind_id == ticket.kind_id:
        return own
    try:
        return procedure_for(ticket.kind, clock.local(ticket.organisation, at).date())
    except LookupError:
        return own


def _term(ticket: Ticket, procedure: Procedure, received: datetime) -> Term:
    """The term it must be answered by. What was promised before it was known to be a complaint is kept; its own term
    runs beside, from the customer's words."""
    running = terms.running_conclusion(ticket)
    if procedure.pk == ticket.procedure_id and running is not None:
        return running
    term = terms.begin_conclusion(ticket, procedure, received)
    ticket.next_promise_at = terms.next_promise(ticket)
    Ticket.objects.filter(pk=ticket.pk).update(next_promise_at=ticket.next_promise_at)
    return term


def _next_serial(organisation: Organisation, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [organisation.pk, year])
        (serial,) = cursor.fetchone()
    return int(serial)


def _acknowledged(complaint: Complaint) -> None:
    """The receipt the ticket was given when it was opened is the acknowledgement of who complained then."""
    receipt = Notice.objects.filter(
        ticket_id=complaint.ticket_id, moment="receipt", state=Notice.State.GIVEN, given_at__gte=complaint.received_at
    ).order_by("id").first()
    if receipt is not None and receipt.given_at is not None:
        add_stage(complaint, ComplaintStage.Code.ACKNOWLEDGEMENT, receipt.given_at)


def add_stage(
    complaint: Complaint, code: str, at: datetime, *, by: Membership | None = None, text: str = ""
) -> ComplaintStage:
    return ComplaintStage.objects.create(
        organisation_id=complaint.organisation_id, complaint=complaint, code=code, at=at, by_member=by, text=text
    )


def annul(complaint: Complaint, reason: str, *, by: Membership, at: datetime | None = None) -> None:
    """Take a line out of force. It stays in view with its number and the reason; the ticket is not touched."""
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why it is annulled: the reason stays in the register."), field="reason")
    instant = at or clock.now(complaint.organisation)
    with transaction.atomic():
        row = locked(complaint)
        if row.is_annulled:
            return
        if row.answered_at is not None:
            raise Refusal(_("It was answered as a complaint: it stays in the register as one."))
        row.annulled_at, row.annulled_by, row.annulled_why = instant, by, stated
        row.save(update_fields=["annulled_at", "annulled_by", "annulled_why"])
        record(row.organisation, "complaint.annulled", row, person(by.user_id), at=instant, ticket_id=row.ticket_id)
    complaint.annulled_at, complaint.annulled_why = row.annulled_at, row.annulled_why


def locked(complaint: Complaint) -> Complaint:
    """The row as it is now, locked until the transaction ends."""
    return Complaint.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=complaint.pk)

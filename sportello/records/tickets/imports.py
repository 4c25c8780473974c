"""Tickets brought in from another system, with their dates. Nobody is told anything by it.

A closed one is history: no term runs, no access code is made. An open one goes on here: its main term runs from the day
it was opened there, because the law counts from when it was received and not from when a body changes its program (L.
241/1990 art. 2, c. 6); so it may come in late, and the report says so. Its first answer, its service levels and its
entry in the register of complaints belong to where it was received: nothing of them begins again. The worker's line for
all imports is here, the highest room that has one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sportello.foundation.core.text import fold, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.records.customers import identities
from sportello.records.customers.importing import lines, runs
from sportello.records.customers.importing.lines import Fault, Taken, reference_of
from sportello.records.customers.importing.runs import Task
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import procedure_for

from . import codes, importing, terms
from .importing import Said
from .models import (
    AccessCode,
    Closure,
    Entry,
    ImportedTicket,
    Message,
    Notice,
    Participant,
    Reason,
    Tag,
    Ticket,
    TicketEvent,
    TicketTag,
)
from .models.tag import LONGEST
from .prepared import Prepared
from .search_index import index


def work() -> int:
    """One batch of whatever import waits; how many lines."""
    return runs.step({"customers": _take_customer, "tickets": take_ticket})


def _take_customer(task: Task, values: dict[str, str]) -> Taken:
    return lines.take(task.run.organisation, values, task.actor, task.at)


def take_ticket(task: Task, values: dict[str, str]) -> Taken:
    """The ticket of a line. The same reference a second time changes nothing."""
    organisation = task.run.organisation
    if not reference_of(values):
        return Taken("refused", [Fault("no_reference", True)])
    reference = reference_of(values)[0][1]
    if ImportedTicket.objects.filter(organisation=organisation, reference=reference).exists():
        return Taken("same")
    subject = one_line(values.get("subject", ""), 300)
    if not subject:
        return Taken("refused", [Fault("no_subject", True)])
    said = importing.read(task, values)
    if isinstance(said, Fault):
        return Taken("refused", [said])
    customer = _customer(task, values, said)
    with transaction.atomic():
        ticket = _write(task, values, subject, said, customer)
        ImportedTicket.objects.create(organisation=organisation, reference=reference, ticket=ticket, run=task.run)
    return Taken("opened" if said.is_open else "added", said.faults)


def _customer(task: Task, values: dict[str, str], said: Said) -> Customer | None:
    who = {name: values.get(name, "") for name in ("external", "name", "email", "phone", "tax_code")}
    taken = lines.take(task.run.organisation, who, task.actor, said.opened) if any(who.values()) else None
    if taken is not None:
        said.faults += [fault for fault in taken.faults if not fault.refused]
    customer = taken.customer if taken is not None else None
    if customer is None and said.is_open:
        said.faults.append(Fault("no_customer"))
    return customer


def _procedure(task: Task, kind: Kind, opened: datetime) -> Procedure:
    """The version in force then; of a time before all versions the oldest."""
    key = f"procedure {kind.pk} {opened.date()}"
    if key not in task.known:
        try:
            task.known[key] = procedure_for(kind, opened.date())
        except LookupError:
            task.known[key] = Procedure.objects.filter(kind=kind).order_by("version")[0]
    found: Procedure = task.known[key]
    return found


def _write(task: Task, values: dict[str, str], subject: str, said: Said, customer: Customer | None) -> Ticket:
    organisation = task.run.organisation
    text, answer = values.get("text", ""), values.get("answer", "")
    ours = said.is_open and said.status != Ticket.Status.WAITING and not answer
    ticket = Ticket.objects.create(
        organisation=organisation, number=Prepared(organisation).number(clock.local(organisation, said.opened).year),
        subject=subject, kind=said.kind, procedure=_procedure(task, said.kind, said.opened), customer=customer,
        channel=said.channel, language=organisation.language_for(customer.language if customer else ""),
        team=said.team, owner=said.owner, status=said.status, opened_at=said.opened, closed_at=said.closed,
        moved_at=said.closed or said.opened, next_promise_at=said.opened if said.is_open else None,
        unanswered_since=said.opened if ours else None,
    )  # fmt: skip
    asked = _message(ticket, said.opened, Message.Direction.IN, text or subject, customer)
    name = customer.name if customer else ""
    index(ticket, asked, subject, name, text, values.get("reference", ""), with_number=True)
    if answer:
        index(ticket, _message(ticket, said.closed or said.opened, Message.Direction.OUT, answer, None), answer)
    _participant(ticket, values, customer)
    _tag(task, ticket, said)
    if said.closed is None:
        _go_on(task, ticket, said, values)
    else:
        _end(ticket, said, said.closed, answer or values.get("outcome", ""))
    ticket.save()
    _because(task, ticket, "door", "imported", run_id=task.run.pk)
    record(organisation, "import.ticket_added", task.run, task.actor, ticket_id=ticket.pk)
    return ticket


def _go_on(task: Task, ticket: Ticket, said: Said, values: dict[str, str]) -> None:
    """Its term runs on from when it was opened, its customer can follow it, and was told by the system it came from."""
    term = terms.begin_conclusion(ticket, ticket.procedure, said.opened, warned_from=task.at)
    ticket.next_promise_at = term.due_at
    if term.due_at < task.at:
        day = clock.local(task.run.organisation, term.due_at).date()
        said.faults.append(Fault("late", facts={"day": day.isoformat()}))
    nonce, digest = codes.new_nonce()
    AccessCode.objects.create(organisation=ticket.organisation, ticket=ticket, nonce=nonce, digest=digest,
                              made_at=task.at)  # fmt: skip
    Notice.objects.create(
        organisation=ticket.organisation, ticket=ticket, moment="receipt", state=Notice.State.GIVEN, how="elsewhere",
        due_at=said.opened, given_at=said.opened, proof=one_line(values.get("reference", ""), 300),
    )  # fmt: skip
    _because(task, ticket, "term", "procedure", procedure_id=ticket.procedure_id, version=ticket.procedure.version)


def _end(ticket: Ticket, said: Said, closed: datetime, why: str) -> None:
    reason = one_line(why or "—", 500)
    Closure.objects.create(organisation=ticket.organisation, ticket=ticket, outcome=said.outcome, reason=reason,
                           closed_at=closed)  # fmt: skip
    ticket.last_position += 1
    event = Entry.objects.create(
        organisation=ticket.organisation, ticket=ticket, position=ticket.last_position, kind=Entry.Kind.EVENT,
        visibility=Entry.Visibility.PUBLIC, happened_at=closed,
    )  # fmt: skip
    TicketEvent.objects.create(organisation=ticket.organisation, entry=event, code="closed", reason=reason,
                               facts={"outcome": said.outcome})  # fmt: skip


def _because(task: Task, ticket: Ticket, about: str, code: str, **facts: object) -> None:
    Reason.objects.create(organisation=ticket.organisation, ticket=ticket, about=about, code=code, facts=facts,
                          at=task.at)  # fmt: skip


def _participant(ticket: Ticket, values: dict[str, str], customer: Customer | None) -> None:
    """Who asked may be answered: at the address the list gives, where it is one."""
    address = identities.normal("email", values.get("email", ""))
    if customer is not None:
        Participant.objects.create(
            organisation=ticket.organisation, ticket=ticket, customer=customer, address=address,
            role=Participant.Role.REQUESTER, since=ticket.opened_at,
        )  # fmt: skip


def _tag(task: Task, ticket: Ticket, said: Said) -> None:
    if not said.tags:
        return
    folded = [fold(name)[:LONGEST] for name in said.tags]
    organisation = ticket.organisation
    Tag.objects.bulk_create(
        [Tag(organisation=organisation, name=name, folded=key, made_at=task.at)
         for name, key in zip(said.tags, folded, strict=True)],
        ignore_conflicts=True,
    )  # fmt: skip
    TicketTag.objects.bulk_create(
        TicketTag(organisation=organisation, ticket=ticket, tag=tag, put_at=said.opened, by_member=task.member)
        for tag in Tag.objects.filter(organisation=organisation, folded__in=folded)
    )


def _message(ticket: Ticket, at: datetime, direction: str, text: str, customer: Customer | None) -> Entry:
    ticket.last_position += 1
    ticket.last_public_position = ticket.last_position
    entry = Entry.objects.create(
        organisation_id=ticket.organisation_id, ticket=ticket, position=ticket.last_position, kind=Entry.Kind.MESSAGE,
        visibility=Entry.Visibility.PUBLIC, happened_at=at, by_customer=customer,
    )  # fmt: skip
    Message.objects.create(
        organisation_id=ticket.organisation_id, entry=entry, direction=direction, channel=ticket.channel,
        subject=ticket.subject, text=text, language=ticket.language,
        sender_name=customer.name if customer and direction == Message.Direction.IN else "",
    )  # fmt: skip
    return entry

"""Closed tickets brought in from another system: history with its own dates. Nobody is told anything by it, no term
runs, no access code is made. The worker's line for all imports is here, the highest room that has one."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import transaction

from sportello.foundation.core.text import clean, fold, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.customers.importing import lines, runs
from sportello.records.customers.importing.lines import Fault, Taken, day_of
from sportello.records.customers.importing.runs import Task
from sportello.records.customers.models import Customer
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import default_kind, procedure_for

from .models import Closure, Entry, ImportedTicket, Message, Reason, Ticket, TicketEvent
from .prepared import Prepared
from .search_index import index

_CHANNELS = {
    "email": "email", "e-mail": "email", "mail": "email", "posta": "letter", "lettera": "letter", "letter": "letter",
    "telefono": "phone", "phone": "phone", "chiamata": "phone", "call": "phone", "sportello": "counter",
    "counter": "counter", "web": "webform", "form": "webform", "modulo": "webform", "pec": "pec",
}
_OUTCOMES = {
    "risolta": "solved", "risolto": "solved", "solved": "solved", "closed": "solved", "chiusa": "solved",
    "informazione data": "information_given", "inoltrata": "forwarded", "forwarded": "forwarded",
    "non accolta": "not_accepted", "respinta": "not_accepted", "rejected": "not_accepted", "ritirata": "withdrawn",
    "withdrawn": "withdrawn", "doppione": "duplicate", "duplicate": "duplicate",
}


def work() -> int:
    """One batch of whatever import waits; how many lines."""
    return runs.step({"customers": _take_customer, "tickets": take_ticket})


def _take_customer(task: Task, values: dict[str, str]) -> Taken:
    return lines.take(task.run.organisation, values, task.actor, task.at)


def take_ticket(task: Task, values: dict[str, str]) -> Taken:
    """A closed ticket of a line. The same reference a second time changes nothing."""
    organisation = task.run.organisation
    faults: list[Fault] = []
    reference = fold(values.get("reference", ""))[:200]
    if not reference:
        return Taken("refused", [Fault("no_reference", True)])
    if ImportedTicket.objects.filter(organisation=organisation, reference=reference).exists():
        return Taken("same")
    subject = one_line(values.get("subject", ""), 300)
    if not subject:
        return Taken("refused", [Fault("no_subject", True)])
    dates = _dates(organisation, values, task.at)
    if isinstance(dates, Fault):
        return Taken("refused", [dates])
    customer = _customer(task, values, dates[0], faults)
    kind, team = _kind_and_team(organisation, values, faults)
    with transaction.atomic():
        ticket = _write(task, values, subject, dates, customer, kind, team)
        ImportedTicket.objects.create(organisation=organisation, reference=reference, ticket=ticket, run=task.run)
    return Taken("added", faults)


def _dates(organisation: Organisation, values: dict[str, str], now: datetime) -> tuple[datetime, datetime] | Fault:
    opened = instant_of(organisation, values.get("opened", ""))
    if opened is None:
        text = values.get("opened", "")
        return Fault("date", True, {"field": "opened", "value": text[:40]}) if text else Fault("no_opened", True)
    typed = values.get("closed", "")
    closed = instant_of(organisation, typed) if typed else opened
    if closed is None:
        return Fault("date", True, {"field": "closed", "value": typed[:40]})
    if closed < opened:
        # a day without hours, of a ticket opened in the middle of it
        if closed.date() != opened.date():
            return Fault("closed_before", True)
        closed = opened
    if opened > now or closed > now:
        return Fault("in_future", True)
    return opened, closed


def instant_of(organisation: Organisation, text: str) -> datetime | None:
    """An ISO instant, or a day with or without an hour on the organisation's wall; a bare day is its noon."""
    text = text.strip()
    zone = clock.zone(organisation)
    try:
        found = datetime.fromisoformat(text)
        if len(text) > 10:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        pass
    day = day_of(text)
    if day is None:
        return None
    hour = text[10:].strip().replace(".", ":")
    try:
        at = time.fromisoformat(hour.zfill(5) if len(hour) == 4 else hour) if hour else time(12)
    except ValueError:
        at = time(12)
    return datetime.combine(day, at.replace(tzinfo=None), zone)


def _customer(task: Task, values: dict[str, str], opened: datetime, faults: list[Fault]) -> Customer | None:
    who = {name: values.get(name, "") for name in ("external", "name", "email", "phone", "tax_code")}
    if not any(who.values()):
        return None
    taken = lines.take(task.run.organisation, who, task.actor, opened)
    faults += [fault for fault in taken.faults if not fault.refused]
    return taken.customer


def _kind_and_team(organisation: Organisation, values: dict[str, str], faults: list[Fault]) -> tuple[Kind, Team]:
    usual = default_kind(organisation)
    kind = _by_name(Kind.objects.filter(organisation=organisation), values.get("kind", "")) or usual
    if values.get("kind") and kind == usual and not _named(usual, values["kind"]):
        faults.append(Fault("no_kind", facts={"value": values["kind"][:60], "kind": kind.slug}))
    teams = Team.objects.filter(organisation=organisation, ended_at__isnull=True).order_by("pk")
    first = teams[0]
    team = _by_name(teams, values.get("team", "")) or first
    if values.get("team") and not _named(team, values["team"]):
        faults.append(Fault("no_team", facts={"value": values["team"][:60], "team": team.slug}))
    return kind, team


def _named(row: Any, text: str) -> bool:
    return fold(text) in {fold(row.slug), *(fold(name) for name in row.names.values())}


def _by_name(rows: Any, text: str) -> Any:
    return next((row for row in rows[:500] if _named(row, text)), None) if text else None


def _procedure(kind: Kind, opened: datetime) -> Procedure:
    """The version in force then; of a time before all versions the oldest."""
    try:
        return procedure_for(kind, opened.date())
    except LookupError:
        return Procedure.objects.filter(kind=kind).order_by("version")[0]


def _write(
    task: Task, values: dict[str, str], subject: str, dates: tuple[datetime, datetime], customer: Customer | None,
    kind: Kind, team: Team,
) -> Ticket:
    organisation, (opened, closed) = task.run.organisation, dates
    channel = _CHANNELS.get(fold(values.get("channel", "")), "letter")
    ticket = Ticket.objects.create(
        organisation=organisation, number=Prepared(organisation).number(clock.local(organisation, opened).year),
        subject=subject, kind=kind,
        procedure=_procedure(kind, opened), customer=customer, channel=channel,
        language=organisation.language_for(customer.language if customer else ""), team=team,
        status=Ticket.Status.CLOSED, opened_at=opened, closed_at=closed, moved_at=closed,
    )
    text, answer = clean(values.get("text", "")), clean(values.get("answer", ""))
    asked = _message(ticket, 1, opened, Message.Direction.IN, channel, text or subject, customer)
    name = customer.name if customer else ""
    index(ticket, asked, subject, name, text, values.get("reference", ""), with_number=True)
    if answer:
        index(ticket, _message(ticket, 2, closed, Message.Direction.OUT, channel, answer, None), answer)
    outcome = _OUTCOMES.get(fold(values.get("outcome", "")), Closure.Outcome.SOLVED)
    reason = one_line(answer or values.get("outcome", "") or "—", 500)
    Closure.objects.create(organisation=organisation, ticket=ticket, outcome=outcome, reason=reason, closed_at=closed)
    last = Ticket.objects.get(pk=ticket.pk).last_position + 1
    event = Entry.objects.create(organisation=organisation, ticket=ticket, position=last, kind=Entry.Kind.EVENT,
                                 visibility=Entry.Visibility.PUBLIC, happened_at=closed)
    TicketEvent.objects.create(organisation=organisation, entry=event, code="closed", reason=reason,
                               facts={"outcome": str(outcome)})
    Ticket.objects.filter(pk=ticket.pk).update(last_position=last)
    Reason.objects.create(organisation=organisation, ticket=ticket, about="door", code="imported",
                          facts={"run_id": task.run.pk}, at=task.at)
    record(organisation, "import.ticket_added", task.run, task.actor, ticket_id=ticket.pk)
    return ticket


def _message(
    ticket: Ticket, position: int, at: datetime, direction: str, channel: str, text: str, customer: Customer | None
) -> Entry:
    entry = Entry.objects.create(organisation_id=ticket.organisation_id, ticket=ticket, position=position,
                                 kind=Entry.Kind.MESSAGE, visibility=Entry.Visibility.PUBLIC, happened_at=at,
                                 by_customer=customer)
    Message.objects.create(
        organisation_id=ticket.organisation_id, entry=entry, direction=direction, channel=channel,
        subject=ticket.subject, text=text, language=ticket.language,
        sender_name=customer.name if customer and direction == Message.Direction.IN else "",
    )
    Ticket.objects.filter(pk=ticket.pk).update(last_position=position, last_public_position=position)
    return entry

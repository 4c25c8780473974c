"""A known fault by hand: begun, tickets linked and taken off, an update written, solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket

from ..models import FaultTelling, FaultTicket, FaultUpdate, KnownFault

_STATE = KnownFault.State


def begin(
    organisation: Organisation, *, titles: Mapping[str, str], began_at: datetime, by: Membership,
    kind: Kind | None = None, sheet: ServiceSheet | None = None, expected_at: datetime | None = None,
    is_public: bool = False,
) -> KnownFault:
    """Say that there is an event. `kind` and `sheet` tell which tickets are proposed to be linked."""
    named = {code: one_line(text, 200) for code, text in titles.items() if one_line(text)}
    if not named:
        raise Refusal(_("Write what everybody may read of it, in a few words."), field="title")
    now = clock.now(organisation)
    if began_at > now:
        raise Refusal(_("It cannot begin in the future."), field="began_at")
    for one in (kind, sheet):
        if one is not None and one.organisation_id != organisation.pk:
            raise Refusal(_("Choose one of your own organisation."))
    with transaction.atomic():
        fault = KnownFault.objects.create(
            organisation=organisation, titles=named, kind=kind, service_sheet=sheet, began_at=began_at,
            expected_at=expected_at, is_public=is_public, made_at=now, made_by=by,
        )
        record(organisation, "fault.known", fault, person(by.user_id), tickets=0)
    return fault


def link(fault: KnownFault, tickets: Iterable[Ticket], *, by: Membership) -> int:
    """Put tickets, already obtained for whoever asks, on the event; twice is once. How many are new."""
    added = 0
    with transaction.atomic():
        locked(fault)
        known = set(
            FaultTicket.objects.filter(fault=fault, taken_off_at__isnull=True).values_list("ticket_id", flat=True)
        )
        now = clock.now(fault.organisation)
        for ticket in tickets:
            if ticket.pk in known or ticket.organisation_id != fault.organisation_id:
                continue
            FaultTicket.objects.create(
                organisation_id=fault.organisation_id, fault=fault, ticket=ticket, linked_at=now, linked_by=by
            )
            record(fault.organisation, "fault.ticket_linked", fault, person(by.user_id), at=now, ticket_id=ticket.pk)
            known.add(ticket.pk)
            added += 1
    return added


def take_off(fault: KnownFault, ticket: Ticket, *, by: Membership) -> None:
    """It was about something else: no further update is told on it. What waits to be told there is dropped."""
    with transaction.atomic():
        locked(fault)
        now = clock.now(fault.organisation)
        rows = FaultTicket.objects.filter(fault=fault, ticket=ticket, taken_off_at__isnull=True)
        if not rows.update(taken_off_at=now):
            return
        FaultTelling.objects.filter(update__fault=fault, ticket=ticket, state=FaultTelling.State.WAITS).update(
            state=FaultTelling.State.SKIPPED
        )
        record(fault.organisation, "fault.ticket_taken_off", fault, person(by.user_id), at=now, ticket_id=ticket.pk)


def change(
    fault: KnownFault, *, expected_at: datetime | None, is_public: bool, by: Membership
) -> None:
    with transaction.atomic():
        row = locked(fault)
        row.expected_at, row.is_public = expected_at, is_public
        row.save(update_fields=["expected_at", "is_public"])
        record(row.organisation, "fault.changed", row, person(by.user_id), state=row.state, is_public=is_public)
    fault.expected_at, fault.is_public = expected_at, is_public


def write_update(
    fault: KnownFault, *, texts: Mapping[str, str], state: str, by: Membership, tell: bool,
    expected_at: datetime | None = None,
) -> FaultUpdate:
    """One thing to say: on the status page, and, with `tell`, once on each open ticket linked now.

    Who is told is fixed here, in one statement; the worker tells them one by one (`telling.work`).
    """
    said = {code: clean(text) for code, text in texts.items() if clean(text)}
    if not said:
        raise Refusal(_("Write what there is to say."), field="text")
    if state not in _STATE.values:
        raise Refusal(_("Choose how far it is."), field="state")
    with transaction.atomic():
        row = locked(fault)
        if row.is_over:
            raise Refusal(_("This event is over. If it is back, begin a new one."))
        now = clock.now(row.organisation)
        tickets = list(open_tickets(row)) if tell else []
        update = FaultUpdate.objects.create(
            organisation_id=row.organisation_id, fault=row, texts=said, state=state, at=now, by_member=by,
            to_tell=len(tickets),
        )
        FaultTelling.objects.bulk_create(
            FaultTelling(
                organisation_id=row.organisation_id, update=update, ticket_id=ticket_id, next_at=clock.server_now()
            )
            for ticket_id in tickets
        )
        row.state = state
        row.ended_at = now if state == _STATE.SOLVED else None
        if expected_at is not None:
            row.expected_at = expected_at
        row.save(update_fields=["state", "ended_at", "expected_at"])
        record(row.organisation, "fault.update_written", row, person(by.user_id), at=now,
               update_id=update.pk, state=state, to_tell=len(tickets))
    fault.state, fault.ended_at, fault.expected_at = row.state, row.ended_at, row.expected_at
    return update


def open_tickets(fault: KnownFault) -> list[int]:
    """Ids of the open tickets linked now, in their order."""
    rows = FaultTicket.objects.filter(fault=fault, taken_off_at__isnull=True).exclude(
        ticket__status=Ticket.Status.CLOSED
    )
    return list(rows.order_by("id").values_list("ticket_id", flat=True))


def locked(fault: KnownFault) -> KnownFault:
    return KnownFault.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=fault.pk)

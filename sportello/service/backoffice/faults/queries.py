"""Known faults as pages show them: for colleagues with their tickets and progress, for everybody what is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket

from ..models import FaultTelling, FaultTicket, FaultUpdate, KnownFault

#: Tickets proposed at once, and shown on the page of an event.
PROPOSED: Final = 100
SHOWN: Final = 200
#: How long what is over stays on the status page.
REMEMBERED: Final = timedelta(days=14)
_LISTED: Final = 50


@dataclass(frozen=True)
class Progress:
    """How far an update has been told."""

    update: FaultUpdate
    told: int
    waits: int
    skipped: int
    failed: int

    @property
    def is_over(self) -> bool:
        return not self.waits


@dataclass(frozen=True)
class FaultRow:
    fault: KnownFault
    tickets: int


def fault_of(person: Person, slug: str, fault_id: int) -> KnownFault:
    """An event of an organisation they serve; Http404."""
    organisation = person.organisation(slug)
    found = KnownFault.objects.select_related("organisation", "kind", "service_sheet", "made_by__user").filter(
        organisation=organisation, pk=fault_id
    ).first()
    if found is None or not person.serves(organisation):
        raise Http404
    return found


def faults_of(organisation: Organisation, *, before: int | None = None) -> tuple[list[FaultRow], int | None]:
    """The newest events, those going on first; and the id to ask further back from."""
    rows = KnownFault.objects.filter(organisation=organisation).annotate(
        linked=Count("places", filter=Q(places__taken_off_at__isnull=True))
    ).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: _LISTED + 1])
    shown = [FaultRow(one, one.linked) for one in found[:_LISTED]]
    shown.sort(key=lambda row: row.fault.is_over)
    return shown, found[_LISTED - 1].pk if len(found) > _LISTED else None


def proposed(person: Person, fault: KnownFault) -> list[Ticket]:
    """Open tickets of the same kind or service opened since it began (or a day before it was over), not linked yet.

    One index scan over the organisation's newest tickets, as far back as the event itself.
    """
    same = Q()
    if fault.kind_id:
        same |= Q(kind_id=fault.kind_id)
    if fault.service_sheet_id:
        same |= Q(service_sheet_id=fault.service_sheet_id)
    if not same:
        return []
    linked = FaultTicket.objects.filter(fault=fault, taken_off_at__isnull=True).values("ticket_id")
    rows = tickets_for(person).filter(same, organisation_id=fault.organisation_id, opened_at__gte=fault.began_at)
    if fault.ended_at is not None:
        rows = rows.filter(opened_at__lte=fault.ended_at + timedelta(days=1))
    rows = rows.exclude(status=Ticket.Status.CLOSED).exclude(pk__in=linked)
    return list(rows.select_related("organisation", "customer", "kind").order_by("-opened_at", "-id")[:PROPOSED])


def linked_tickets(person: Person, fault: KnownFault) -> list[Ticket]:
    """Those this person may see; the page says how many there are in all."""
    places = FaultTicket.objects.filter(fault=fault, taken_off_at__isnull=True).values("ticket_id")
    rows = tickets_for(person).filter(pk__in=places).select_related("organisation", "customer", "kind")
    return list(rows.order_by("-opened_at", "-id")[:SHOWN])


def linked_count(fault: KnownFault) -> int:
    return FaultTicket.objects.filter(fault=fault, taken_off_at__isnull=True).count()


def progress(fault: KnownFault) -> list[Progress]:
    """Every update, newest first, with how far it has been told: one query."""
    state = FaultTelling.State
    rows = (
        FaultUpdate.objects.filter(fault=fault)
        .annotate(
            told=Count("tellings", filter=Q(tellings__state=state.TOLD)),
            waits=Count("tellings", filter=Q(tellings__state=state.WAITS)),
            skipped=Count("tellings", filter=Q(tellings__state=state.SKIPPED)),
            failed=Count("tellings", filter=Q(tellings__state=state.FAILED)),
        )
        .select_related("by_member__user").order_by("-id")
    )
    return [Progress(row, row.told, row.waits, row.skipped, row.failed) for row in rows[:100]]


def failures(fault: KnownFault) -> list[FaultTelling]:
    rows = FaultTelling.objects.filter(update__fault=fault, state=FaultTelling.State.FAILED)
    return list(rows.select_related("ticket__organisation").order_by("id")[:50])


def of_ticket(ticket: Ticket) -> list[KnownFault]:
    places = FaultTicket.objects.filter(ticket=ticket, taken_off_at__isnull=True).values("fault_id")
    return list(KnownFault.objects.filter(pk__in=places).order_by("-id"))


def going_on(organisation: Organisation) -> list[KnownFault]:
    """Events that are not over, for the choice on a ticket."""
    return list(KnownFault.objects.filter(organisation=organisation, ended_at__isnull=True).order_by("-id")[:50])


def known_to_all(organisation: Organisation, language: str) -> list[tuple[int, str]]:
    """Id and title of what is public and going on: told to who is about to ask the same. One query."""
    rows = KnownFault.objects.filter(organisation=organisation, is_public=True, ended_at__isnull=True)
    return [(fault.pk, fault.title_in(language)) for fault in rows.order_by("-began_at", "-id")[:3]]


def public_faults(organisation: Organisation) -> list[KnownFault]:
    """What everybody may read: going on, and over for two weeks; with their updates. Two queries."""
    since = clock.now(organisation) - REMEMBERED
    rows = _public(organisation).filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
    return sorted(rows.order_by("-began_at", "-id")[:_LISTED], key=lambda fault: fault.is_over)


def public_fault(organisation: Organisation, fault_id: int) -> KnownFault:
    found = _public(organisation).filter(pk=fault_id).first()
    if found is None:
        raise Http404
    return found


def _public(organisation: Organisation) -> QuerySet[KnownFault]:
    updates = FaultUpdate.objects.order_by("-id")
    return KnownFault.objects.filter(organisation=organisation, is_public=True).prefetch_related(
        Prefetch("updates", queryset=updates)
    )

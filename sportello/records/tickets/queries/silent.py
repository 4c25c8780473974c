"""No silent ticket: the violations of the promise that orders everything. The page that lists them is empty."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from sportello.records.accounts.people import Person

from ..access import tickets_for
from ..models import Notice, Ticket

_MOST = 200


@dataclass(frozen=True)
class SilentTicket:
    """`why`: no_team (its team has ended), no_promise, not_told (a notice is due and was not given)."""

    ticket: Ticket
    why: str


def silent_tickets(person: Person) -> list[SilentTicket]:
    """Open tickets that break the promise, among those `person` may see; at most 200."""
    not_told = Exists(Notice.objects.filter(ticket=OuterRef("pk"), state=Notice.State.DUE))
    never_told = ~Exists(Notice.objects.filter(ticket=OuterRef("pk")))
    tickets = (
        tickets_for(person)
        .exclude(status=Ticket.Status.CLOSED)
        .annotate(is_not_told=not_told, is_never_told=never_told)
        .filter(
            Q(team__ended_at__isnull=False)
            | Q(next_promise_at__isnull=True)
            | Q(is_not_told=True)
            | Q(is_never_told=True)
        )
        .select_related("organisation", "team", "customer", "kind")
        .order_by("opened_at")
    )
    return [SilentTicket(ticket, _why(ticket)) for ticket in tickets[:_MOST]]


def _why(ticket: Ticket) -> str:
    if not ticket.team.is_active:
        return "no_team"
    return "no_promise" if ticket.next_promise_at is None else "not_told"

"""Whose a complaint is to see: whoever sees its ticket. What is not theirs does not exist (404)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket, tickets_for
from sportello.records.tickets.models import Ticket

from ..models import Complaint, OfferedRemedy

_WITH = (
    "organisation", "ticket__organisation", "ticket__customer", "ticket__procedure__calendar", "ticket__kind",
    "ticket__team", "ticket__owner__user", "kind", "procedure__calendar", "procedure__kind", "responsible__user",
    "registered_by__user", "annulled_by__user",
)  # fmt: skip


def complaints_for(person: Person) -> QuerySet[Complaint]:
    return Complaint.objects.filter(ticket__in=tickets_for(person))


def of_ticket(ticket: Ticket) -> Complaint | None:
    """The line of the register in force for a ticket already obtained; else its newest, annulled one."""
    rows = Complaint.objects.filter(ticket=ticket).select_related(*_WITH)
    return rows.filter(annulled_at__isnull=True).first() or rows.order_by("-id").first()


def get_complaint(person: Person, slug: str, number: str) -> Complaint:
    """The complaint of the ticket with `number`; Http404 when there is none or it is not theirs."""
    complaint = of_ticket(get_ticket(person, slug, number))
    if complaint is None:
        raise Http404
    return complaint


def get_remedy(person: Person, slug: str, number: str, remedy_id: int) -> OfferedRemedy:
    complaint = get_complaint(person, slug, number)
    remedy = OfferedRemedy.objects.filter(complaint__ticket_id=complaint.ticket_id, pk=remedy_id).first()
    if remedy is None:
        raise Http404
    remedy.complaint = complaint
    return remedy

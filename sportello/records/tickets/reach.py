"""How the customer of a ticket can be told something."""

from __future__ import annotations

from dataclasses import dataclass

from sportello.records.customers.models import Identity

from .models import Participant, Ticket


@dataclass(frozen=True)
class Reach:
    """`how` is email (with name and address) or portal: they read it on the follow-up page."""

    how: str
    name: str = ""
    address: str = ""


def reach(ticket: Ticket) -> Reach:
    """The address they wrote from on this ticket, unless mail to it came back; else the follow-up page."""
    asking = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="").first()
    if asking is not None and not _is_undeliverable(ticket.organisation_id, asking.address):
        return Reach("email", ticket.customer.name if ticket.customer else "", asking.address)
    return Reach("portal")


def _is_undeliverable(organisation_id: int, address: str) -> bool:
    return Identity.objects.filter(
        organisation_id=organisation_id, sort__in=("email", "pec"), value=address, undeliverable_at__isnull=False
    ).exists()

"""How the customer of a ticket can be told something."""

from __future__ import annotations

from dataclasses import dataclass

from sportello.records.customers.models import Identity

from .models import Participant, Ticket

#: Ways that write to an address.
WRITING = ("email", "pec")


@dataclass(frozen=True)
class Reach:
    """`how` is email or pec (with name and address), or portal: they read it on the follow-up page."""

    how: str
    name: str = ""
    address: str = ""

    @property
    def writes(self) -> bool:
        """Whether something leaves to an address."""
        return self.how in WRITING


def writing_way(ticket: Ticket) -> str:
    """By which way letters on this ticket leave: who asked by certified mail is answered by certified mail."""
    return "pec" if ticket.channel == "pec" else "email"


def reach(ticket: Ticket) -> Reach:
    """The address they wrote from on this ticket, unless mail to it came back; else the follow-up page."""
    asking = Participant.objects.filter(ticket=ticket, role=Participant.Role.REQUESTER).exclude(address="").first()
    return way_to(ticket, ticket.customer.name if ticket.customer else "", asking.address if asking else "")


def way_to(ticket: Ticket, name: str, address: str, *, arrives: bool | None = None) -> Reach:
    """The way to `address`: a letter, unless those to it come back (`arrives`; None: it is looked up)."""
    if arrives is None:
        arrives = bool(address) and not _is_undeliverable(ticket.organisation_id, address)
    return Reach(writing_way(ticket), name, address) if address and arrives else Reach("portal")


def _is_undeliverable(organisation_id: int, address: str) -> bool:
    return Identity.objects.filter(
        organisation_id=organisation_id, sort__in=("email", "pec"), value=address, undeliverable_at__isnull=False
    ).exists()

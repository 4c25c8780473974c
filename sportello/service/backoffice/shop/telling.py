"""What the customer told, kept on its ticket: written once with the request, corrected by a colleague, goods back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor, person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import procedure_for
from sportello.records.tickets.models import Ticket

from ..models import ShopRequest
from .dates import KINDS, Dates, Told, dates_of


@dataclass(frozen=True)
class Declared:
    """As written in the form, checked there."""

    contract: str
    goods: str = ""
    concluded_on: date | None = None
    delivered_on: date | None = None
    defect_on: date | None = None
    wish: str = ""
    is_service: bool = False
    was_informed: bool = True


def sort_of(kind: Kind) -> str:
    """withdrawal, guarantee, or empty for a kind that has no such form."""
    return KINDS.get(kind.slug, "")


def refuse_impossible(declared: Declared, today: date) -> None:
    """Days in an order that cannot be: Refusal at the field."""
    for name in ("concluded_on", "delivered_on", "defect_on"):
        day = getattr(declared, name)
        if day is not None and day > today:
            raise Refusal(_("This day is still to come."), field=name)
    if declared.concluded_on and declared.delivered_on and declared.delivered_on < declared.concluded_on:
        raise Refusal(_("Delivery cannot be before the order."), field="delivered_on")
    if declared.defect_on and declared.delivered_on and declared.defect_on < declared.delivered_on:
        raise Refusal(_("The defect cannot show before delivery."), field="defect_on")


def keep(ticket: Ticket, declared: Declared, actor: Actor, *, told_at: datetime | None = None) -> ShopRequest:
    """Write it on a ticket of such a kind, or correct what stands there. The instant it was told is not rewritten."""
    sort = sort_of(ticket.kind)
    if not sort:
        raise Refusal(_("Only a withdrawal or a guarantee request has this form. Change the kind first."))
    if not one_line(declared.contract):
        raise Refusal(_("Write the order or contract number."), field="contract")
    if sort == ShopRequest.Sort.GUARANTEE and declared.wish not in ShopRequest.Wish.values:
        raise Refusal(_("Choose what is asked."), field="wish")
    refuse_impossible(declared, clock.local(ticket.organisation, clock.now(ticket.organisation)).date())
    values = {
        "contract": one_line(declared.contract, 100), "goods": clean(declared.goods)[:500],
        "concluded_on": declared.concluded_on, "delivered_on": declared.delivered_on,
        "defect_on": declared.defect_on, "wish": declared.wish if sort == ShopRequest.Sort.GUARANTEE else "",
        "is_service": declared.is_service, "was_informed": declared.was_informed, "sort": sort,
    }
    with transaction.atomic():
        row, made = ShopRequest.objects.update_or_create(
            organisation_id=ticket.organisation_id, ticket=ticket, defaults=values,
            create_defaults={**values, "told_at": told_at or ticket.opened_at},
        )
        if made:
            record(ticket.organisation, "shop_request.told", row, actor, ticket_id=ticket.pk, sort=sort)
        else:
            record(ticket.organisation, "shop_request.corrected", row, actor, ticket_id=ticket.pk)
    return row


def goods_back(row: ShopRequest, day: date, *, by: Membership) -> None:
    """The goods came back, or their dispatch was proved: from then the refund waits no longer (art. 56 c. 3)."""
    ticket = row.ticket
    if row.sort != ShopRequest.Sort.WITHDRAWAL or row.is_service:
        raise Refusal(_("Nothing comes back here."))
    if day > clock.local(ticket.organisation, clock.now(ticket.organisation)).date():
        raise Refusal(_("This day is still to come."), field="returned_on")
    with transaction.atomic():
        row.returned_on, row.returned_by = day, by
        row.save(update_fields=["returned_on", "returned_by"])
        record(ticket.organisation, "shop_request.goods_back", row, person(by.user_id), ticket_id=ticket.pk)


def dates_for(row: ShopRequest) -> Dates:
    return dates_of(row.organisation, rule_of(row.ticket), Told(
        sort=row.sort, told_at=row.told_at, concluded_on=row.concluded_on, delivered_on=row.delivered_on,
        defect_on=row.defect_on, returned_on=row.returned_on, is_service=row.is_service, was_informed=row.was_informed,
    ))  # fmt: skip


def dates_of_ticket(ticket: Ticket) -> Dates | None:
    """The dates of a ticket that is such a request, for its customer; no query for any other."""
    if not sort_of(ticket.kind):
        return None
    row = ShopRequest.objects.filter(ticket=ticket).first()
    if row is None:
        return None
    row.ticket = ticket
    return dates_for(row)


def rule_of(ticket: Ticket) -> Procedure:
    """The version the ticket runs under; of one opened as something else, its kind's in force then."""
    own: Procedure = ticket.procedure
    if own.kind_id == ticket.kind_id:
        return own
    return procedure_for(ticket.kind, clock.local(ticket.organisation, ticket.opened_at).date())

"""Legal holds: what a claim, an inspection or a court keeps from disposal and from erasure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer
from sportello.records.customers.queries import surviving, together
from sportello.records.tickets.models import Ticket

from ..models import Archive, FileClass, Filing, LegalHold
from . import filing


def lasting(organisation: Organisation) -> QuerySet[LegalHold]:
    """Holds in force today; the last day counts."""
    today = clock.local(organisation, clock.now(organisation)).date()
    rows = LegalHold.objects.filter(organisation=organisation, lifted_at__isnull=True)
    return rows.filter(Q(until__isnull=True) | Q(until__gte=today))


def alone(organisation: Organisation) -> Archive:
    """Until the transaction ends no hold is placed and nothing is disposed of by somebody else: whichever comes second
    sees what the first did."""
    Archive.objects.get_or_create(organisation=organisation)
    return Archive.objects.select_for_update(of=("self",)).get(organisation=organisation)


def under(code: str) -> Q:
    """Of this class, or of one below it."""
    return Q(code=code) | Q(code__startswith=f"{code}.")


def _of_codes(codes: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for code in sorted(set(codes)):
        found |= under(code)
    return found


def free(rows: QuerySet[Filing], organisation: Organisation) -> QuerySet[Filing]:
    """Those of `rows` that no hold covers."""
    holds = list(lasting(organisation).values_list("ticket_id", "customer_id", "code"))
    tickets = [ticket_id for ticket_id, _customer, _code in holds if ticket_id]
    customers = {customer_id for _ticket, customer_id, _code in holds if customer_id}
    codes = [code for _ticket, _customer, code in holds if code]
    if tickets:
        rows = rows.exclude(ticket__in=tickets)
    if codes:
        rows = rows.exclude(_of_codes(codes))
    if customers:
        # not exclude(): a ticket without customer is free
        rows = rows.filter(Q(ticket__customer__isnull=True) | ~Q(ticket__customer__in=_everybody(customers)))
    return rows


def _everybody(customers: Iterable[int]) -> list[int]:
    return [one for customer in Customer.objects.filter(pk__in=customers) for one in together(surviving(customer))]


def place(
    target: Ticket | Customer | FileClass, reason: str, member: Membership, *, until: date | None = None
) -> LegalHold:
    """Begin a hold on one ticket, on all tickets of a customer, or on a class. Raises Refusal."""
    stated = one_line(reason, 300)
    organisation = target.organisation
    now = clock.now(organisation)
    if not stated:
        raise Refusal(_("Say why: the claim, the proceeding, the order, with its number."), field="reason")
    if until is not None and until < clock.local(organisation, now).date():
        raise Refusal(_("The last day must still come."), field="until")
    scope = LegalHold.Scope
    about: dict[str, object] = {}
    if isinstance(target, Ticket):
        about = {"scope": scope.TICKET, "ticket": target}
    elif isinstance(target, Customer):
        about = {"scope": scope.CUSTOMER, "customer": target}
    else:
        about = {"scope": scope.FILE_CLASS, "code": target.code}
    with transaction.atomic():
        alone(organisation)
        if isinstance(target, Ticket) and filing.seal(target):
            raise Refusal(filing.said_disposed())
        hold = LegalHold.objects.create(organisation=organisation, reason=stated, placed_by=member, placed_at=now,
                                        until=until, **about)  # fmt: skip
        record(organisation, "legal_hold.placed", hold, person(member.user_id), at=now, scope=str(hold.scope),
               ticket_id=hold.ticket_id, customer_id=hold.customer_id, code=hold.code)  # fmt: skip
    return hold


def lift(hold: LegalHold, reason: str, member: Membership) -> None:
    """End it, saying why; twice is once."""
    stated = one_line(reason, 300)
    if not stated:
        raise Refusal(_("Say why it ends: how the claim or proceeding was concluded."), field="reason")
    with transaction.atomic():
        row = LegalHold.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=hold.pk)
        if row.lifted_at is not None:
            return
        row.lifted_at, row.lifted_by, row.lifted_reason = clock.now(row.organisation), member, stated
        row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
        record(row.organisation, "legal_hold.lifted", row, person(member.user_id), at=row.lifted_at)


def held(organisation: Organisation, ticket_ids: Iterable[int]) -> set[int]:
    """Those of `ticket_ids` that a hold covers; four queries, whatever their number."""
    ids = list(ticket_ids)
    holds = list(lasting(organisation).values_list("ticket_id", "customer_id", "code"))
    found = {ticket_id for ticket_id, _customer, _code in holds if ticket_id} & set(ids)
    codes = {code for _ticket, _customer, code in holds if code}
    if codes:
        filed = Filing.objects.filter(_of_codes(codes), organisation=organisation, ticket__in=ids)
        found |= set(filed.values_list("ticket_id", flat=True))
    customers = {customer_id for _ticket, customer_id, _code in holds if customer_id}
    if customers:
        theirs = Ticket.objects.filter(pk__in=ids, customer__in=_everybody(customers))
        found |= set(theirs.values_list("pk", flat=True))
    return found


def of_ticket(ticket: Ticket) -> list[LegalHold]:
    """Every hold that covers `ticket`, oldest first."""
    covers = Q(ticket=ticket)
    code = Filing.objects.filter(ticket=ticket).values_list("code", flat=True).first()
    if code:
        parts = code.split(".")
        above = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        covers |= Q(scope=LegalHold.Scope.FILE_CLASS, code__in=above)
    if ticket.customer is not None:
        covers |= Q(customer__in=together(ticket.customer))
    return list(
        lasting(ticket.organisation).filter(covers).select_related("placed_by__user").order_by("placed_at", "id")
    )


def keeps_customer(customer: Customer) -> str:
    """A reason not to erase (GDPR art. 17(3)(b), (e)): served to the customers' room, which asks before an erasure."""
    organisation = customer.organisation
    everybody = together(customer)
    rows = lasting(organisation)
    found = rows.filter(Q(customer__in=everybody) | Q(ticket__customer__in=everybody)).order_by("placed_at").first()
    if found is None:
        for hold in rows.exclude(code="").order_by("placed_at")[:100]:
            filed = Filing.objects.filter(under(hold.code), organisation=organisation, ticket__customer__in=everybody)
            if filed.exists():
                found = hold
                break
    if found is None:
        return ""
    return _("A legal hold keeps what there is of them: %(reason)s") % {"reason": found.reason}

"""Which records may be one person. Looked for around one customer at a time, by indexes, never all against all.

`customers-alike` (config/reactions.py) asks for each customer that comes in, changes or gets an identity; what is found
waits as `Proposal` for a colleague. Nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock

from .identities import without_omocodia
from .models import Customer, Identity, Proposal

#: Sign → how much it says. From `ENOUGH` on a pair is proposed: a family shares a phone, a town has two Mario Rossi.
SIGNS = {
    "tax_code": 90, "vat": 50, "external": 60, "birth": 60, "phone": 30, "address": 25, "name": 30, "name_turned": 25,
}
ENOUGH = 55
#: So many holders of one number are a switchboard or a condominium and say nothing.
SHARED_BY = 12
MOST = 20
#: The newest identities of a customer: somebody with a hundred orders is not looked up a hundred times.
LOOKED_AT = 10


@dataclass
class Alike:
    customer: Customer
    signs: list[str]

    @property
    def weight(self) -> int:
        return min(sum(SIGNS[sign] for sign in self.signs), 100)


def alike(customer: Customer) -> list[Alike]:
    """Customers of the same organisation that may be this one, strongest first; at most `MOST`.

    An index read of a dozen rows for each identity and two for the name, whatever the number of customers.
    """
    if customer.merged_into_id or customer.erased_at:
        return []
    signs: dict[int, set[str]] = {}
    for sign, ids in _signs(customer):
        for pk in ids:
            signs.setdefault(pk, set()).add(sign)
    signs.pop(customer.pk, None)
    living = Customer.objects.filter(organisation=customer.organisation_id, merged_into__isnull=True,
                                     erased_at__isnull=True).in_bulk(list(signs)[:200])
    found = []
    for pk, other in living.items():
        if other.sort != customer.sort and not signs[pk] & {"tax_code", "vat", "external"}:
            continue
        if customer.born_on and other.born_on and customer.born_on != other.born_on and "tax_code" not in signs[pk]:
            continue  # two people of one name in one house: father and son
        found.append(Alike(other, sorted(signs[pk], key=lambda sign: -SIGNS[sign])))
    enough = [one for one in found if one.weight >= ENOUGH]
    return sorted(enough, key=lambda one: (-one.weight, one.customer.pk))[:MOST]


def _signs(customer: Customer) -> Iterator[tuple[str, list[int]]]:
    here = Identity.objects.filter(organisation=customer.organisation_id)
    for identity in here.filter(customer=customer).order_by("-pk")[:LOOKED_AT]:
        if identity.sort in ("phone", "address", "external", "vat"):
            same = here.filter(value=identity.value, sort=identity.sort).exclude(customer=customer)
            holders = list(same.values_list("customer_id", flat=True)[: SHARED_BY + 1])
            if len(holders) <= SHARED_BY:
                yield identity.sort, holders
        elif identity.sort == "tax_code" and len(identity.value) == 16:
            # one person with and without omocodia: the six letters of the name begin both
            start = identity.value[:6]
            near = here.filter(sort="tax_code", value__gte=start, value__lt=start + chr(0x10FFFF))
            body = without_omocodia(identity.value)
            yield "tax_code", [row.customer_id for row in near.exclude(customer=customer)[:200]
                               if without_omocodia(row.value) == body]
    if "@" in customer.name or " " not in customer.sort_key:
        return
    named = Customer.objects.filter(organisation=customer.organisation_id)
    same_name = named.filter(sort_key=customer.sort_key)[:200]
    turned = named.filter(Q(family_key=customer.sort_key) & ~Q(sort_key=customer.sort_key))[:200]
    for sign, rows in (("name", list(same_name)), ("name_turned", list(turned))):
        yield sign, [row.pk for row in rows]
        if customer.born_on:
            yield "birth", [row.pk for row in rows if row.born_on == customer.born_on]


def propose(customer: Customer) -> int:
    """Keep the pairs of this customer that nobody has settled; how many wait now. Safe to repeat."""
    made = 0
    now = clock.now(customer.organisation)
    with transaction.atomic():
        for one in alike(customer):
            older, newer = sorted((customer.pk, one.customer.pk))
            row, is_new = Proposal.objects.get_or_create(
                one_id=older, other_id=newer,
                defaults={"organisation_id": customer.organisation_id, "signs": one.signs, "weight": one.weight,
                          "made_at": now},
            )
            if not is_new and not row.settled and row.weight != one.weight:
                Proposal.objects.filter(pk=row.pk).update(signs=one.signs, weight=one.weight)
            made += not row.settled
    return made


def after(event: Read) -> None:
    """A durable reaction: a customer came in, changed, or got an identity."""
    customer = Customer.objects.select_related("organisation").filter(pk=event.subject_id).first()
    if customer is not None:
        propose(customer)

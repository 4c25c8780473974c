"""Customers for a screen or a door: found while typing, found by an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person

from . import identities as forms
from .models import Customer, Identity

#: Fewer letters would list half the town.
SHORTEST = 2
#: Inner words of a name are looked for among this many newest customers of the organisation.
WINDOW = 2_000
_PHONE = re.compile(r"(\+|00)?[0-9]{4,15}")
_NAME = re.compile(r"[^\d@_]+")
_LAST = chr(0x10FFFF)
#: What tells two people of one name apart, most telling first.
_HINTS = ("email", "pec", "phone", "external", "handle", "address", "tax_code", "vat")


@dataclass(frozen=True)
class CustomerRow:
    """One line of the "find or create" box. `hint` is what tells them from others of the same name."""

    id: int
    name: str
    hint: str


def find(person: Person, organisation: Organisation, text: str, limit: int = 8) -> list[CustomerRow]:
    """Customers while typing: by the start of the name, first name or surname first, by phone in any spelling,
    e-mail, tax code, order reference. Nobody, where the person does not serve the organisation."""
    typed = one_line(text, 200)
    if len(fold(typed)) < SHORTEST or not person.serves(organisation):
        return []
    found: dict[int, Customer] = {}
    for step in (_by_identity, _by_start_of_name, _by_word_of_name):
        for customer in step(organisation, typed, limit):
            found.setdefault(customer.pk, customer)
        if len(found) >= limit:
            break
    return _rows(list(found.values())[:limit])


def by_identity(organisation: Organisation, sort: str, value: str) -> Customer | None:
    """Whose address or number this is, in any spelling; the one they were merged into; None for a stranger.
    Of a number that several share, the one who had it first."""
    normal = forms.normal(sort, value)
    if not normal:
        return None
    identity = (
        Identity.objects.filter(organisation=organisation, sort=sort, value=normal)
        .select_related("customer__merged_into")
        .order_by("added_at", "pk")
        .first()
    )
    return surviving(identity.customer) if identity else None


def identities_of(customer: Customer, ids: list[int] | None = None) -> list[Identity]:
    """How a customer is reached and known, with what came by merging: the preferred first, then those shown to be
    theirs, then the oldest. `ids`: `together` of it, where that is known."""
    ids = together(customer) if ids is None else ids
    known = _IDENTITIES.rows(organisation_id=customer.organisation_id, ids=ids)
    return sorted(known, key=lambda one: (not one.preferred, not one.verified, one.added_at, one.pk))


_IDENTITIES: Question[Identity] = Question(
    lambda organisation_id, ids: Identity.objects.filter(organisation=organisation_id, customer__pk__any_of=ids),
    planned=True,
)


def together(customer: Customer) -> list[int]:
    """The ids that are one customer now: this one, and every record merged into it, however deep."""
    found = [customer.pk]
    layer = found
    for _step in range(10):
        # bounded: `merging.MOST` records may become one
        layer = [pk for (pk,) in _MERGED.tuples(ids=layer)]
        if not layer:
            break
        found = [*found, *layer]
    return found


_MERGED: Question[Customer] = Question(
    lambda ids: Customer.objects.filter(merged_into__pk__any_of=ids).values_list("pk")[:200], planned=True
)


def surviving(customer: Customer) -> Customer:
    """The customer that others were merged into; itself when it was not merged."""
    for _step in range(10):
        if customer.merged_into is None:
            break
        customer = customer.merged_into
    return customer


def _by_identity(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    # each start reads its first rows off the index and no more; one condition of all would read and sort them all
    starts = dict.fromkeys(start for start in _value_starts(typed) if start)
    first, *others = [
        Identity.objects.filter(organisation=organisation, value__gte=start, value__lt=start + _LAST)
        .order_by("value").values_list("customer_id", flat=True)[:limit]
        for start in starts
    ]
    wanted = list(dict.fromkeys(first.union(*others, all=True) if others else first))
    known = Customer.objects.filter(organisation=organisation).select_related("merged_into").in_bulk(wanted)
    return [surviving(known[customer_id]) for customer_id in wanted]


def _value_starts(typed: str) -> Iterable[str]:
    """The starts of normal values that what was typed may be."""
    yield fold(typed)
    yield forms.address(typed)
    bare = re.sub(r"\s", "", typed)
    if re.fullmatch(r"[A-Za-z0-9]{3,16}", bare):
        yield bare.upper()
    if re.fullmatch(r"[0-9]{7,11}", bare):
        yield "IT" + bare
    digits = re.sub(r"[\s./()\-]", "", typed)
    if _PHONE.fullmatch(digits):
        if digits.startswith("00"):
            yield "+" + digits[2:]
        elif digits.startswith("+"):
            yield digits
        else:
            yield "+39" + digits
        # a number ended: other countries' national spellings come out right only as a whole
        whole = forms.phone(typed)
        if whole:
            yield whole


def _by_start_of_name(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    """Ranges of the indexes `customer_by_name` and `customer_by_family_name`."""
    start = fold(typed)
    living = Customer.objects.filter(organisation=organisation, merged_into__isnull=True)
    by_name = living.filter(sort_key__gte=start, sort_key__lt=start + _LAST).order_by("sort_key")[:limit]
    by_family = living.filter(family_key__gte=start, family_key__lt=start + _LAST).order_by("family_key")[:limit]
    return list(by_name.union(by_family, all=True))


def _by_word_of_name(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    """A middle name, the end of a double surname: no index holds them, so only the newest customers are read."""
    if not _NAME.fullmatch(typed):
        return []
    here = Customer.objects.filter(organisation=organisation)
    oldest = here.order_by("-pk").values_list("pk", flat=True)[WINDOW - 1 : WINDOW]
    found = here.filter(pk__gte=next(iter(oldest), 0), merged_into__isnull=True, sort_key__contains=" " + fold(typed))
    # by id, newest first: any other order makes the planner leave the window
    return sorted(found.order_by("-pk")[:limit], key=lambda customer: customer.sort_key)


def _rows(customers: list[Customer]) -> list[CustomerRow]:
    """With hints: at most two identities each, one query for all."""
    known: dict[int, list[Identity]] = {customer.pk: [] for customer in customers}
    for identity in Identity.objects.filter(customer__in=list(known)).order_by("added_at", "pk"):
        known[identity.customer_id].append(identity)
    return [CustomerRow(customer.pk, customer.name, _hint(known[customer.pk])) for customer in customers]


def _hint(known: list[Identity]) -> str:
    best = sorted(known, key=lambda one: (not one.verified, _HINTS.index(one.sort)))
    return " · ".join(one_line(identity.shown, 60) for identity in best[:2])

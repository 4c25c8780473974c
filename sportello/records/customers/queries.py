"""Customers for a screen or a door: found while typing, found by an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sportello.foundation.core.text import fold, one_line
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.people import Person

from . import identities as forms
from .models import Customer, Identity

#: Fewer letters would list half the town.
SHORTEST = 2
#: Surnames inside a name are looked for among this many newest customers of the organisation.
WINDOW = 5_000
_PHONE = re.compile(r"(\+|00)?[0-9]{4,15}")
_LAST = chr(0x10FFFF)
#: What tells two people of one name apart, most telling first.
_HINTS = ("email", "pec", "phone", "external", "handle", "address", "tax_code")


@dataclass(frozen=True)
class CustomerRow:
    """One line of the "find or create" box. `hint` is what tells them from others of the same name."""

    id: int
    name: str
    hint: str


def find(person: Person, organisation: Organisation, text: str, limit: int = 8) -> list[CustomerRow]:
    """Customers while typing: by the start of the name or of a surname inside it, by phone in any spelling,
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


def identities_of(customer: Customer) -> list[Identity]:
    """How a customer is reached and known: those shown to be theirs first, then the oldest."""
    known = Identity.objects.filter(organisation=customer.organisation_id, customer=customer)
    return sorted(known, key=lambda one: (not one.verified, one.added_at, one.pk))


def surviving(customer: Customer) -> Customer:
    """The customer that others were merged into; itself when it was not merged."""
    for _step in range(10):
        if customer.merged_into is None:
            break
        customer = customer.merged_into
    return customer


def _by_identity(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    condition = Q()
    for start in _value_starts(typed):
        condition |= Q(value__gte=start, value__lt=start + _LAST)
    matching = (
        Identity.objects.filter(condition, organisation=organisation)
        .select_related("customer__merged_into")
        .order_by("value", "pk")[:limit]
    )
    return [surviving(identity.customer) for identity in matching]


def _value_starts(typed: str) -> Iterable[str]:
    """The starts of normal values that what was typed may be."""
    yield fold(typed)
    bare = re.sub(r"\s", "", typed)
    if re.fullmatch(r"[A-Za-z0-9]{3,16}", bare):
        yield bare.upper()
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


def _by_start_of_name(organisation: Organisation, typed: str, limit: int) -> QuerySet[Customer]:
    """A range of the index `customer_by_name`; "Popescu Mar" is tried as "Mar… Popescu" too."""
    words = fold(typed).split(" ")
    condition = Q(sort_key__gte=" ".join(words), sort_key__lt=" ".join(words) + _LAST)
    if len(words) > 1:
        swapped = Q(sort_key__gte=words[-1], sort_key__lt=words[-1] + _LAST)
        for word in words[:-1]:
            swapped &= Q(sort_key__contains=" " + word)
        condition |= swapped
    return Customer.objects.filter(condition, organisation=organisation, merged_into__isnull=True).order_by(
        "sort_key", "pk"
    )[:limit]


def _by_word_of_name(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    """A surname alone: no index holds the inner words, so only the newest customers are read, by id."""
    newest = Customer.objects.filter(organisation=organisation).order_by("-pk").values("pk")[:WINDOW]
    return list(
        Customer.objects.filter(pk__in=newest, merged_into__isnull=True, sort_key__contains=" " + fold(typed))
        .order_by("sort_key", "pk")[:limit]
    )


def _rows(customers: list[Customer]) -> list[CustomerRow]:
    """With hints: at most two identities each, one query for all."""
    known: dict[int, list[Identity]] = {customer.pk: [] for customer in customers}
    for identity in Identity.objects.filter(customer__in=list(known)).order_by("added_at", "pk"):
        known[identity.customer_id].append(identity)
    return [CustomerRow(customer.pk, customer.name, _hint(known[customer.pk])) for customer in customers]


def _hint(known: list[Identity]) -> str:
    best = sorted(known, key=lambda one: (not one.verified, _HINTS.index(one.sort)))
    return " · ".join(one_line(identity.shown, 60) for identity in best[:2])

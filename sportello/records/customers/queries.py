"""Customers for a screen or a door: found while typing, found by an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sportello.foundation.core.among import among
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


def together(customer: Customer | int) -> list[int]:
    """The ids that are one customer now: this one, and every record merged into it, however deep."""
    found = [customer if isinstance(customer, int) else customer.pk]
    layer = found
    for _step in range(10):
        # bounded: `merging.MOST` records may become one
        layer = [row[0] for row in _MERGED.tuples(ids=layer)]
        if not layer:
            break
        found = [*found, *layer]
    return found


_MERGED: Question[Customer] = Question(
    lambda ids: Customer.objects.extra(where=["merged_into_id = ANY(%s)"], params=[ids]).values_list("pk")[:200]
)


def surviving(customer: Customer) -> Customer:
    """The customer that others were merged into; itself when it was not merged."""
    for _step in range(10):
        if customer.merged_into is None:
            break
        customer = customer.merged_into
    return customer


def _by_identity(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    starts = list(dict.fromkeys(start for start in _value_starts(typed) if start))
    ranges = {name: text for at, one in enumerate(starts) for name, text in _range(one, at).items()}
    wanted = list(dict.fromkeys(
        row[0] for row in _STARTING.tuples(len(starts), limit, organisation_id=organisation.pk, **ranges)
    ))  # fmt: skip
    if not wanted:
        return []
    known = Customer.objects.filter(organisation=organisation).select_related("merged_into").in_bulk(wanted)
    return [surviving(known[customer_id]) for customer_id in wanted]


def _range(start: str, at: int) -> dict[str, str]:
    return {f"from_{at}": start, f"to_{at}": start + _LAST}


def _starting(several: int, limit: int, organisation_id: int, **ranges: str) -> QuerySet[Identity, Any]:
    # each start reads its first rows off the index and no more; one condition of all would read and sort them all
    first, *others = [
        Identity.objects.filter(
            organisation_id=organisation_id, value__gte=ranges[f"from_{at}"], value__lt=ranges[f"to_{at}"]
        ).order_by("value").values_list("customer_id")[:limit]
        for at in range(several)
    ]  # fmt: skip
    return first.union(*others, all=True) if others else first


_STARTING = Question(_starting)


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
    ids = _CALLED.tuples(limit, organisation_id=organisation.pk, **_range(start, 0))
    return _in_order([row[0] for row in ids])


def _called(limit: int, organisation_id: int, from_0: str, to_0: str) -> QuerySet[Customer, Any]:
    living = Customer.objects.filter(organisation_id=organisation_id, merged_into__isnull=True).values_list("pk")
    by_name = living.filter(sort_key__gte=from_0, sort_key__lt=to_0).order_by("sort_key")[:limit]
    by_family = living.filter(family_key__gte=from_0, family_key__lt=to_0).order_by("family_key")[:limit]
    return by_name.union(by_family, all=True)


_CALLED = Question(_called)


def _in_order(ids: list[int]) -> list[Customer]:
    known = Customer.objects.in_bulk(ids) if ids else {}
    return [known[pk] for pk in ids]


def _by_word_of_name(organisation: Organisation, typed: str, limit: int) -> list[Customer]:
    """A middle name, the end of a double surname: no index holds them, so only the newest customers are read."""
    if not _NAME.fullmatch(typed):
        return []
    found = _HOLDING.rows(limit, organisation_id=organisation.pk, word="% " + _literally(fold(typed)) + "%")
    return sorted(found, key=lambda customer: customer.sort_key)


def _literally(text: str) -> str:
    """For LIKE."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _holding(limit: int, organisation_id: int, word: str) -> QuerySet[Customer]:
    # said as from one organisation to it and ordered by it too: its own index alone gives this order, and the newest
    # customers of others are not walked through
    here = Customer.objects.filter(organisation_id__gte=organisation_id, organisation_id__lte=organisation_id)
    newest = among([here.order_by("-organisation_id", "-pk")], WINDOW)
    living = newest.filter(merged_into__isnull=True).order_by("-organisation_id", "-pk")
    return living.extra(where=["sort_key LIKE %s"], params=[word])[:limit]


_HOLDING = Question(_holding)


def _rows(customers: list[Customer]) -> list[CustomerRow]:
    """With hints: at most two identities each, one query for all."""
    known: dict[int, list[Identity]] = {customer.pk: [] for customer in customers}
    if not known:
        return []
    for identity in Identity.objects.filter(customer__in=list(known)).order_by("added_at", "pk"):
        known[identity.customer_id].append(identity)
    return [CustomerRow(customer.pk, customer.name, _hint(known[customer.pk])) for customer in customers]


def _hint(known: list[Identity]) -> str:
    best = sorted(known, key=lambda one: (not one.verified, _HINTS.index(one.sort)))
    return " · ".join(one_line(identity.shown, 60) for identity in best[:2])


_IDENTITIES: Question[Identity] = Question(
    lambda organisation_id, ids: Identity.objects.filter(organisation=organisation_id, customer__pk__any_of=ids),
    planned=True,
)

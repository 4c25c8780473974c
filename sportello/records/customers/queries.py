"""Customers for a screen or a door: found while typing, found by an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sportello.foundation.core.among import among, of_one
from sportello.foundation.core.questions import Asked, Question, at_once
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
    asked = finding(person, organisation, text, limit)
    return found_by(organisation, at_once(*asked), limit) if asked else []


def finding(person: Person, organisation: Organisation, text: str, limit: int = 8) -> list[Asked]:
    """What `find` asks, for whoever asks more by the same statement (`at_once`); nothing for who finds nobody. What is
    answered goes to `found_by`."""
    typed = one_line(text, 200)
    start = fold(typed)
    if len(start) < SHORTEST or not person.serves(organisation):
        return []
    here = {"organisation_id": organisation.pk}
    starts = list(dict.fromkeys(one for one in _value_starts(typed) if one))
    ranges = {name: one for at, begun in enumerate(starts) for name, one in _range(begun, at).items()}
    asked = [
        Asked(_STARTING, (len(starts), limit), here | ranges),
        Asked(_CALLED, (limit,), here | _range(start, 0)),
    ]
    if _NAME.fullmatch(typed):
        asked.append(Asked(_HOLDING, (organisation.pk, limit), {"word": "% " + _literally(start) + "%"}))
    return asked


def found_by(
    organisation: Organisation, answers: Sequence[Sequence[tuple[Any, ...]]], limit: int = 8
) -> list[CustomerRow]:
    """Who was found: first by an address or a number, then by the start of the name, then by a word of it."""
    known_by, called, *holding = answers
    others = [row for answer in holding for row in sorted(answer, key=lambda row: row[1])]
    ids = list(dict.fromkeys(row[0] for row in (*known_by, *called, *others)))
    if not ids:
        return []
    known = {one.pk: one for one in _THESE.rows(organisation_id=organisation.pk, ids=ids)}
    # who was merged is found by an address that was theirs, as who stayed; by name only the living are looked for
    found = {one.pk: one for one in [surviving(known[pk]) for pk in ids if pk in known]}
    return _rows(organisation, list(found.values())[:limit])


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


def _called(limit: int, organisation_id: int, from_0: str, to_0: str) -> QuerySet[Customer, Any]:
    living = Customer.objects.filter(organisation_id=organisation_id, merged_into__isnull=True).values_list("pk")
    by_name = living.filter(sort_key__gte=from_0, sort_key__lt=to_0).order_by("sort_key")[:limit]
    by_family = living.filter(family_key__gte=from_0, family_key__lt=to_0).order_by("family_key")[:limit]
    return by_name.union(by_family, all=True)


#: Ranges of the indexes `customer_by_name` and `customer_by_family_name`.
_CALLED = Question(_called)


def _literally(text: str) -> str:
    """For LIKE."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _holding(organisation_id: int, limit: int, word: str) -> QuerySet[Customer, Any]:
    # a middle name, the end of a double surname: no index holds them, so only the newest customers are read
    its = of_one(Customer.objects.all(), organisation_id)
    newest = among([its.order_by("-organisation_id", "-pk")], WINDOW)
    living = newest.filter(merged_into__isnull=True).order_by("-organisation_id", "-pk")
    return living.extra(where=["sort_key LIKE %s"], params=[word]).values_list("pk", "sort_key")[:limit]


_HOLDING = Question(_holding)


def _rows(organisation: Organisation, customers: list[Customer]) -> list[CustomerRow]:
    """With hints: at most two identities each, one query for all."""
    known: dict[int, list[Identity]] = {customer.pk: [] for customer in customers}
    theirs = _IDENTITIES.rows(organisation_id=organisation.pk, ids=list(known))
    for identity in sorted(theirs, key=lambda one: (one.added_at, one.pk)):
        known[identity.customer_id].append(identity)
    return [CustomerRow(customer.pk, customer.name, _hint(known[customer.pk])) for customer in customers]


def _hint(known: list[Identity]) -> str:
    best = sorted(known, key=lambda one: (not one.verified, _HINTS.index(one.sort)))
    return " · ".join(one_line(identity.shown, 60) for identity in best[:2])


_IDENTITIES: Question[Identity] = Question(
    lambda organisation_id, ids: Identity.objects.filter(organisation=organisation_id, customer__pk__any_of=ids),
    planned=True,
)
_THESE: Question[Customer] = Question(
    lambda organisation_id, ids: Customer.objects.filter(
        organisation_id=organisation_id, pk__any_of=ids
    ).select_related("merged_into"),
    planned=True,
)

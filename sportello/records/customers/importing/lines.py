"""One line of a list of customers becomes a customer, new or completed. Nothing that is known is replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sportello.foundation.core.text import clean, fold, one_line
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation

from .. import identities
from ..actions.changing import change_customer
from ..actions.registering import add_identity, find_or_add
from ..checks import check
from ..models import Customer, Identity
from ..queries import by_identity, surviving, together

#: Columns that are identities, in the order in which they decide who it is.
_IDENTITIES = (("tax_code", "tax_code"), ("email", "email"), ("pec", "pec"), ("vat", "vat"), ("phone", "phone"),
               ("mobile", "phone"))
#: Columns that hold what somebody wrote.
_LONG, _LONGEST = frozenset({"text", "answer"}), 50_000
_COMPANY = re.compile(r"azienda|societa|ditta|company|giuridica|associazione|ente|impresa|\bpg\b")
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")


@dataclass
class Fault:
    """`code` of `words.SENTENCES`; `refused`: the line was not taken because of it."""

    code: str
    refused: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Taken:
    """`outcome`: a code of `words.OUTCOMES`."""

    outcome: str
    faults: list[Fault] = field(default_factory=list)
    customer: Customer | None = None


def day_of(text: str) -> date | None:
    """ISO or Italian; None for what is no day."""
    for form in _DATES:
        try:
            return datetime.strptime(text.split("T")[0].split()[0], form).replace(tzinfo=UTC).date()
        except (ValueError, IndexError):
            continue
    return None


def values_of(cells: tuple[str, ...], mapping: dict[str, int]) -> dict[str, str]:
    """Field → text; a line shorter than the head has empty ends. What was written keeps its lines and its length."""
    found = {name: cells[column] if column < len(cells) else "" for name, column in mapping.items()}
    return {name: clean(text)[:_LONGEST] if name in _LONG else one_line(text, 500) for name, text in found.items()}


def reference_of(values: dict[str, str]) -> list[tuple[str, str]]:
    """What makes two lines of a list of tickets one: the reference there."""
    reference = fold(values.get("reference", ""))[:200]
    return [("reference", reference)] if reference else []


def keys_of(values: dict[str, str]) -> list[tuple[str, str]]:
    """What makes two lines one customer: the reference, and what belongs to one customer only."""
    found = []
    if values.get("external"):
        found.append(("external", identities.normal("external", values["external"])))
    for name, sort in _IDENTITIES:
        if sort in Identity.EXCLUSIVE and values.get(name):
            normal = identities.normal(sort, values[name])
            if normal:
                found.append((sort, normal))
    return found


def take(organisation: Organisation, values: dict[str, str], actor: Actor, at: datetime) -> Taken:
    """The customer of a line. Who has the reference is who it is; else as at any door (`find_or_add`).

    A value that cannot be right is left out and told; a line with nothing left is refused.
    """
    faults: list[Fault] = []
    name = one_line(values.get("name") or f"{values.get('given_name', '')} {values.get('family_name', '')}", 200)
    born_on = _born(values, faults)
    given = _given(values, name, born_on, faults)
    if not name and not given:
        return Taken("refused", [Fault("nobody", True), *faults])
    known = _known(organisation, values, given, name)
    if known is None:
        language = values.get("language", "")[:2].lower()
        customer = find_or_add(organisation, name=name, identities=given, language=language, actor=actor, at=at)
        _describe(customer, values, born_on, actor)
        return Taken("added", faults, customer)
    before = Identity.objects.filter(customer__in=together(known)).count()
    for sort, value in given:
        holder = by_identity(organisation, sort, value) if sort in Identity.EXCLUSIVE else None
        if holder is not None and holder.pk != known.pk:
            faults.append(Fault("of_another", facts={"field": sort, "value": value, "customer": holder.name}))
        elif holder is None and not _has(known, sort, value):
            add_identity(known, sort, value, actor, at=at)
    changed = _describe(known, values, born_on, actor)
    after = Identity.objects.filter(customer__in=together(known)).count()
    return Taken("completed" if changed or after > before else "same", faults, known)


def _known(
    organisation: Organisation, values: dict[str, str], given: list[tuple[str, str]], name: str
) -> Customer | None:
    reference = identities.normal("external", values.get("external", ""))
    if reference:
        rows = Identity.objects.filter(organisation=organisation, sort="external", value=reference)
        row = rows.select_related("customer__organisation", "customer__merged_into__organisation").order_by(
            "added_at", "pk").first()
        if row is not None:
            return surviving(row.customer)
    for sort, value in given:
        if sort in Identity.EXCLUSIVE and (found := by_identity(organisation, sort, value)):
            return Customer.objects.select_related("organisation").get(pk=found.pk)
    for sort, value in given:
        if sort in ("phone", "vat"):
            shared = Identity.objects.filter(organisation=organisation, sort=sort, value=identities.normal(sort, value))
            for row in shared.select_related("customer__organisation", "customer__merged_into__organisation")[:20]:
                if surviving(row.customer).sort_key == fold(name):
                    return surviving(row.customer)
    return None


def _has(customer: Customer, sort: str, value: str) -> bool:
    normal = identities.normal(sort, value)
    return Identity.objects.filter(customer__in=together(customer), sort=sort, value=normal).exists()


def _given(values: dict[str, str], name: str, born_on: date | None, faults: list[Fault]) -> list[tuple[str, str]]:
    given: list[tuple[str, str]] = []
    for column, sort in _IDENTITIES:
        text = values.get(column, "")
        if not text:
            continue
        looked = check(sort, text, name=name, born_on=born_on)
        for doubt in looked.doubts:
            code = "left_out" if doubt.refused else "doubted"
            faults.append(Fault(code, facts={"field": column, "value": text[:60], "why": [doubt.code, doubt.facts]}))
        if looked.normal:
            given.append((sort, text))
    if values.get("external"):
        given.append(("external", values["external"]))
    place = " ".join(part for part in (values.get("postal_code", ""), values.get("town", "")) if part)
    place += f" ({values['province']})" if values.get("province") else ""
    whole = ", ".join(part for part in (values.get("address", ""), place) if part)
    if values.get("address") and identities.normal("address", whole):
        given.append(("address", whole[:320]))
    return given


def _born(values: dict[str, str], faults: list[Fault]) -> date | None:
    text = values.get("born_on", "")
    found = day_of(text) if text else None
    if text and found is None:
        faults.append(Fault("date", facts={"field": "born_on", "value": text[:40]}))
    return found


def _describe(customer: Customer, values: dict[str, str], born_on: date | None, actor: Actor) -> list[str]:
    """What the record does not say yet; the fields filled in."""
    row = Customer.objects.select_related("organisation").get(pk=customer.pk)
    language = values.get("language", "")[:2].lower()
    is_company = bool(_COMPANY.search(fold(values.get("sort", "")))) or bool(
        not values.get("sort") and values.get("vat") and not values.get("family_name")
        and len(values.get("tax_code", "")) != 16)
    today = row.first_seen_at.date()
    if born_on and not today.year - 120 <= born_on.year <= today.year:
        born_on = None
    return change_customer(
        row, actor, name=row.name, language=row.language or language,
        sort=Customer.Sort.COMPANY if is_company else row.sort, born_on=row.born_on or born_on,
        needs=row.needs or values.get("needs", ""), addressed_as=row.addressed_as or values.get("addressed_as", ""),
    )

"""What is known of customers, on its way out of the house: a list for a spreadsheet, one person's data for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from .importing.table import safe_cell
from .models import Consent, Customer, CustomerNote, Identity, Relation
from .queries import identities_of, together

_PAGE = 500
#: Columns of the list; they are read back by the import (`importing/fields.py`).
HEAD = ("id", "name", "sort", "language", "born_on", "email", "pec", "phone", "tax_code", "vat", "address", "external",
        "needs", "addressed_as", "first_seen")


def customer_rows(organisation: Organisation) -> Iterator[str]:
    """A CSV of all customers, line by line, by key: a million cost no more memory than five hundred.

    UTF-8 with its mark, since spreadsheets guess wrong without; no cell is a formula. Several values of one kind stand
    in one cell, one a line.
    """
    yield "\ufeff" + _line(HEAD)
    last = 0
    living = Customer.objects.filter(organisation=organisation, merged_into__isnull=True, erased_at__isnull=True)
    for _page in range(100_000):
        rows = list(living.filter(pk__gt=last).order_by("pk")[:_PAGE].prefetch_related(
            Prefetch("identities", Identity.objects.order_by("added_at", "pk"))))
        if not rows:
            return
        last = rows[-1].pk
        yield "".join(_line(_cells(organisation, row)) for row in rows)


def _cells(organisation: Organisation, row: Customer) -> list[object]:
    def of(sort: str) -> str:
        return "\n".join(identity.shown for identity in row.identities.all() if identity.sort == sort)

    seen = clock.local(organisation, row.first_seen_at).date()
    return [row.pk, row.name, row.sort, row.language, row.born_on or "", of("email"), of("pec"), of("phone"),
            of("tax_code"), of("vat"), of("address"), of("external"), row.needs, row.addressed_as, seen]


def csv_rows(lines: Iterator[Any]) -> Iterator[str]:
    """Guarded lines as CSV one by one, for long ones."""
    yield "\ufeff"
    for line in lines:
        yield _line(line)


def csv_text(lines: Iterator[Any] | list[Any]) -> str:
    """Guarded lines as CSV, for small reports."""
    return "\ufeff" + "".join(_line(line) for line in lines)


def _line(cells: Any) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow([safe_cell(cell) for cell in cells])
    return written.getvalue()


def data_of(customer: Customer, *, notes: bool = False) -> dict[str, Any]:
    """One customer's own data as plain values (GDPR art. 15 and 20). `notes`: what colleagues wrote about them, which a
    supervisor decided to disclose."""
    ids = together(customer)
    found: dict[str, Any] = {
        "name": customer.name, "sort": customer.sort, "language": customer.language,
        "born_on": customer.born_on.isoformat() if customer.born_on else None, "needs": customer.needs,
        "addressed_as": customer.addressed_as, "first_seen_at": customer.first_seen_at.isoformat(),
        "identities": [
            {"sort": one.sort, "value": one.shown, "verified": one.verified or None,
             "verified_at": one.verified_at.isoformat() if one.verified_at else None,
             "preferred": one.preferred, "added_at": one.added_at.isoformat()}
            for one in identities_of(customer)
        ],
        "consents": [
            {"purpose": one.purpose, "source": one.source, "about": one.about, "given_at": one.given_at.isoformat(),
             "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None}
            for one in Consent.objects.filter(customer__in=ids).order_by("pk")[:500]
        ],
        # the other person's data are theirs: the name alone says which relation it is
        "relations": [
            {"kind": one.kind, "with": one.other.name, "from": one.from_day.isoformat(),
             "until": one.until_day.isoformat() if one.until_day else None}
            for one in Relation.objects.filter(customer__in=ids).select_related("other").order_by("pk")[:500]
        ],
    }
    if notes:
        written = CustomerNote.objects.filter(customer__in=ids).order_by("pk")[:2_000]
        found["notes"] = [{"text": one.text, "written_at": one.written_at.isoformat()} for one in written]
    return found

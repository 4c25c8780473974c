"""What is known of a customer changes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock

from ..models import Customer


def change_customer(
    customer: Customer, actor: Actor, *, name: str, language: str, sort: str, **others: Any
) -> list[str]:
    """Correct name, language, sort, and of `others` born_on, needs, addressed_as; the names of the fields that
    changed. Raises Refusal on a field."""
    name = one_line(name, 200)
    if not name:
        raise Refusal(_("Write the customer's name."), field="name")
    if sort not in Customer.Sort.values:
        raise Refusal(_("Choose a person or a company."), field="sort")
    wanted = {"name": name, "language": language[:10], "sort": sort, **_others(customer, others)}
    with transaction.atomic():
        locked = Customer.objects.select_for_update(of=("self",)).select_related("organisation")
        current = locked.get(pk=customer.pk)
        changed = [field for field, value in wanted.items() if getattr(current, field) != value]
        if not changed:
            return []
        for row in (current, customer):
            for field, value in wanted.items():
                setattr(row, field, value)
        current.save()
        customer.sort_key, customer.family_key = current.sort_key, current.family_key
        record(current.organisation, "customer.changed", current, actor, fields=changed)
    return changed


def _others(customer: Customer, given: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {field: one_line(str(given[field]), 500 if field == "needs" else 200)
              for field in ("needs", "addressed_as") if field in given}
    if "born_on" in given:
        organisation = customer.organisation
        today = clock.local(organisation, clock.now(organisation)).date()
        if given["born_on"] and not today.year - 130 <= given["born_on"].year <= today.year:
            raise Refusal(_("Check the year of birth."), field="born_on")
        wanted["born_on"] = given["born_on"]
    return wanted

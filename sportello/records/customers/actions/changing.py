"""What is known of a customer changes."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor

from ..models import Customer


def change_customer(customer: Customer, actor: Actor, *, name: str, language: str, sort: str) -> list[str]:
    """Correct name, language, sort; the names of the fields that changed. Raises Refusal on a field."""
    name = one_line(name, 200)
    if not name:
        raise Refusal(_("Write the customer's name."), field="name")
    if sort not in Customer.Sort.values:
        raise Refusal(_("Choose a person or a company."), field="sort")
    wanted = {"name": name, "language": language[:10], "sort": sort}
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

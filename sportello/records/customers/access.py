"""The only way to get a customer for a person: those of the organisations they serve."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from sportello.foundation.core.questions import Question
from sportello.records.accounts.people import Person

from .models import Customer


def customers_for(person: Person) -> QuerySet[Customer]:
    """Every customer of the organisations the person serves, merged ones too (old links still open)."""
    return Customer.objects.filter(organisation__in=[place.organisation.pk for place in person.serving])


def get_customer(person: Person, slug: str, customer_id: int) -> Customer:
    """One of them by organisation and id. Raises Http404 when it is not theirs."""
    found = _ONE.first(person, slug=slug, customer_id=customer_id)
    if found is None:
        raise Http404
    return found


_ONE: Question[Customer] = Question(
    lambda person, slug, customer_id: customers_for(person).filter(organisation__slug=slug, pk=customer_id)
    .select_related("organisation", "merged_into").order_by("pk")[:1],
    planned=True,
)  # fmt: skip

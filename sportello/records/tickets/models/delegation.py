"""Who came or rang for the customer of a contact."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.customers.models import Customer, Relation

from .contact import Contact


class ContactDelegate(OrganisationModel):
    """`contact.customer` is whom it is about; `delegate` is who stood there. The relation holds the proof, if any."""

    contact = OwnedOneToOne(Contact, on_delete=models.PROTECT, related_name="acting")
    delegate = OwnedKey(Customer, on_delete=models.PROTECT, related_name="+")
    relation = OwnedKey(Relation, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["delegate"], name="contact_by_delegate")]

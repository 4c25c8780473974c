"""What colleagues write to each other about a customer. Nothing that builds something outgoing joins this table."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .customer import Customer


class CustomerNote(OrganisationModel):
    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    by_member = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["customer", "-id"], name="customer_note_of")]

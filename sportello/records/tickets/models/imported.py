"""Tickets brought in from another system: which reference there is which ticket here, so that twice is once."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.customers.models import ImportRun

from .ticket import Ticket


class ImportedTicket(OrganisationModel):
    #: As the other system knows it, folded.
    reference = models.CharField(max_length=200, db_collation="C")
    ticket = OwnedOneToOne(Ticket, on_delete=models.PROTECT, related_name="imported")
    run = OwnedKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "reference"], name="imported_reference_once"),
        ]

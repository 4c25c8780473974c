"""What an office has said about a value that was not sure."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .procedure import Procedure


class Confirmation(OrganisationModel):
    """Somebody answers for a value of confidence C or M: who, when, which value, on what ground. Never changed."""

    procedure = OwnedKey(Procedure, related_name="confirmations")
    #: As `Definition.open_values` names it: "term", "suspensions.third_parties".
    key = models.CharField(max_length=140)
    #: The value as it stood when it was confirmed.
    value = models.JSONField()
    note = models.TextField()
    by = OwnedKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["procedure", "key"], name="procedure_value_confirmed_once"),
        ]

"""Which team answers for which kind."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Team
from sportello.records.procedures.models import Kind


class Route(OrganisationModel):
    """Requests of `kind` go to `team`; the route without a kind is for all others and always exists."""

    kind = OwnedKey(Kind, related_name="+", null=True, blank=True)
    team = OwnedKey(Team, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "kind"], name="route_once", nulls_distinct=False),
        ]

"""What somebody searched lately, and searches they keep."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership


class KeptSearch(OrganisationModel):
    """Words of an address, not results: opened again it finds what its owner may see then. Nobody else sees it."""

    #: So many of the latest are remembered, and so many may be kept.
    RECENT, MOST = 8, 30

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    typed = models.CharField(max_length=200)
    #: What follows the question mark in the address: words and filters.
    words = models.CharField(max_length=400)
    is_saved = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["member", "words"], name="kept_search_once"),
        ]

"""Which keys somebody wants (WCAG 2.2, 2.1.4: keys of one character can be turned off or changed)."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership


class KeyChoice(OrganisationModel):
    """Kept with the first place a person serves in; holds on every page of the desk."""

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    #: Keys without Ctrl or ⌘ do nothing.
    is_off = models.BooleanField(default=False)
    #: The key as delivered → the key wanted instead.
    changed = models.JSONField(default=dict)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["member"], name="key_choice_once"),
        ]

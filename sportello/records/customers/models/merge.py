"""Two records of one person: proposed, joined, parted again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .customer import Customer


class Merge(OrganisationModel):
    """`merged` now reads as `kept`. No row of either is rewritten: identities, tickets and consents keep the customer
    they came with, the card reads both, and undoing is one field."""

    kept = OwnedKey(Customer, on_delete=models.PROTECT, related_name="merges")
    merged = OwnedKey(Customer, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)
    merged_at = models.DateTimeField()
    by_member = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="merge_in_force_once"
            ),
        ]


class Proposal(OrganisationModel):
    """A pair that may be one person, with the signs that say so. Settled by a colleague, it is not proposed again."""

    class Settled(models.TextChoices):
        OPEN = "", _("To be looked at")
        MERGED = "merged", _("Merged")
        DIFFERENT = "different", _("Two different customers")

    #: The older record and the newer one: a pair has one order.
    one = OwnedKey(Customer, on_delete=models.PROTECT, related_name="+")
    other = OwnedKey(Customer, on_delete=models.PROTECT, related_name="+")
    #: Codes of `duplicates.SIGNS`.
    signs = models.JSONField(default=list)
    weight = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    settled = models.CharField(max_length=10, choices=Settled.choices, default=Settled.OPEN, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["one", "other"], name="proposal_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="proposal_in_order"),
        ]
        indexes = [
            # the list of pairs to look at, strongest first
            models.Index(
                fields=["organisation", "-weight", "-id"], name="proposal_open", condition=models.Q(settled="")
            ),
            models.Index(fields=["other"], name="proposal_of_other"),
        ]

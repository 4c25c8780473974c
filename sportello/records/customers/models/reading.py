"""Who read a customer's record, when, and for what: the journal tells what changed, this table what was seen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .customer import Customer


class Reading(OrganisationModel):
    """`customer` is empty for a list that left the house (an export of many): `rows` says how many."""

    class What(models.TextChoices):
        CARD = "card", _("Customer card")
        DATA = "data", _("Copy of one customer's data")
        LIST = "list", _("Export of customers")
        FAULTS = "faults", _("Report of an import")
        PROOF = "proof", _("Proof of a delegation")
        TICKETS = "tickets", _("Export of tickets")

    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    member = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    purpose = models.CharField(max_length=300, blank=True)
    rows = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [
            models.Index(fields=["customer", "-id"], name="reading_of"),
            models.Index(fields=["organisation", "-id"], name="reading_by_time"),
        ]


class Erasure(OrganisationModel):
    """The tombstone of an erasure ordered by law: that it was done, by whom, on what order; never whom it was about."""

    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="erasures")
    #: The order or request it rests on: "GDPR art. 17, prot. 1234/2026".
    ground = models.CharField(max_length=300)
    by_member = OwnedKey(Membership, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    #: When the words on tickets were gone too; the worker does them.
    done_at = models.DateTimeField(null=True, blank=True)
    #: `{"identities": 3, "messages": 12}`: what there was, as numbers.
    counts = models.JSONField(default=dict)

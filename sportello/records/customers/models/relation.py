"""How customers belong to each other: a company and its people, a household, who acts for whom."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .customer import Customer


class Relation(OrganisationModel):
    """`customer` is read as the subject: a delegate acts for `other`, a person works for `other`.

    Days are those of the organisation's calendar, both included; an empty end runs on. Ended, never deleted: who acted
    for whom on a day must be answerable later.
    """

    class Kind(models.TextChoices):
        DELEGATE = "delegate", _("Acts for")
        COMPANY = "company", _("Works for or represents")
        HOUSEHOLD = "household", _("Same household as")

    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="relations")
    other = OwnedKey(Customer, on_delete=models.PROTECT, related_name="relations_from")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: The written delegation, power of attorney, decree: a delegate without it is shown as unproved.
    proof = OwnedKey(Blob, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proof_name = models.CharField(max_length=255, blank=True)
    #: What the relation is about, or where the proof was seen.
    about = models.CharField(max_length=200, blank=True)
    from_day = models.DateField()
    until_day = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(customer=models.F("other")), name="relation_of_two"),
            models.CheckConstraint(
                condition=models.Q(until_day__isnull=True) | models.Q(until_day__gte=models.F("from_day")),
                name="relation_forward",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="relation_of"),
            models.Index(fields=["other", "-id"], name="relation_to"),
        ]

    def holds_on(self, day: date) -> bool:
        return self.from_day <= day and (self.until_day is None or day <= self.until_day)

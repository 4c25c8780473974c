"""What an erasure or a disposal reached in the channels: the tombstones of raw mail, letters and deliveries."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.customers.models import Erasure


class ErasedRow(OrganisationModel):
    """One row whose words and bytes go: marked with the order, while it is known whose they are, emptied afterwards by
    the worker (by a disposal at once). What it was is told by digest and size, why by the erasure's ground or by the
    number of the disposal list; not whose it was."""

    class What(models.TextChoices):
        INCOMING = "incoming"
        LETTER = "letter"
        TRAY = "tray"
        DELIVERY = "delivery"

    erasure = OwnedKey(Erasure, related_name="+", null=True, blank=True)
    #: A plain number: the list is of a room above.
    disposal = models.PositiveIntegerField(null=True, blank=True)
    what = models.CharField(max_length=10, choices=What.choices)
    row_id = models.BigIntegerField()
    #: Of the bytes that were; empty where there were none, or until they are gone.
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    ordered_at = models.DateTimeField()
    #: Null until the worker has been there.
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["what", "row_id"], name="erased_once"),
            models.CheckConstraint(
                condition=models.Q(erasure__isnull=False, disposal__isnull=True)
                | models.Q(erasure__isnull=True, disposal__isnull=False),
                name="erased_on_one_ground",
            ),
        ]
        indexes = [
            models.Index(fields=["erasure", "id"], name="erased_waiting", condition=models.Q(erased_at__isnull=True)),
            models.Index(fields=["organisation", "disposal", "id"], name="disposed_waiting",
                         condition=models.Q(erased_at__isnull=True, disposal__isnull=False)),
            # a mail the provider still has, fetched anew
            models.Index(fields=["organisation", "sha256"], name="erased_by_digest",
                         condition=~models.Q(sha256="")),
        ]

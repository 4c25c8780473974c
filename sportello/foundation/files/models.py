"""Blobs: bytes known by their SHA-256, never shared between organisations."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey


class Blob(OrganisationModel):
    """The row is written after the bytes are on disk (fsynced), in the transaction that counts on them."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned")
        CLEAN = "clean", _("Scanned, clean")
        INFECTED = "infected", _("Virus found")

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    #: By content (`sniff.py`), not as declared.
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    scan = models.CharField(max_length=20, choices=Scan.choices, default=Scan.NOT_SCANNED)
    stored_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "sha256"], name="blob_once"),
        ]

    @property
    def is_infected(self) -> bool:
        return self.scan == self.Scan.INFECTED


class Logo(OrganisationModel):
    """What an organisation is recognised by on portal and paper; one at a time."""

    blob = OwnedKey(Blob, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation"], name="logo_once"),
        ]


class DroppedFile(OrganisationModel):
    """Bytes that somebody stopped counting on (`dropping.py`): they go unless something else does.

    Known by their digest: a key would itself count on the file, and the mark outlives its row.
    """

    sha256 = models.CharField(max_length=64)
    drop_after = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "sha256"], name="dropped_file_once"),
        ]
        indexes = [
            # what the worker looks at next
            models.Index(fields=["drop_after", "id"], name="dropped_file_by_date"),
        ]

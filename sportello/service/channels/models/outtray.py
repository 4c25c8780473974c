"""The out-tray: where mail goes while no server is configured, so that the demo's customers can be looked at."""

from __future__ import annotations

from django.db import models

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey


class OutTrayMail(OrganisationModel):
    """A message as it would have left, byte for byte."""

    recipients = models.JSONField(default=list)
    sender = models.CharField(max_length=320)
    subject = models.CharField(max_length=500)
    raw = OwnedKey(Blob, related_name="+")
    put_at = models.DateTimeField()
    rfc_id = models.CharField(max_length=500, db_collation="C")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            # a repeat of the same dispatch is the same mail
            models.UniqueConstraint(fields=["organisation", "rfc_id"], name="out_tray_once"),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="out_tray_newest")]

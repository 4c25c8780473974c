"""Words an organisation sorts its tickets by."""

from __future__ import annotations

from typing import Final

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .ticket import Ticket

#: Characters of a tag.
LONGEST: Final = 40


class Tag(OrganisationModel):
    """Written as whoever used it first wrote it; "Mensa" and "mensa" are one."""

    name = models.CharField(max_length=LONGEST)
    folded = models.CharField(max_length=LONGEST, db_collation="C")
    made_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            # also what suggestions are read by
            models.UniqueConstraint(fields=["organisation", "folded"], name="tag_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TicketTag(OrganisationModel):
    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="tags")
    tag = OwnedKey(Tag, on_delete=models.PROTECT, related_name="places")
    put_at = models.DateTimeField()
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "tag"], name="ticket_tag_once"),
        ]
        indexes = [
            # a list filtered by tag
            models.Index(fields=["tag", "ticket"], name="ticket_by_tag"),
        ]

"""The tickets somebody has open, as a thin strip above their work."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket


class OpenTicket(OrganisationModel):
    """A tab of the strip, the same on every device; only the one looked at is loaded."""

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")
    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    #: The newest entry of the timeline its reader has been shown.
    seen_position = models.PositiveIntegerField(default=0)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["member", "ticket"], name="open_ticket_once"),
        ]

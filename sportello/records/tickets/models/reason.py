"""Why something automatic was done, written down when it was done: `sportello explain NUMBER` and every "why?"."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey

from .ticket import Ticket


class Reason(HangingModel):
    """`about` what (door, customer, ticket, route, term, notice, dispatch), `code` which rule, `facts` its figures."""

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="reasons", db_index=False)
    about = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        indexes = [models.Index(fields=["ticket", "id"], name="reason_of_ticket")]

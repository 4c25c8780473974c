"""A conversation beside the customer's: with an office that examines something for us, inside the house or outside.

Its messages hang on the ticket's timeline as entries of colleagues only and have a direction of their own, so that
nothing that asks what was said with the customer meets them.
"""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .ticket import Ticket


class Aside(OrganisationModel):
    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="asides")
    #: Who is asked, as the customer is told.
    name = models.CharField(max_length=200)
    #: By which way its letters leave: email, pec; `inside` for colleagues, who read it on their page.
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=320, blank=True)
    began_at = models.DateTimeField()
    #: By when the customer was told that an answer is expected.
    expected_at = models.DateTimeField()
    #: Answered or given up; null while it is awaited.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # where it stands: who is asked now
            models.Index(fields=["ticket"], name="aside_open", condition=models.Q(ended_at__isnull=True)),
        ]

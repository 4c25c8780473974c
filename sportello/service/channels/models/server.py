"""What the server of a mailbox said of itself when mail was last handed to it (EHLO): asked before the next send."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedOneToOne

from .mailbox import Mailbox


class LearnedServer(OrganisationModel):
    mailbox = OwnedOneToOne(Mailbox, on_delete=models.CASCADE, related_name="learned")
    #: The server these were said by: another one may be set since.
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField()
    #: Octets of a whole message (RFC 1870); null where the server does not say.
    most_bytes = models.BigIntegerField(null=True, blank=True)
    has_smtputf8 = models.BooleanField(default=False)
    has_8bitmime = models.BooleanField(default=False)
    has_starttls = models.BooleanField(default=False)
    learned_at = models.DateTimeField()

"""Who takes part in a ticket from outside, and which colleagues are named for a sensitive one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.customers.models import Customer

from .ticket import Ticket


class Participant(HangingModel):
    """An address that may write on the ticket. A reference in a mail header proves nothing without this."""

    class Role(models.TextChoices):
        REQUESTER = "requester", _("Who asks")
        CC = "cc", _("In copy")
        ACTING_FOR = "acting_for", _("Acting for the customer")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="participants")
    customer = OwnedKey(Customer, related_name="+", null=True, blank=True)
    address = models.CharField(max_length=320, blank=True, db_collation="C")
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["ticket", "address"], condition=~models.Q(address=""), name="participant_address_once"
            ),
        ]


class Named(OrganisationModel):
    """A colleague named for a ticket of sensitivity "named persons only"."""

    ticket = OwnedKey(Ticket, on_delete=models.CASCADE, related_name="named")
    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["ticket", "member"], name="named_once"),
        ]

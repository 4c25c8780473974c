"""Withdrawal and guarantee: what the customer of an on-line shop told us, and the dates that follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne
from sportello.records.accounts.models import Membership
from sportello.records.tickets.models import Ticket


class ShopRequest(OrganisationModel):
    """One declaration, as it was confirmed. Its dates are counted by the ticket's own version of the procedure."""

    class Sort(models.TextChoices):
        WITHDRAWAL = "withdrawal", pgettext_lazy("shop", "Withdrawal from the contract")
        GUARANTEE = "guarantee", pgettext_lazy("shop", "Legal guarantee")

    class Wish(models.TextChoices):
        REPAIR = "repair", pgettext_lazy("shop", "Repair")
        REPLACEMENT = "replacement", pgettext_lazy("shop", "Replacement")
        REDUCTION = "reduction", pgettext_lazy("shop", "Price reduction")
        TERMINATION = "termination", pgettext_lazy("shop", "End of the contract and refund")

    ticket = OwnedOneToOne(Ticket, on_delete=models.PROTECT, related_name="shop_request")
    sort = models.CharField(max_length=20, choices=Sort.choices)
    #: Order or contract number, as the customer wrote it.
    contract = models.CharField(max_length=100)
    goods = models.CharField(max_length=500, blank=True)
    #: A service or a digital content: the days of withdrawal run from the contract, not from delivery.
    is_service = models.BooleanField(default=False)
    #: The seller told of the right of withdrawal (art. 53: else it lasts twelve months longer).
    was_informed = models.BooleanField(default=True)
    concluded_on = models.DateField(null=True, blank=True)
    #: When all of it was delivered: the last item of several (Codice del consumo art. 52).
    delivered_on = models.DateField(null=True, blank=True)
    #: When the declaration was confirmed: the instant the acknowledgement tells.
    told_at = models.DateTimeField()
    #: Guarantee: when the defect showed, and what is asked.
    defect_on = models.DateField(null=True, blank=True)
    wish = models.CharField(max_length=20, choices=Wish.choices, blank=True)
    #: The goods came back, or their dispatch was proved (art. 56).
    returned_on = models.DateField(null=True, blank=True)
    returned_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        pass

"""A way of reaching or knowing a customer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey

from .customer import Customer


class Identity(HangingModel):
    """An address, number or reference, with how and when it was shown to be theirs.

    Unverified is the normal state of what a stranger wrote. `value` is the normal form (`identities.py`),
    `shown` what the person gave.
    """

    class Sort(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PEC = "pec", _("PEC")
        PHONE = "phone", _("Phone")
        TAX_CODE = "tax_code", _("Tax code")
        VAT = "vat", _("VAT number")
        ADDRESS = "address", _("Postal address")
        HANDLE = "handle", _("Messaging name")
        EXTERNAL = "external", _("Reference (order, contract)")

    class Verified(models.TextChoices):
        NOT = "", _("not verified")
        BY_REPLY = "by_reply", _("answered from it")
        BY_CODE = "by_code", _("code sent to it")
        BY_DOCUMENT = "by_document", _("document seen")

    #: Sorts of which one value belongs to one customer; families share phones and homes.
    EXCLUSIVE = ("email", "pec", "tax_code", "handle")

    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="identities", db_index=False)
    sort = models.CharField(max_length=20, choices=Sort.choices)
    value = models.CharField(max_length=320, db_collation="C")
    shown = models.CharField(max_length=320)
    verified = models.CharField(max_length=20, choices=Verified.choices, default=Verified.NOT, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    #: The way they asked to be reached by; one at most.
    preferred = models.BooleanField(default=False)
    #: A permanent bounce: told to operators, not written to any more.
    undeliverable_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            # fifty messages of one new customer at once make one customer
            models.UniqueConstraint(
                fields=["organisation", "sort", "value"], name="identity_of_one_customer",
                condition=models.Q(sort__in=["email", "pec", "tax_code", "handle"]),
            ),
            models.UniqueConstraint(fields=["customer", "sort", "value"], name="identity_once"),
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(preferred=True), name="identity_one_preferred"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "value"], name="identity_by_value"),
        ]

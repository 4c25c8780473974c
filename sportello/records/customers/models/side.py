"""What other systems know of a customer: orders, contracts, payments. Read beside the card, never mixed into it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .identity import Identity


class SideSource(OrganisationModel):
    class Sort(models.TextChoices):
        HTTP = "http", _("Asked over the network (JSON)")
        CSV = "csv", _("A list brought in (CSV)")

    name = models.CharField(max_length=100)
    sort = models.CharField(max_length=10, choices=Sort.choices)
    #: The identity it is asked by.
    key = models.CharField(max_length=20, choices=Identity.Sort.choices)
    #: For HTTP: `https://shop.example/customers/{value}.json`.
    url = models.CharField(max_length=500, blank=True)
    #: Name of the environment variable that holds the token sent as `Authorization: Bearer`; never the token.
    token_name = models.CharField(max_length=60, blank=True)
    #: Columns or keys shown, in order; empty: all.
    shown = models.JSONField(default=list)
    cache_minutes = models.PositiveIntegerField(default=60)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    #: Of a list: when it was brought in.
    as_of = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "name"], name="side_source_once"),
        ]


class SideRow(OrganisationModel):
    """One answer for one value: `rows` is a list of flat objects `{label: text}`."""

    source = OwnedKey(SideSource, on_delete=models.CASCADE, related_name="rows")
    value = models.CharField(max_length=320, db_collation="C")
    rows = models.JSONField(default=list)
    as_of = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["source", "value"], name="side_row_once"),
        ]

"""Who asks: a person or an organisation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import fold
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey


class Customer(OrganisationModel):
    class Sort(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company or association")

    sort = models.CharField(max_length=20, choices=Sort.choices, default=Sort.PERSON)
    name = models.CharField(max_length=200)
    #: `fold(name)`: search and order; made in Python, identical on every database.
    sort_key = models.CharField(max_length=200, db_collation="C", editable=False)
    language = models.CharField(max_length=10, blank=True)
    first_seen_at = models.DateTimeField()
    merged_into = OwnedKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")

    class Meta(OrganisationModel.Meta):
        indexes = [
            # customers by the start of their name, in the counter's "find or create" box
            models.Index(fields=["organisation", "sort_key"], name="customer_by_name"),
        ]

    def save(self, *args: object, **options: object) -> None:
        self.sort_key = fold(self.name)[:200]
        super().save(*args, **options)  # type: ignore[arg-type]  # passed on as given

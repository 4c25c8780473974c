"""Who asks: a person or an organisation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import fold
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

#: Words that belong to the family name after them: "Paola De Luca", "Omar El Amrani".
_PARTICLES = frozenset({
    "al", "d", "da", "dal", "dalla", "de", "degli", "dei", "del", "della", "di", "do", "dos", "du",
    "el", "la", "le", "lo", "van", "von",
})


def name_keys(name: str) -> tuple[str, str]:
    """Sort key and family key: `name_keys("Paola De Luca")` is `("paola de luca", "de luca paola")`."""
    words = fold(name).split()
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return " ".join(words)[:200], " ".join([*words[start:], *words[:start]])[:200]


class Customer(OrganisationModel):
    class Sort(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company or association")

    sort = models.CharField(max_length=20, choices=Sort.choices, default=Sort.PERSON)
    name = models.CharField(max_length=200)
    #: `fold(name)`: search and order; made in Python, identical on every database.
    sort_key = models.CharField(max_length=200, db_collation="C", editable=False)
    #: The same with the family name first ("popescu maria"): people are looked for by it, and an index holds starts.
    family_key = models.CharField(max_length=200, db_collation="C", editable=False, default="")
    language = models.CharField(max_length=10, blank=True)
    #: With the name it tells two people of one name apart; asked only where a request needs it.
    born_on = models.DateField(null=True, blank=True)
    #: What they need to be served well: "reads large print", "calls only after 14".
    needs = models.CharField(max_length=500, blank=True)
    #: How they wish to be addressed: "Dott.ssa Popescu", "she".
    addressed_as = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    #: What was known of them is gone by order of law; the row stays for what was counted.
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = OwnedKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )

    class Meta(OrganisationModel.Meta):
        indexes = [
            # customers by the start of their name, in the counter's "find or create" box
            models.Index(fields=["organisation", "sort_key"], name="customer_by_name"),
            models.Index(fields=["organisation", "family_key"], name="customer_by_family_name"),
            # all the records that were merged into one
            models.Index(
                fields=["merged_into"], name="customer_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ]

    def save(self, *args: object, **options: object) -> None:
        self.sort_key, self.family_key = name_keys(self.name)
        super().save(*args, **options)  # type: ignore[arg-type]  # passed on as given

"""The file plan: which class a closed ticket belongs to, and how long that class is kept (DPR 445/2000 art. 64, 68)."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind

#: `2`, `2.1`, `2.1.3`: where a class stands in the tree is its code.
CODE = r"^[0-9]{1,3}(\.[0-9]{1,3}){0,4}$"


class FileClass(OrganisationModel):
    """One version of a class. A change ends it and begins the next; a filed ticket keeps the version it was filed
    under, so that a new figure rewrites no date that was given."""

    class Confidence(models.TextChoices):
        A = "A", _("read in the source")
        B = "B", _("several sources agree")
        C = "C", _("sources differ")
        M = "M", _("a proposal, to be confirmed by your office")
        H = "H", _("rule of the house")

    code = models.CharField(max_length=20, db_collation="C", validators=[RegexValidator(CODE)])
    version = models.PositiveIntegerField(default=1)
    titles = models.JSONField(default=dict)
    #: Whole years from the day of closing; null: kept for ever. A class with classes below it files nothing itself.
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    #: Families of kinds that fall here where their kind has no class of its own.
    families = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=1, choices=Confidence.choices)
    #: `{language: text}`: what somebody has to answer before anything of this class may be disposed of.
    question = models.JSONField(default=dict, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    confirmed_note = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Null for the plan that came with the product.
    made_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["code", "version"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "code", "version"], name="file_class_version_once"),
            models.UniqueConstraint(
                fields=["organisation", "code"],
                condition=models.Q(ended_at__isnull=True),
                name="file_class_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def depth(self) -> int:
        return self.code.count(".")

    @property
    def is_to_confirm(self) -> bool:
        return self.confidence in (self.Confidence.C, self.Confidence.M) and self.confirmed_at is None

    def title_in(self, language: str) -> str:
        return in_language(self.titles, language)

    def question_in(self, language: str) -> str:
        return in_language(self.question, language)


class KindClass(OrganisationModel):
    """The class of a kind of request, where the office chose one; else its family says."""

    kind = OwnedKey(Kind, related_name="+")
    code = models.CharField(max_length=20, db_collation="C")

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["kind"], name="kind_class_once"),
        ]

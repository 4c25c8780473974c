"""Service sheets: what the office offers and how to get it. One row per language version."""

from __future__ import annotations

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership, Team


class ServiceSheet(OrganisationModel):
    slug = models.SlugField(max_length=60)
    #: The team that answers for its content and, where no kind says otherwise, for requests about it.
    team = OwnedKey(Team, related_name="+", null=True, blank=True)
    on_portal = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="service_sheet_slug_once"),
        ]

    def text_in(self, language: str) -> ServiceSheetText | None:
        """The version in `language`, else in any; no query when `texts` is prefetched."""
        texts = list(self.texts.all())
        return next((text for text in texts if text.language == language), texts[0] if texts else None)

    def name_in(self, language: str) -> str:
        text = self.text_in(language)
        return text.title if text else self.slug


class ServiceSheetText(OrganisationModel):
    sheet = OwnedKey(ServiceSheet, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400, blank=True)
    #: Plain text, paragraphs parted by an empty line, lists by a leading dash.
    body = models.TextField(blank=True)
    documents_needed = models.TextField(blank=True)
    cost = models.CharField(max_length=200, blank=True)
    times = models.CharField(max_length=200, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["sheet", "language"], name="service_sheet_text_once"),
        ]


class ServiceSheetVersion(OrganisationModel):
    """What a sheet said in one language from `written_at`: never changed, only followed by another."""

    sheet = OwnedKey(ServiceSheet, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    #: The fields of its text by name.
    said = models.JSONField()
    #: Null: what it said before versions were kept.
    written_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    written_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        ordering = ["-number"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["sheet", "language", "number"], name="service_sheet_version_once"),
        ]

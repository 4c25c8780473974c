"""Kinds of request."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel


class Kind(OrganisationModel):
    class Family(models.TextChoices):
        INFORMATION = "information", _("Information")
        SERVICE = "service", _("Service request")
        FAULT = "fault", _("Fault report")
        COMPLAINT = "complaint", _("Complaint")
        SUGGESTION = "suggestion", _("Suggestion")
        PRAISE = "praise", _("Praise")
        RIGHTS = "rights", _("Rights request")

    slug = models.SlugField(max_length=40)
    names = models.JSONField(default=dict)
    #: `{language: text}`: one sentence the portal shows under the name.
    hints = models.JSONField(default=dict, blank=True)
    family = models.CharField(max_length=20, choices=Family.choices)
    position = models.PositiveSmallIntegerField(default=0)
    on_portal = models.BooleanField(default=True)
    #: What an incoming message of unknown kind is, until someone says.
    is_default = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="kind_slug_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_default=True), name="kind_one_default"
            ),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    def hint_in(self, language: str) -> str:
        return in_language(self.hints, language)

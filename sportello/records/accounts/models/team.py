"""Teams: people who share work lists. A competent office is a team."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel


class Team(OrganisationModel):
    slug = models.SlugField(max_length=40)
    #: `{language: text}`: customers read it in "who answers for it".
    names = models.JSONField(default=dict)
    is_office = models.BooleanField(_("competent office"), default=False)
    #: `{language: text}`: stands under the answers of this team; variables as in saved replies.
    signatures = models.JSONField(default=dict, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="team_slug_once"),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @property
    def is_active(self) -> bool:
        return self.ended_at is None

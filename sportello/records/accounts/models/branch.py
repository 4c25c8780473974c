"""Branches: the places where people come."""

from __future__ import annotations

from django.db import models

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel


class Branch(OrganisationModel):
    """A place with an address. Its opening hours are a calendar of the procedures' room that names it."""

    slug = models.SlugField(max_length=40)
    #: `{language: text}`: "Sede di via Roma".
    names = models.JSONField(default=dict)
    #: Street, number, town: as it is written on an envelope, lines.
    address = models.TextField(max_length=500, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    #: `{language: text}`: how to get there, what is on the ground floor, where a wheelchair comes in.
    hints = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="branch_slug_once"),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    def hint_in(self, language: str) -> str:
        return in_language(self.hints, language)

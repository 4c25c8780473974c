"""Opening hours as data; the arithmetic is in `procedures/calendar.py`, which knows no database."""

from __future__ import annotations

from django.db import models

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Branch
from sportello.records.procedures.calendar import Calendar


class OfficeCalendar(OrganisationModel):
    slug = models.SlugField(max_length=40)
    names = models.JSONField(default=dict)
    #: The form `Calendar.from_data` reads: timezone, hours, holidays, special, always.
    data = models.JSONField(default=dict)
    #: Whose hours these are; null: the organisation's own, and those procedures count by.
    branch = OwnedKey(Branch, related_name="calendars", null=True, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="calendar_slug_once"),
            models.UniqueConstraint(fields=["organisation", "branch"], name="calendar_branch_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_default=True), name="calendar_one_default"
            ),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @property
    def calendar(self) -> Calendar:
        return Calendar.from_data(self.data)

"""How a kind is handled: versioned data with source, validity and confidence. A running ticket keeps its version."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .calendar import OfficeCalendar
from .kind import Kind


class Procedure(OrganisationModel):
    """One version. Never changed once a ticket runs under it: a change is a new version."""

    class Unit(models.TextChoices):
        OPEN_HOURS = "open_hours", _("opening hours")
        CALENDAR_DAYS = "calendar_days", _("days")
        WORKING_DAYS = "working_days", _("working days")
        MONTHS = "months", _("months")

    class Roll(models.TextChoices):
        NONE = "none", _("not moved")
        HOLIDAY = "festivo", _("moved past holidays")
        HOLIDAY_AND_SATURDAY = "festivo_and_saturday", _("moved past holidays and Saturdays")

    kind = OwnedKey(Kind, related_name="procedures")
    version = models.PositiveIntegerField(default=1)
    names = models.JSONField(default=dict)
    calendar = OwnedKey(OfficeCalendar, related_name="+")
    #: The term within which the matter is concluded.
    term_value = models.PositiveIntegerField()
    term_unit = models.CharField(max_length=20, choices=Unit.choices)
    term_roll = models.CharField(max_length=30, choices=Roll.choices, default=Roll.HOLIDAY)
    #: First answer by a person, in opening hours; null: none promised apart from the term.
    first_answer_hours = models.PositiveIntegerField(null=True, blank=True)
    #: A closed ticket reopens when the customer writes again within these days; later they open a new one.
    reopen_days = models.PositiveIntegerField(default=30)
    #: Where the term comes from: a law, a charter of services, a house rule.
    source = models.CharField(max_length=300, blank=True)
    #: A read in the primary text, B secondary sources agree, C they do not, M from memory, H house rule.
    confidence = models.CharField(max_length=1, default="H")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "version"], name="procedure_version_once"),
            models.CheckConstraint(condition=models.Q(term_value__gt=0), name="procedure_has_term"),
        ]

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

"""How a kind is handled: versioned data with source, validity and confidence. A running ticket keeps its version."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.procedures.definition import Definition, ServiceLevel, TermRule

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
    #: The same in every version, and in every office that loaded the same pack; empty: made before packs.
    code = models.SlugField(max_length=60, blank=True, default="")
    #: The whole rule, as `definition.Definition` reads it; the columns above repeat what lists and terms ask.
    definition = models.JSONField(default=dict, blank=True)
    #: Off: loaded or being prepared; no ticket begins under it (`actions/switching.py`).
    is_on = models.BooleanField(default=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "version"], name="procedure_version_once"),
            models.CheckConstraint(condition=models.Q(term_value__gt=0), name="procedure_has_term"),
        ]

    def __str__(self) -> str:
        return f"{self.code or self.kind_id} v{self.version}"

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @cached_property
    def defined(self) -> Definition:
        """The rule in its typed shape; one made before packs is told from its columns."""
        if self.definition:
            return Definition.from_data(self.definition)
        source, confidence = self.source or "House rule", self.confidence
        levels = []
        if self.first_answer_hours:
            hours = self.first_answer_hours
            levels.append(ServiceLevel(code="first_answer", value=hours, source=source, confidence=confidence))
        return Definition(
            code=self.code or f"{self.kind.slug}"[:60],
            names=self.names,
            kind=self.kind.slug,
            family=self.kind.family,
            term=TermRule(
                value=self.term_value,
                unit=self.term_unit,
                roll=self.term_roll,
                source=source,
                confidence=confidence,
            ),
            service_levels=tuple(levels),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=source,
            confidence=confidence,
        )

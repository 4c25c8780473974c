"""An alarm that began, and perhaps ended: what was told once is not told again while it lasts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sportello.foundation.tenancy.models import Organisation


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def going_on(self) -> OccurrenceQuerySet:
        return self.filter(ended_at__isnull=True)

    def of(self, organisation_id: int | None) -> OccurrenceQuerySet:
        """Of one organisation; None: of the installation."""
        whose = Q(organisation__isnull=True) if organisation_id is None else Q(organisation_id=organisation_id)
        return self.filter(whose)


class Occurrence(models.Model):
    """Of the installation, or of one organisation; ids, codes and instants of the server only."""

    #: A key of `alarms.ALARMS`.
    code = models.CharField(max_length=40)
    #: What it is about where there may be several: the id of a mailbox, the name of a loop; else empty.
    about = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: When administrators were told; `tries` how often that failed.
    told_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "about", "organisation"], name="alarm_once", condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
        ]  # fmt: skip
        indexes = [
            # of an organisation's page, and what ended lately
            models.Index(fields=["organisation", "-began_at"], name="alarm_of_organisation"),
            # what is still to be told
            models.Index(fields=["next_try_at"], name="alarm_to_tell", condition=Q(next_try_at__isnull=False)),
        ]

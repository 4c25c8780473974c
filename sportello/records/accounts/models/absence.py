"""Days on which a colleague is away: what waits for us then is not left with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .membership import Membership


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def in_force(self) -> AbsenceQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def at(self, instant: datetime) -> AbsenceQuerySet:
        """Those that last at `instant`, on the clock of the organisation of each."""
        return self.in_force().filter(starts_at__lte=instant, ends_at__gt=instant)


class Absence(OrganisationModel):
    """From the first instant of a day to the first after another. Why somebody is away is nobody's business here."""

    member = OwnedKey(Membership, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = OwnedKey(Membership, related_name="+")
    #: When what waited was given back to the teams; null while it has not begun.
    begun_at = models.DateTimeField(null=True, blank=True)
    #: Taken back, or ended before its end.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_forward"),
        ]
        indexes = [
            # is the owner away? asked whenever the customer of an owned ticket writes
            models.Index(
                fields=["member", "ends_at"], name="absence_of", condition=models.Q(withdrawn_at__isnull=True)
            ),
            # the tick: which begin now
            models.Index(
                fields=["organisation", "starts_at"],
                name="absence_to_begin",
                condition=models.Q(withdrawn_at__isnull=True, begun_at__isnull=True),
            ),
        ]

    @property
    def last_moment(self) -> datetime:
        """Within the last day."""
        return self.ends_at - timedelta(seconds=1)

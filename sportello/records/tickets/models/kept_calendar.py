"""Opening hours as they were when a term or a service level began: a later change of hours rewrites nothing."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from django.db import models

from sportello.foundation.tenancy.models import OrganisationModel
from sportello.records.procedures.calendar import Calendar
from sportello.records.procedures.models import OfficeCalendar


@lru_cache(maxsize=256)
def _calendar(text: str) -> Calendar:
    return Calendar.from_data(json.loads(text))


class KeptCalendar(OrganisationModel):
    """One row for each different content; every ticket that ran under it points here."""

    digest = models.CharField(max_length=64, db_collation="C")
    #: The form `Calendar.from_data` reads.
    data = models.JSONField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "digest"], name="kept_calendar_once"),
        ]

    @property
    def calendar(self) -> Calendar:
        """Parsed once per content in a process."""
        return _calendar(json.dumps(self.data, sort_keys=True))

    @classmethod
    def of(cls, office: OfficeCalendar) -> KeptCalendar:
        """The row that keeps `office` as it is now; made when these hours are met for the first time."""
        text = json.dumps(office.data, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        row, _made = cls.objects.get_or_create(
            organisation_id=office.organisation_id, digest=digest, defaults={"data": office.data}
        )
        return row

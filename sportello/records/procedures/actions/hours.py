"""Opening hours are changed. What ran under the old ones keeps them (`tickets/models/kept_calendar.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Branch

from ..calendar import Calendar, CalendarDataError
from ..models import OfficeCalendar


def set_hours(office: OfficeCalendar, data: Mapping[str, Any], actor: Actor) -> list[str]:
    """Write `data` (shape in calendar_data) as the hours from now on; which of its parts changed.

    Refusal when they describe no calendar, or one that never opens: nothing could be due.
    """
    try:
        wanted = Calendar.from_data(data)
    except CalendarDataError as error:
        raise Refusal(" ".join(problem.sentence for problem in error.problems)) from error
    if not wanted.data.always and not any(wanted.data.hours):
        raise Refusal(_("Write at least one opening: dates are counted by these hours."), field="mon")
    with transaction.atomic():
        locked = OfficeCalendar.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=office.pk)
        before, after = Calendar.from_data(locked.data).to_data(), wanted.to_data()
        changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        if changed:
            locked.data = after
            locked.save(update_fields=["data"])
            record(locked.organisation, "calendar.changed", locked, actor, parts=changed)
    return changed


def hours_of_branch(organisation: Organisation, branch: Branch) -> OfficeCalendar:
    """The branch's own calendar; made from the organisation's when first asked for."""
    usual = OfficeCalendar.objects.filter(organisation=organisation).order_by("-is_default", "id").first()
    made, _new = OfficeCalendar.objects.get_or_create(
        organisation=organisation, branch=branch,
        defaults={"slug": f"branch-{branch.pk}", "names": branch.names, "data": usual.data if usual else {}},
    )
    return made

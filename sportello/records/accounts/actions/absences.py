"""Marking a colleague absent for some days, and taking that back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock

from ..models import Absence, Membership

#: Longer than this nobody is away: they have left.
MOST_DAYS = 400


def mark_absent(member: Membership, first: date, last: date, *, by: Membership) -> Absence:
    """Away from the morning of `first` to the evening of `last`. The tickets that wait are given to their teams when it
    begins (`records/tickets/absences.py`). Refusal for days that are over, or that overlap others already marked."""
    organisation = member.organisation
    if not member.is_active:
        raise Refusal(_("This person does not work here any more."))
    if last < first:
        raise Refusal(_("The last day comes before the first."), field="last")
    if (last - first).days > MOST_DAYS:
        raise Refusal(_("So long an absence is none: end their place here instead."), field="last")
    zone, now = clock.zone(organisation), clock.now(organisation)
    starts, ends = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    if ends <= now:
        raise Refusal(_("These days are over."), field="last")
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).values_list("pk").get(pk=member.pk)  # two forms at one moment
        if Absence.objects.in_force().filter(member=member, starts_at__lt=ends, ends_at__gt=starts).exists():
            raise Refusal(_("Some of these days are marked already."), field="first")
        absence = Absence.objects.create(
            organisation=organisation, member=member, starts_at=starts, ends_at=ends, made_at=now, made_by=by
        )
        record(organisation, "absence.marked", absence, person(by.user_id),
               member_id=member.pk, starts=starts, ends=ends)
    return absence


def withdraw(absence: Absence, *, by: Membership) -> None:
    """They are here after all, or back earlier. What was given to the team stays there. Twice is once."""
    now = clock.now(absence.organisation)
    with transaction.atomic():
        if Absence.objects.in_force().filter(pk=absence.pk).update(withdrawn_at=now):
            record(absence.organisation, "absence.withdrawn", absence, person(by.user_id), member_id=absence.member_id)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), zone)

"""Whose notifications are due to leave: the organisations' clocks in one query."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable

from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Absence, Membership
from sportello.records.accounts.people import Person, person_for

from .models import Notification


def now_there(*, back: timedelta = timedelta(0)) -> Combinable:
    """The instant on the clock of each row's organisation, less `back`."""
    moved = F("organisation__clock_offset_seconds") * Value(timedelta(seconds=1))
    return ExpressionWrapper(Value(clock.server_now() - back) + moved, output_field=DateTimeField())


def members(column: str, most: int) -> list[int]:
    """Members with something due in `column` (mail_at or push_at), the longest due first."""
    due = Notification.objects.filter(**{f"{column}__lte": now_there()})
    return list(dict.fromkeys(due.order_by(column, "pk").values_list("member_id", flat=True)[: most * 20]))[:most]


def locked(member_id: int) -> Membership | None:
    """The member, for who gathers what is theirs; None while another process does."""
    rows = Membership.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return rows.select_related("user", "organisation").filter(pk=member_id).first()


def reachable(member: Membership) -> Person | None:
    """Who is to be told outside the desk: None for who left, was switched off, or is away now."""
    away = Absence.objects.at(clock.now(member.organisation)).filter(member=member)
    if member.ended_at is not None or not member.user.is_active or away.exists():
        return None
    return person_for(member.user)

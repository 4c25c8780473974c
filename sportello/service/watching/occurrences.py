"""Alarms as they come and go: a row while one lasts, so that people are told once and the page knows since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.watch import keeping

from .alarms import Alarm, decide
from .models import Occurrence

#: An alarm that comes back so soon is the same, and rings nobody again.
SAME: Final = timedelta(minutes=30)
#: One that is gone before this was a moment of load: nobody is called for it.
SETTLED: Final = timedelta(seconds=60)
KEPT: Final = timedelta(days=90)


def work() -> int:
    """Called by the worker: compare what is wrong with what is known. Returns 0, there is never more at once."""
    keeping.fold()
    reconcile(decide())
    return 0


def reconcile(alarms: Iterable[Alarm]) -> None:
    """Begin what is new, go on with what lasts, end what is over. Two workers at once make one row."""
    now = server_now()
    there = {one.key: one for one in alarms if one.code != "database_away"}
    with transaction.atomic():
        rows = Occurrence.objects.select_for_update(no_key=True, of=("self",))
        open_now = {(one.code, one.about, one.organisation_id): one for one in rows.going_on()}
        Occurrence.objects.filter(pk__in=[row.pk for key, row in open_now.items() if key in there]).update(seen_at=now)
        over = [row.pk for key, row in open_now.items() if key not in there]
        # one that ended before anybody was told is told to nobody
        Occurrence.objects.filter(pk__in=over).update(ended_at=now, next_try_at=None)
        for key, alarm in there.items():
            if key not in open_now:
                _begin(alarm)
        Occurrence.objects.filter(ended_at__lt=now - KEPT).delete()


def _begin(alarm: Alarm) -> None:
    now = server_now()
    code, about, organisation_id = alarm.key
    lately = Occurrence.objects.of(organisation_id).filter(code=code, about=about)
    same = lately.filter(ended_at__gt=now - SAME).order_by("-pk").first()
    if same is not None:
        same.ended_at, same.seen_at = None, now
        same.next_try_at = None if same.told_at else now + SETTLED
        same.save(update_fields=["ended_at", "seen_at", "next_try_at"])
        return
    began = now - timedelta(seconds=alarm.since or 0)
    row = Occurrence(code=code, about=about, organisation_id=organisation_id, began_at=began, seen_at=now,
                     next_try_at=now + SETTLED)  # fmt: skip
    Occurrence.objects.bulk_create([row], ignore_conflicts=True)

"""Monthly partitions of the journal: made ahead, never in a visitor's request."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.db import connection


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def ensure_partitions(months_ahead: int = 3) -> int:
    """Make the partitions from this month on that are not there yet; returns how many were made."""
    made = 0
    first = datetime.now(UTC).date().replace(day=1)
    for _ in range(months_ahead + 1):
        following = _month_after(first)
        made += _make(first, following)
        first = following
    return made


def ensure_month(year: int, month: int) -> int:
    """The partition of one month, past ones too; 0 when it is there, or when the rest holds rows of it already: there
    they stay, as they would without."""
    first = date(year, month, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM journal_event_rest WHERE at >= %s AND at < %s)",
            [datetime(year, month, 1, tzinfo=UTC), datetime.combine(_month_after(first), time(), UTC)],
        )
        if cursor.fetchone()[0]:
            return 0
    return _make(first, _month_after(first))


def _make(first: date, following: date) -> int:
    name = f"journal_event_{first:%Y_%m}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return 0
        cursor.execute(
            f"CREATE TABLE {name} PARTITION OF journal_event"
            f" FOR VALUES FROM ('{first:%Y-%m-%d} 00:00:00+00') TO ('{following:%Y-%m-%d} 00:00:00+00')"
        )
    return 1

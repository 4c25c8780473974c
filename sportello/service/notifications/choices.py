"""What each person wants to be told, by which way, and when they are left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import User

from . import quiet
from .models import Choice
from .reasons import CHANNELS, REASONS

#: How long news gather before a mail leaves.
MINUTES = (5, 15, 30, 60, 240)
#: Who chose nothing is left alone at night.
NIGHT = (time(20, 0), time(7, 0))
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Wanted:
    """What holds for one person."""

    channels: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {name: one.usual for name, one in REASONS.items()}
    )
    quiet_from: time | None = NIGHT[0]
    quiet_to: time | None = NIGHT[1]
    quiet_days: frozenset[int] = EVERY_DAY
    timezone: str = ""
    mail_minutes: int = 15

    def ways(self, reason: str) -> frozenset[str]:
        return self.channels.get(reason, REASONS[reason].usual)

    def push_at(self, organisation: Organisation, instant: datetime) -> datetime:
        """When a push of `instant` may leave."""
        zone = ZoneInfo(self.timezone or organisation.timezone)
        return quiet.after(instant, zone, self.quiet_from, self.quiet_to, self.quiet_days)

    def mail_at(self, organisation: Organisation, instant: datetime) -> datetime:
        """When a mail with what came at `instant` may leave: it waits for more to come."""
        return self.push_at(organisation, instant + timedelta(minutes=self.mail_minutes))


def of_users(user_ids: Collection[int]) -> dict[int, Wanted]:
    """For each of them; one query."""
    rows = {row.user_id: row for row in Choice.objects.filter(user_id__in=user_ids)}
    return {user_id: _wanted(rows[user_id]) if user_id in rows else Wanted() for user_id in user_ids}


def of_user(user: User) -> Wanted:
    return of_users([user.pk])[user.pk]


def choose(user: User, wanted: Wanted) -> None:
    """Keep what somebody chose for themselves. Raises Refusal at `quiet_from`, `timezone`, `mail_minutes`."""
    if (wanted.quiet_from is None) != (wanted.quiet_to is None):
        raise Refusal(_("Quiet hours need a beginning and an end."), field="quiet_from")
    if wanted.timezone and wanted.timezone not in available_timezones():
        raise Refusal(_("Choose a time zone of the list."), field="timezone")
    if wanted.mail_minutes not in MINUTES:
        raise Refusal(_("Choose a pause of the list."), field="mail_minutes")
    Choice.objects.update_or_create(
        user=user,
        defaults={
            "wanted": {name: _known(wanted.ways(name)) for name in REASONS},
            "quiet_from": wanted.quiet_from,
            "quiet_to": wanted.quiet_to,
            "quiet_days": sorted(wanted.quiet_days & EVERY_DAY),
            "timezone": wanted.timezone,
            "mail_minutes": wanted.mail_minutes,
        },
    )


def _wanted(row: Choice) -> Wanted:
    chosen = {name: frozenset(_known(row.wanted[name])) for name in REASONS if name in row.wanted}
    return Wanted(
        {**{name: one.usual for name, one in REASONS.items()}, **chosen},
        row.quiet_from, row.quiet_to, frozenset(row.quiet_days), row.timezone, row.mail_minutes,
    )  # fmt: skip


def _known(channels: Iterable[str]) -> list[str]:
    return [one for one in CHANNELS if one in channels]

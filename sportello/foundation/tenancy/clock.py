"""The organisation's clock: the only clock of domain code.

Practice and the demo run on a moved clock; nothing that happens to a ticket may ask the server for the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from .models import Organisation


def server_now() -> datetime:
    """The server's instant: for what belongs to the machine (leases, back-off, health), never to a ticket."""
    return datetime.now(UTC)


def now(organisation: Organisation) -> datetime:
    """The organisation's instant, aware, UTC."""
    return server_now() + timedelta(seconds=organisation.clock_offset_seconds)


def zone(organisation: Organisation) -> ZoneInfo:
    return ZoneInfo(organisation.timezone)


def local(organisation: Organisation, instant: datetime) -> datetime:
    """`instant` as the organisation's people read it on the wall."""
    return instant.astimezone(zone(organisation))


def move_to(organisation: Organisation, instant: datetime) -> None:
    """Set the organisation's clock so that it now shows `instant`, or less than a second more: whoever sets it to
    midnight means the day that begins. Practice and demo only; never backwards in an organisation that already worked
    later than that: the caller sees to it."""
    seconds = ceil((instant - server_now()).total_seconds())
    organisation.clock_offset_seconds = seconds
    Organisation.objects.filter(pk=organisation.pk).update(clock_offset_seconds=seconds)

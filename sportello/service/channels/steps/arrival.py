"""When a message came: for ordinary mail when it was received, for certified mail when it is certified."""

from __future__ import annotations

from datetime import datetime, timedelta

from sportello.foundation.tenancy import clock
from sportello.service.channels.mailkit import pec
from sportello.service.channels.mailkit.record import Certified
from sportello.service.channels.models import IncomingMail, Mailbox

#: A certified instant further back is somebody's wrong clock, or old mail brought in by hand.
LONGEST_WAY = timedelta(days=60)


def came_at(row: IncomingMail, certified: Certified | None, kind: str | None) -> datetime:
    """When a message came, on the organisation's clock. A certified one came when its provider certifies it, whenever
    we looked: terms run from there (CAD art. 6; DPR 68/2005 art. 3)."""
    if certified is None or certified.at is None or kind != pec.ENVELOPE:
        return row.received_at
    if row.is_archive or row.mailbox.channel != Mailbox.Channel.PEC:
        return row.received_at
    moved = (clock.now(row.organisation) - clock.server_now()).total_seconds()
    at = certified.at + timedelta(seconds=round(moved))
    return min(at, row.received_at) if row.received_at - at < LONGEST_WAY else row.received_at

"""The machine's clock was set back: what was to be tried again in a minute must not wait for the hour to come round.

Whoever writes "again at" writes an instant of the machine's clock. Set forward by mistake and back again (a wrong time
server, a guest woken with its host's clock), such instants lie an hour ahead, and everything that waits for them would
lie still for an hour. A clock that only counts (`CLOCK_MONOTONIC`) tells the step, and how far; the instants are moved
with it. What people promised (terms, a chosen hour) stays: those are dates, not pauses.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Model, QuerySet, Value
from django.db.models.functions import Greatest

from sportello.foundation.journal.models import ParkedEvent
from sportello.foundation.tenancy import clock
from sportello.service.backoffice.models import FaultTelling, ProtocolRequest
from sportello.service.channels.models import Collector, Dispatch, IncomingMail, Mailbox, WaitingReply
from sportello.service.notifications.due import now_there
from sportello.service.notifications.models import Browser, Notification, NotificationMail, Push

log = logging.getLogger("sportello.clock")

#: Seconds: below, time servers turn the clock gently, and nobody notices a pause so much longer.
NOTICED = 5.0
#: Pauses of our own: model and column. On the machine's clock.
PAUSES: tuple[tuple[type[Model], str], ...] = (
    (Dispatch, "next_attempt_at"), (Dispatch, "claimed_at"), (IncomingMail, "next_attempt_at"),
    (Mailbox, "held_until"), (Collector, "next_attempt_at"), (ParkedEvent, "next_attempt_at"),
    (NotificationMail, "next_attempt_at"), (Push, "next_attempt_at"), (Browser, "held_until"),
    (FaultTelling, "next_at"), (ProtocolRequest, "next_at"),
)  # fmt: skip
_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: How far the two clocks lay apart at the last look of this process; None before the first.
_last: float | None = None


def work() -> int:
    """Look at the clock; how many instants were moved. A step while nobody looked is found, too: what was seen last is
    kept in `run/clock.json`, for as long as the machine runs."""
    global _last
    apart = time.time() - time.monotonic()
    before = _last if _last is not None else _remembered()
    if before is not None and abs(apart - before) < NOTICED:
        _last = before  # a clock turned gently must add up to a step at last
        return 0
    back = before - apart if before is not None else 0.0
    moved = bring_forward(timedelta(seconds=back)) if back > 0 else 0
    if before is not None:
        log.warning("the clock was set by %.0f s: %d instants were moved", -back, moved)
    _remember(apart)
    _last = apart
    return moved


def bring_forward(by: timedelta) -> int:
    """Move every pause that is not over `by` nearer, at most to now; how many."""
    moved, now = 0, clock.server_now()
    with transaction.atomic():
        for model, column in PAUSES:
            ahead: QuerySet[Any] = model._default_manager.filter(**{f"{column}__gt": now})
            moved += ahead.update(**{column: _earlier(column, by, Value(now))})
        # the seconds in which a reply can be taken back, and those notifications are gathered in: on the
        # organisation's clock, which goes with the machine's
        replies = WaitingReply.objects.filter(state=WaitingReply.State.WAITING, is_scheduled=False)
        told = Notification.objects.all()
        gathered: tuple[tuple[QuerySet[Any], str], ...] = ((replies, "send_at"), (told, "mail_at"), (told, "push_at"))
        for rows, column in gathered:
            for row in rows.filter(**{f"{column}__gt": now_there()}).select_related("organisation"):
                setattr(row, column, max(getattr(row, column) - by, clock.now(row.organisation)))
                row.save(update_fields=[column])
                moved += 1
    return moved


def _earlier(column: str, by: timedelta, now: Value) -> Greatest:
    return Greatest(ExpressionWrapper(F(column) - Value(by), output_field=DateTimeField()), now)


def _path() -> Path:
    return Path(settings.HOME) / "run" / "clock.json"


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _remembered() -> float | None:
    """None where nothing was seen since the machine was started: its counting clock began anew."""
    try:
        kept = json.loads(_path().read_text())
        return float(kept["apart"]) if kept["boot"] == _boot() != "" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(apart: float) -> None:
    half = _path().with_suffix(".half")
    try:
        half.write_text(json.dumps({"apart": apart, "boot": _boot()}))
        half.replace(_path())
    except OSError as error:
        log.warning("the clock could not be noted: %s", error)

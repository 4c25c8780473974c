"""Durable consumers: each reads the journal with its own cursor, at least once, in order.

A consumer is idempotent by event id. One that fails parks its event, says so in the log and goes on; parked
events are tried again with growing pauses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import transaction

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.watch.current import about

from .models import Cursor, Event, ParkedEvent
from .reader import Position, Read, current_epoch, read_after, settled_below

log = logging.getLogger(__name__)

_PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@dataclass(frozen=True)
class Consumer:
    """`react` sees the events whose verb is in `verbs`; it runs in a transaction of its own per event."""

    name: str
    verbs: frozenset[str]
    react: Callable[[Read], None]


def durable() -> list[Consumer]:
    """The second list of `config/reactions.py`."""
    return list(cast("Iterable[Consumer]", import_module(settings.REACTIONS).DURABLE))


def work() -> int:
    """Let every consumer read on, once; returns how many events moved a cursor. Called by the worker."""
    return sum(advance(consumer) for consumer in _with_news()) + retry_parked()


@dataclass
class _Seen:
    """Below this transaction every consumer had read everything when it was last asked."""

    settled: str = ""


_seen = _Seen()


def _with_news() -> list[Consumer]:
    """Consumers with something to read. Where nobody writes this is one question that reads no table: taking each
    cursor's lock twice a second would be writing itself, and most of what a worker without work does."""
    settled = settled_below()
    if settled == _seen.settled:
        return []
    consumers, epoch = durable(), current_epoch()
    cursors = {cursor.name: cursor for cursor in Cursor.objects.filter(name__in=[one.name for one in consumers])}
    read_all: dict[Position, bool] = {}
    found = []
    for consumer in consumers:
        cursor = cursors.get(consumer.name)
        if cursor is not None and cursor.epoch == epoch:
            place = Position(cursor.epoch, cursor.xid, cursor.event_id)
            if place not in read_all:
                read_all[place] = not read_after(place, 1)
            if read_all[place]:
                continue
        found.append(consumer)
    if not found:
        _seen.settled = settled
    return found


def advance(consumer: Consumer, limit: int = 200) -> int:
    """Read the next page for `consumer`. Two workers may try: the cursor's row lock lets one through."""
    with transaction.atomic():
        Cursor.objects.get_or_create(name=consumer.name, defaults={"epoch": current_epoch()})
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=consumer.name).first()
        if cursor is None:
            return 0
        if cursor.epoch < current_epoch():
            _enter_epoch(cursor)
        events = read_after(Position(cursor.epoch, cursor.xid, cursor.event_id), limit)
        for event in events:
            if event.verb in consumer.verbs:
                _react(consumer, event)
        if events:
            last = events[-1].position
            cursor.xid, cursor.event_id, cursor.moved_at = last.xid, last.event_id, server_now()
            cursor.save()
    return len(events)


def _enter_epoch(cursor: Cursor) -> None:
    cursor.epoch, cursor.xid = current_epoch(), "0"
    cursor.event_id = 0


def _react(consumer: Consumer, event: Read) -> bool:
    with about(consumer=consumer.name, event=event.id, organisation=event.organisation_id):
        try:
            with transaction.atomic():
                consumer.react(event)
        except Exception as error:
            log.exception("consumer %s parked event %s (%s)", consumer.name, event.id, event.verb)
            _park(consumer, event, error)
            return False
    return True


def _park(consumer: Consumer, event: Read, error: Exception) -> None:
    now = server_now()
    parked, made = ParkedEvent.objects.get_or_create(
        consumer=consumer.name,
        event_id=event.id,
        defaults={
            "verb": event.verb,
            "error": repr(error)[:2000],
            "parked_at": now,
            "next_attempt_at": now + _PAUSES[0],
        },
    )
    if not made:
        parked.attempts += 1
        parked.error = repr(error)[:2000]
        parked.next_attempt_at = now + _PAUSES[min(parked.attempts, len(_PAUSES)) - 1]
        parked.save()


def retry_parked(now: datetime | None = None) -> int:
    """Try parked events again whose pause is over; returns how many are done with."""
    consumers = {consumer.name: consumer for consumer in durable()}
    done = 0
    for parked in ParkedEvent.objects.filter(next_attempt_at__lte=now or server_now()).order_by("event_id")[:50]:
        consumer = consumers.get(parked.consumer)
        event = Event.objects.filter(id=parked.event_id).first()
        if consumer is None or event is None:
            parked.delete()
            continue
        with transaction.atomic():
            seen = Read(
                event.id,
                Position(event.epoch, str(event.xid), event.id),
                event.at,
                event.happened_at,
                event.organisation_id,
                event.actor_kind,
                event.actor_id,
                event.verb,
                event.subject_kind,
                event.subject_id,
                event.payload,
            )
            if _react(consumer, seen):
                parked.delete()
                done += 1
    return done


def retry_all_parked() -> int:
    """Try every parked event now, whatever its pause; returns how many are done with. For who has mended a reaction."""
    now = server_now()
    ParkedEvent.objects.filter(next_attempt_at__gt=now).update(next_attempt_at=now)
    done = 0
    while ParkedEvent.objects.filter(next_attempt_at__lte=now).exists():
        done += retry_parked(now)
    return done

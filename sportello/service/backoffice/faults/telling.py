"""Telling an update to all who asked: the worker takes one row at a time and answers on that ticket by the ordinary
verb, in the one transaction that marks the row. Cut anywhere, a ticket was told and marked, or neither."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import translation

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Ticket

from ..models import FaultTelling

log = logging.getLogger(__name__)

_STATE = FaultTelling.State
_AT_ONCE: Final = 50
_TRIES: Final = 5
_PAUSE: Final = timedelta(seconds=30)


def work() -> int:
    """One batch of tickets still to be told; how many rows moved. Safe to run twice at the same time."""
    for told in range(_AT_ONCE):
        if not _one():  # nothing waits: asking fifty times each second was most of what a worker without work did
            return told
    return _AT_ONCE


def _one() -> bool:
    with transaction.atomic():
        row = (
            FaultTelling.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=_STATE.WAITS, next_at__lte=clock.server_now())
            .order_by("next_at", "id").first()
        )
        if row is None:
            return False
        row = FaultTelling.objects.select_related(
            "update__fault__organisation", "update__by_member", "ticket"
        ).get(pk=row.pk)
        _tell(row)
        return True


def _tell(row: FaultTelling) -> None:
    """In a savepoint of its own: one that fails is put off, and stops no other."""
    try:
        with transaction.atomic():
            _answer(row)
    except Stale:  # the customer wrote this very moment: their ticket is told with the next round
        row.next_at = clock.server_now()
    except Refusal as refusal:
        row.state, row.why = _STATE.FAILED, str(refusal.sentence)[:300]
    except Exception:
        log.exception("fault telling %s failed", row.pk)
        row.tries += 1
        row.next_at = clock.server_now() + _PAUSE * row.tries
        if row.tries >= _TRIES:
            row.state = _STATE.FAILED
    row.save()


def _answer(row: FaultTelling) -> None:
    ticket = Ticket.objects.select_related("organisation").get(pk=row.ticket_id)
    if ticket.is_closed:
        row.state = _STATE.SKIPPED
        return
    update = row.update
    with translation.override(ticket.language):
        text = update.text_in(ticket.language)
        message = messages.answer(ticket, update.by_member, text, base_position=ticket.last_public_position)
    row.state, row.told_at, row.message = _STATE.TOLD, message.entry.happened_at, message
    record(update.fault.organisation, "fault.told", update.fault, person(update.by_member.user_id), at=row.told_at,
           update_id=update.pk, ticket_id=ticket.pk, message_id=message.pk)

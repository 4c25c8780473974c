"""What the journal says of a loaded ticket, as the product journals it (`records/tickets/actions/change.py`).

The events carry the transaction id before all others and stand in the months they happened in. A reader that has read
anything never sees them; one that has read nothing is put past them (`pass_over`), so that nothing of the past happens
again: no checklist is hung, nobody is told, no live list wakes.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sportello.foundation.journal import consumers
from sportello.foundation.journal.models import Cursor
from sportello.foundation.journal.partitions import ensure_month
from sportello.foundation.journal.reader import current_epoch
from sportello.foundation.journal.verbs import known

from .tables import BEFORE_ALL, Tables

#: An event beyond all: nothing is looked up by it, and whatever a later load adds stands before it as well.
_AFTER_ALL_IDS = 2**63 - 1
_NOW = (
    '"version":%s,"team_id":%s,"owner_id":%s,"status":"%s","sensitivity":"%s","waits":%s,"snoozed":false,'
    '"due_at":%s,'
)
_NEW = (
    '"before_team_id":null,"before_owner_id":null,"before_status":null,"before_waits":null,"before_snoozed":null,'
    '"before_sensitivity":null,"before_due_at":null'
)
_BEFORE = (
    '"before_team_id":%s,"before_owner_id":%s,"before_status":"%s","before_sensitivity":"%s","before_waits":%s,'
    '"before_snoozed":false,"before_due_at":%s'
)
#: Where a ticket stands, as its events say it: team, owner, status, sensitivity, waits, due.
Standing = tuple[int, int | str, str, str, str, str]


class Teller:
    """Writes events. Each form is held against the registry of verbs the first time it is used."""

    def __init__(self, tables: Tables) -> None:
        self._lines = tables.journal
        self._checked: set[str] = set()

    def tell(
        self, at: str, actor: str, actor_id: Any, verb: str, subject: str, subject_id: int, payload: str
    ) -> None:
        if verb not in self._checked:
            self._check(verb, subject, payload)
        self._lines.add(at, at, actor, actor_id, verb, subject, subject_id, payload)

    def ticket(
        self, at: str, actor: str, actor_id: Any, ticket_id: int, told: list[tuple[str, str]], version: int,
        now: Standing, before: Standing | None,
    ) -> None:
        """All that one change tells; `told` is verb and what it says besides where the ticket stands."""
        standing = _NOW % (version, *now) + (_NEW if before is None else _BEFORE % before)
        for verb, more in told:
            self.tell(at, actor, actor_id, verb, "ticket", ticket_id, f"{{{standing}{more}}}")

    def _check(self, verb: str, subject: str, payload: str) -> None:
        registered = known(verb)
        given = json.loads(payload)
        unknown = given.keys() - registered.payload.keys()
        if registered.subject != subject or unknown:
            raise ValueError(f"{verb} is not registered so: {subject}, {sorted(unknown)}")
        self._checked.add(verb)


def pass_over() -> None:
    """Every durable consumer that has read nothing yet begins after what is loaded; the others stand there already."""
    epoch = current_epoch()
    for consumer in consumers.durable():
        Cursor.objects.get_or_create(
            name=consumer.name, defaults={"epoch": epoch, "xid": BEFORE_ALL, "event_id": _AFTER_ALL_IDS}
        )
    past = {"epoch": epoch, "xid": BEFORE_ALL, "event_id": _AFTER_ALL_IDS}
    Cursor.objects.filter(epoch__lt=epoch).update(**past)
    Cursor.objects.filter(epoch=epoch, xid__in=("0", BEFORE_ALL)).update(**past)


def make_months(first: datetime, last: datetime) -> int:
    """The journal's partitions from the month of `first` to that of `last`; how many were made."""
    made, year, month = 0, first.year, first.month
    while (year, month) <= (last.year, last.month):
        made += ensure_month(year, month)
        year, month = year + month // 12, month % 12 + 1
    return made

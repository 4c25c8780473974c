"""Events of one subject within one window are one change, with what was before the first and the verbs of all."""

from __future__ import annotations

from datetime import UTC, datetime

from sportello.foundation.journal.reader import Position, Read
from sportello.foundation.live.page import merged


def event(number: int, verb: str, subject_id: int) -> Read:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    return Read(number, Position(1, str(number), number), at, at, 1, "person", 1, verb, "ticket", subject_id, {})


def test_every_subject_has_its_change_whatever_was_done_to_others() -> None:
    events = [
        event(1, "note.written", 7), event(2, "ticket.assigned", 8), event(3, "ticket.assigned", 7),
        event(4, "ticket.closed", 9), event(5, "report.written", 7),
    ]  # fmt: skip
    changes = merged(events, {"note.written", "ticket.assigned", "ticket.closed"})
    assert [(one.first.id, one.last.id, set(one.verbs)) for one in changes] == [
        (1, 3, {"note.written", "ticket.assigned"}), (2, 2, {"ticket.assigned"}), (4, 4, {"ticket.closed"}),
    ]  # fmt: skip

"""Places in the journal as browsers carry them: `epoch:transaction:event`, the id of every event of the stream."""

from __future__ import annotations

from sportello.foundation.journal.reader import Position

#: PostgreSQL's bigint; a larger number in an address would be an error of the database, not of the person.
_LARGEST = 2**63


def text(position: Position) -> str:
    return f"{position.epoch}:{position.xid}:{position.event_id}"


def parse(given: str) -> Position | None:
    """The position a browser gives back; None when it is not one."""
    parts = given.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        return None
    epoch, xid, event_id = (int(part) for part in parts)
    if epoch >= 2**31 or xid >= _LARGEST or event_id >= _LARGEST:
        return None
    return Position(epoch, str(xid), event_id)


def order(position: Position) -> tuple[int, int, int]:
    """What positions are compared by: the text of a transaction id does not sort as its number."""
    return position.epoch, int(position.xid), position.event_id


def later(one: Position, other: Position) -> Position:
    return one if order(one) >= order(other) else other

"""Where the journal ends now."""

from __future__ import annotations

from django.db import connection

from sportello.foundation.journal.reader import Position, current_epoch

#: The column is named with its table: selected as text it would be sorted as text, 999 after 1000.
_LAST = """
SELECT event.xid::text AS writer, event.id FROM journal_event event
WHERE event.epoch = %s AND event.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY event.xid DESC, event.id DESC LIMIT 1
"""


def head() -> Position:
    """The position after all that can be read now: where a reader starts who wants only what comes."""
    epoch = current_epoch()
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [epoch])
        row = cursor.fetchone()
    return Position(epoch, row[0], row[1]) if row else Position(epoch)

"""Who reacts to what: the one page. Rooms never call upward; they journal, and what follows is listed here.

`IN_TRANSACTION` runs with the change and undoes it when it fails: cheap, and must succeed together.
`DURABLE` reads the journal afterwards, each consumer with its own cursor, idempotent by event id.
"""

from __future__ import annotations

from sportello.foundation.journal.actions import Reaction
from sportello.foundation.journal.consumers import Consumer
from sportello.service.channels.outbox import enqueue

IN_TRANSACTION: tuple[tuple[str, Reaction], ...] = (
    ("message.written", enqueue),  # what is to leave has its dispatch, or was not written
)

DURABLE: tuple[Consumer, ...] = ()

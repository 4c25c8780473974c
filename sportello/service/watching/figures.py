"""How full the queues are and how late the clocks: read from the database in a few short statements.

Cheap at a million tickets: each statement goes by an index of what waits, never of what is done, and no count goes
beyond `MOST`. Ages are seconds by the server's clock; where an instant is of an organisation's clock, its
offset is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from sportello.foundation.journal.reader import behind_seconds
from sportello.foundation.tenancy.clock import server_now

#: A queue this long is too long: how much longer need not be counted.
MOST: Final = 1000


@dataclass(frozen=True)
class Queue:
    """How many wait (at most MOST) and how long the oldest has, in seconds; 0 where none does."""

    count: int = 0
    oldest: float = 0.0


@dataclass(frozen=True)
class Of:
    """What an organisation has of something: how many, and for how long the oldest."""

    organisation_id: int
    count: int
    oldest: float


@dataclass(frozen=True)
class Box:
    """A mailbox that is fetched: seconds since its server last answered, None when it never did."""

    mailbox_id: int
    organisation_id: int
    answered: float | None
    is_failing: bool


@dataclass(frozen=True)
class Server:
    bytes: int
    connections: int
    most_connections: int
    version: str


@dataclass(frozen=True)
class Figures:
    pending: Queue
    archive: Queue
    #: State → queue; and how late the latest of them is to be tried.
    dispatches: dict[str, Queue]
    late_dispatches: list[Of]
    failed_dispatches: int
    held: list[Of]
    held_lately: list[Of]
    jobs: dict[str, Queue]
    parked: Queue
    held_back: float
    #: The durable reader that is furthest behind, and its seconds.
    reader: str
    reader_late: float
    tick_late: float
    overdue: list[Of]
    untold: list[Of]
    boxes: list[Box] = field(default_factory=list)
    server: Server = field(default_factory=lambda: Server(0, 0, 0, ""))


_PENDING = """
SELECT count(*), COALESCE(EXTRACT(EPOCH FROM %(now)s - min(stored_at)), 0) FROM (
    SELECT stored_at FROM channels_incomingmail
    WHERE state = 'pending' AND is_archive = %(archive)s ORDER BY is_archive, id LIMIT %(most)s) waiting
"""
_DISPATCHES = """
SELECT state, count(*), max(age) FROM (
    SELECT d.state, EXTRACT(EPOCH FROM %(now)s + o.clock_offset_seconds * interval '1 second' - d.queued_at) age
    FROM (SELECT state, queued_at, organisation_id FROM channels_dispatch
          WHERE state IN ('queued', 'sending', 'in_doubt') LIMIT %(most)s) d
    JOIN tenancy_organisation o ON o.id = d.organisation_id) waiting
GROUP BY state
"""
_LATE_DISPATCHES = """
SELECT organisation_id, count(*), EXTRACT(EPOCH FROM %(now)s - min(next_attempt_at)) FROM (
    SELECT organisation_id, next_attempt_at FROM channels_dispatch
    WHERE state IN ('queued', 'sending', 'in_doubt') AND next_attempt_at < %(now)s LIMIT %(most)s) late
GROUP BY organisation_id
"""
_FAILED_DISPATCHES = """
SELECT count(*) FROM (SELECT 1 FROM channels_dispatch WHERE state = 'failed' LIMIT %(most)s) failed
"""
_HELD = """
SELECT organisation_id, count(*), EXTRACT(EPOCH FROM %(now)s - min(settled_at)),
       count(*) FILTER (WHERE settled_at > %(now)s - interval '1 hour') FROM (
    SELECT organisation_id, settled_at FROM channels_incomingmail WHERE state = 'quarantined' LIMIT %(most)s) held
GROUP BY organisation_id
"""
_JOBS = """
SELECT status::text, count(*), COALESCE(max(EXTRACT(EPOCH FROM %(now)s - since)), 0) FROM (
    SELECT j.status, CASE WHEN j.scheduled_at > %(now)s THEN NULL ELSE
        (SELECT e.at FROM procrastinate_events e WHERE e.job_id = j.id ORDER BY e.id DESC LIMIT 1) END AS since
    FROM ((SELECT id, status, scheduled_at FROM procrastinate_jobs
           WHERE status IN ('todo', 'doing') ORDER BY id LIMIT %(most)s)
          UNION ALL
          (SELECT id, status, scheduled_at FROM procrastinate_jobs WHERE status = 'failed' LIMIT %(most)s)) j) jobs
GROUP BY status
"""
_PARKED = """
SELECT count(*), COALESCE(EXTRACT(EPOCH FROM %(now)s - min(parked_at)), 0) FROM (
    SELECT parked_at FROM journal_parkedevent ORDER BY parked_at LIMIT %(most)s) parked
"""
#: One look for each place where readers stand: mostly one. Only the partitions from a reader's day on are looked at.
_READERS = """
SELECT c.name, COALESCE(EXTRACT(EPOCH FROM %(now)s - next.at), 0) FROM (
    SELECT DISTINCT ON (epoch, xid, event_id) name, epoch, xid, event_id FROM journal_cursor) c
CROSS JOIN LATERAL (
    SELECT e.at FROM journal_event e
    WHERE e.epoch = c.epoch AND (e.xid, e.id) > (c.xid::xid8, c.event_id)
      AND e.at >= COALESCE((SELECT at FROM journal_event WHERE id = c.event_id LIMIT 1), '-infinity') - interval '1 day'
    ORDER BY e.xid, e.id LIMIT 1) next
ORDER BY 2 DESC LIMIT 1
"""
_TICK = """
SELECT COALESCE(max(EXTRACT(EPOCH FROM %(now)s + o.clock_offset_seconds * interval '1 second' - due.next_moment_at)), 0)
FROM tenancy_organisation o CROSS JOIN LATERAL (
    SELECT next_moment_at FROM tickets_moment m
    WHERE m.organisation_id = o.id
      AND m.next_moment_at <= %(now)s + o.clock_offset_seconds * interval '1 second'
    ORDER BY m.next_moment_at LIMIT 1) due
"""
_OVERDUE = """
SELECT o.id, due.count, due.oldest FROM tenancy_organisation o CROSS JOIN LATERAL (
    SELECT count(*), EXTRACT(EPOCH FROM %(now)s + o.clock_offset_seconds * interval '1 second' - min(due_at)) oldest
    FROM (SELECT due_at FROM tickets_term t
          WHERE t.organisation_id = o.id AND t.kind = 'conclusion' AND t.met_at IS NULL AND t.ended_at IS NULL
            AND t.due_at < %(now)s + o.clock_offset_seconds * interval '1 second'
          ORDER BY t.due_at LIMIT %(most)s) late) due
WHERE due.count > 0
"""
#: Customers who should have been told ten minutes ago, of tickets that are open.
_UNTOLD = """
SELECT o.id, due.count, due.oldest FROM tenancy_organisation o CROSS JOIN LATERAL (
    SELECT count(*), EXTRACT(EPOCH FROM %(now)s + o.clock_offset_seconds * interval '1 second' - min(due_at)) oldest
    FROM (SELECT n.due_at FROM tickets_notice n JOIN tickets_ticket t ON t.id = n.ticket_id
          WHERE n.organisation_id = o.id AND n.state = 'due' AND t.status <> 'closed'
            AND n.due_at < %(now)s + (o.clock_offset_seconds - 600) * interval '1 second'
          ORDER BY n.due_at LIMIT %(most)s) late) due
WHERE due.count > 0
"""
_BOXES = """
SELECT c.mailbox_id, c.organisation_id, EXTRACT(EPOCH FROM %(now)s - c.last_contact_at), c.failing_since IS NOT NULL
FROM channels_collector c JOIN channels_mailbox m ON m.id = c.mailbox_id
WHERE c.is_on AND m.retired_at IS NULL ORDER BY c.mailbox_id LIMIT %(most)s
"""
_SERVER = """
SELECT pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int, current_setting('server_version')
"""


def read() -> Figures:
    """All of it, fourteen statements. Raises DatabaseError when the database is away."""
    values = {"now": server_now(), "most": MOST}
    held = _rows(_HELD, values)
    dispatches = {state: Queue(int(count), _age(age)) for state, count, age in _rows(_DISPATCHES, values)}
    reader = next(iter(_rows(_READERS, values)), ("", 0))
    return Figures(
        pending=_queue(_rows(_PENDING, {**values, "archive": False})),
        archive=_queue(_rows(_PENDING, {**values, "archive": True})),
        dispatches=dispatches,
        late_dispatches=_of(_rows(_LATE_DISPATCHES, values)),
        failed_dispatches=int(_rows(_FAILED_DISPATCHES, values)[0][0]),
        held=_of([row[:3] for row in held]),
        held_lately=[Of(row[0], int(row[3]), _age(row[2])) for row in held if row[3]],
        jobs={state: Queue(int(count), _age(age)) for state, count, age in _rows(_JOBS, values)},
        parked=_queue(_rows(_PARKED, values)),
        held_back=behind_seconds(),
        reader=str(reader[0]),
        reader_late=_age(reader[1]),
        tick_late=_age(_rows(_TICK, values)[0][0]),
        overdue=_of(_rows(_OVERDUE, values)),
        untold=_of(_rows(_UNTOLD, values)),
        boxes=[Box(row[0], row[1], None if row[2] is None else _age(row[2]), row[3]) for row in _rows(_BOXES, values)],
        server=Server(*_rows(_SERVER, values)[0]),
    )


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _queue(rows: Sequence[tuple[Any, ...]]) -> Queue:
    return Queue(int(rows[0][0]), _age(rows[0][1]))


def _of(rows: Sequence[tuple[Any, ...]]) -> list[Of]:
    return [Of(row[0], int(row[1]), _age(row[2])) for row in rows]


def _age(seconds: Any) -> float:
    """Never negative: instants of the same moment come from two clocks."""
    return max(0.0, float(seconds or 0))

"""What is wrong, decided in one place: for the page, the status command, the metric and who is to be told.

An alarm has a code, what it is about, since when, a sentence and what to do. It is of one organisation, whose
administrators see it and are told, or of the installation, for who runs it. Silence is the usual state: each limit is
what a healthy installation does not reach in a busy hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils.functional import Promise

from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.watch import slow
from sportello.service.channels.collecting import accounts
from sportello.service.channels.models import Mailbox

from . import words
from .figures import Figures, Of, read
from .here import Here, look

MINUTE: Final = 60.0
HOUR: Final = 3600.0

#: Seconds beyond which something is late; the worker does all of it within seconds.
DISPATCH_LATE: Final = 15 * MINUTE
JOB_LATE: Final = 10 * MINUTE
READER_LATE: Final = 2 * MINUTE
HELD_BACK: Final = 60.0
TICK_LATE: Final = 3 * MINUTE
HEARTBEAT: Final = 60.0
#: A loop may be at a long piece (an import, a package): so long is a loop that hangs.
LOOP_SILENT: Final = HOUR
LOOP_FAILURES: Final = 3
#: So many held back within an hour are a flood, or a rule gone wrong.
HELD_MANY: Final = 30
BACKUP_OLD: Final = 36 * HOUR
DISK_LOW: Final = 2 * 1024**3
DISK_LOW_SHARE: Final = 0.05
DISK_FULL: Final = 300 * 1024**2
CONNECTIONS_SHARE: Final = 0.9
#: What browsers refused in a day before it is no accident of one browser.
POLICY_MANY: Final = 20
#: Passwords refused in a day before it is no colleague who forgot theirs.
SIGN_INS_MANY: Final = 100


@dataclass(frozen=True)
class Alarm:
    """`code` is a key of `words.ALARMS`; `since` seconds ago; `facts` what its sentence names."""

    code: str
    about: str = ""
    organisation_id: int | None = None
    since: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: A sentence that is known already (a trouble of a provider); else that of the code.
    said: str | Promise = ""

    @property
    def key(self) -> tuple[str, str, int | None]:
        return self.code, self.about, self.organisation_id

    @property
    def is_urgent(self) -> bool:
        return words.ALARMS[self.code].is_urgent

    @property
    def title(self) -> str:
        return str(words.ALARMS[self.code].title)

    @property
    def sentence(self) -> str:
        return str(self.said) if self.said else str(words.ALARMS[self.code].says) % self.facts

    @property
    def to_do(self) -> str:
        return str(words.ALARMS[self.code].to_do)


def decide(here: Here | None = None, now: Figures | None = None) -> list[Alarm]:
    """All alarms as things stand now, the urgent first; what is not given is looked at. With the database away that is
    the alarm, beside what the machine says of itself."""
    try:
        found = [*of_figures(now or read()), *_of_mailboxes()]
    except (DatabaseError, InterfaceError):
        connection.close()
        found = [Alarm("database_away")]
    return ordered([*of_here(here or look()), *found, *_of_policy()])


def ordered(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The urgent first; of them those of the installation, which are often why the others are; then the oldest."""
    return sorted(alarms, key=lambda one: (not one.is_urgent, one.organisation_id is not None, -(one.since or 0)))


def of_here(here: Here) -> Iterator[Alarm]:
    """What the machine says of itself."""
    free = {"free": words.size(here.free_bytes)}
    if here.free_bytes < DISK_FULL:
        yield Alarm("disk_full", facts=free)
    elif here.free_bytes < min(DISK_LOW, here.disk_bytes * DISK_LOW_SHARE):
        yield Alarm("disk_low", facts=free)
    if here.worker is not None and here.worker > HEARTBEAT:
        yield Alarm("worker_gone", since=here.worker)
    else:
        for one in here.loops:
            if one.failures >= LOOP_FAILURES:
                facts = {"loop": one.name, "error": one.error}
                yield Alarm("loop_failing", one.name[:60], since=one.since, facts=facts)
            elif one.since is not None and one.since > max(LOOP_SILENT, 3 * one.every):
                yield Alarm("loop_silent", one.name[:60], since=one.since, facts={"loop": one.name})
    if here.stream is not None and here.stream > HEARTBEAT:
        yield Alarm("stream_gone", since=here.stream)
    if here.listener is False:
        yield Alarm("listener_gone")
    if here.backup is not None and here.backup > BACKUP_OLD:
        yield Alarm("backup_old", since=here.backup, facts={"days": int(here.backup // 86_400)})


def of_figures(now: Figures) -> Iterator[Alarm]:
    """What the queues and clocks say."""
    yield from _each("dispatches_stuck", now.late_dispatches, DISPATCH_LATE)
    yield from (
        Alarm("held_many", "", one.organisation_id, facts={"count": words.many(one.count)})
        for one in now.held_lately
        if one.count >= HELD_MANY
    )
    yield from _each("terms_missed", now.overdue)
    yield from _each("customers_untold", now.untold)
    waiting, failed = now.jobs.get("todo"), now.jobs.get("failed")
    if waiting is not None and waiting.oldest > JOB_LATE:
        yield Alarm("jobs_wait", since=waiting.oldest, facts={"count": words.many(waiting.count)})
    if failed is not None and failed.count:
        yield Alarm("jobs_failed", since=failed.oldest, facts={"count": words.many(failed.count)})
    if now.parked.count:
        yield Alarm("events_parked", since=now.parked.oldest, facts={"count": words.many(now.parked.count)})
    if now.held_back > HELD_BACK:
        yield Alarm("journal_held", since=now.held_back)
    elif now.reader_late > READER_LATE:
        yield Alarm("readers_late", since=now.reader_late, facts={"reader": now.reader})
    if now.tick_late > TICK_LATE:
        yield Alarm("tick_late", since=now.tick_late)
    server = now.server
    if server.most_connections and server.connections > server.most_connections * CONNECTIONS_SHARE:
        yield Alarm("connections_many", facts={"count": server.connections, "most": server.most_connections})


def _each(code: str, found: Iterable[Of], longer: float = 0.0) -> Iterator[Alarm]:
    for one in found:
        if one.oldest > longer:
            yield Alarm(code, "", one.organisation_id, one.oldest, {"count": words.many(one.count)})


def _of_mailboxes() -> Iterator[Alarm]:
    """What `collecting/accounts.py` finds, under the codes of this page."""
    organisations = list(Organisation.objects.all())
    found = accounts.alarms_of(organisations)
    boxes = Mailbox.objects.filter(pk__in={one.mailbox_id for one in found})
    owners: dict[int | None, int] = dict(boxes.values_list("pk", "organisation_id"))
    now = server_now()
    for one in found:
        since = max(timedelta(0), now - one.since).total_seconds() if one.since else None
        code = f"mailbox_{one.code}"
        if code in words.ALARMS:
            yield Alarm(code, str(one.mailbox_id or ""), owners.get(one.mailbox_id), since, {"mailbox": one.address},
                        words.of_mailbox(one.address, one.sentence))  # fmt: skip


def _of_policy() -> Iterator[Alarm]:
    """What browsers refused of ours, and passwords we refused."""
    today = slow.of_day()
    count = sum(line.count for _name, line in today["policy"])
    if count >= POLICY_MANY:
        yield Alarm("policy_violations", facts={"count": words.many(count)})
    wrong = next((line.count for name, line in today["refused"] if name == "sign_in"), 0)
    if wrong >= SIGN_INS_MANY:
        yield Alarm("sign_ins_refused", facts={"count": words.many(wrong)})

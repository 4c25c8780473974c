"""The life of one collector: connect, read, wait for more, and after a failure come back later, longer each time."""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connections, transaction

from sportello.foundation.core.away import is_away
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.service.channels.models import Collector

from . import session
from .imap import ImapServer
from .positions import Overtaken
from .server import Server
from .trouble import Trouble, trouble_of

log = logging.getLogger("sportello.collecting")

#: How long we wait for the server to say that something came; providers end longer silences (RFC 2177: 29 minutes).
IDLE = 240.0
#: Without IDLE, and by POP3, we ask so often.
POLL = 60.0
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 900.0
#: A wrong password is not tried often: providers lock who guesses.
LOCKED_PAUSE = 300.0


@dataclass
class Reader:
    """One collector and its open connection. `stop` ends it between two batches."""

    collector_id: int
    stop: threading.Event
    memory: session.Memory = field(default_factory=session.Memory)
    server: Server | None = None
    #: The settings the connection was made with; another version closes it.
    settings: tuple[object, ...] = ()

    def go_on(self) -> None:
        """Until told to stop or the collector is off. Never raises."""
        try:
            while not self.stop.is_set():
                pause = self.once()
                if pause is None:
                    return
                connections.close_all()  # none is held while nothing happens
                if pause:
                    self.stop.wait(pause)
        finally:
            self.leave()
            connections.close_all()

    def once(self) -> float | None:
        """One round; the seconds to wait, or None when this collector is not to be read any more."""
        try:
            close_old_connections()
            collector = _collector(self.collector_id)
            if collector is None or not collector.is_on:
                return None
            wait = _due_in(collector)
            if wait > 0:
                return min(wait, 30.0)
            return self._read(collector)
        except Exception as error:  # the database is away, or a mistake of ours: the next round may do better
            self.leave()
            log.warning("collector %d: %s, again in %.0f s", self.collector_id, type(error).__name__, POLL / 6)
            log.debug("collector %d", self.collector_id, exc_info=error)
            return POLL / 6

    def _read(self, collector: Collector) -> float:
        try:
            server = self._connected(collector)
            more = self._looks(collector, server)
        except Overtaken:
            self.leave()
            return 1.0
        except Exception as error:
            if isinstance(error, DatabaseError) or is_away(error):
                raise
            self.leave()
            return _failed(collector, trouble_of(error))
        _well(collector)
        if more:
            return 0.0
        return self._wait(collector, server)

    def _connected(self, collector: Collector) -> Server:
        settings = settings_of(collector)
        if settings != self.settings:
            self.leave()
        if self.server is None:
            self.server, self.settings = session.connect(session.access_of(collector)), settings
        elif isinstance(self.server, ImapServer):
            self.server.again()
        return self.server

    def _looks(self, collector: Collector, server: Server) -> bool:
        """Whether there is more to take at once."""
        found = session.look(collector, server, self.memory, go_on=lambda: not self.stop.is_set())
        if found.asks or found.more or self.stop.is_set():
            return found.more
        session.compare(collector, server, self.memory)
        session.clear(collector, server, self.memory)
        return False

    def _wait(self, collector: Collector, server: Server) -> float:
        if not server.can_wait or self.stop.is_set():
            if not server.can_wait:
                self.leave()  # POP3 shows the mailbox as it was when we came, and locks it meanwhile
            return POLL
        connections.close_all()
        try:
            server.wait(IDLE)
        except Exception as error:
            self.leave()
            told = trouble_of(error)
            # a connection that ends while nothing happens is how many servers are: come back at once
            return 1.0 if told.code in ("closed", "timeout") else _failed(collector, told)
        return 0.0

    def leave(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None


def settings_of(collector: Collector) -> tuple[object, ...]:
    """What a connection depends on."""
    return (
        collector.protocol, collector.host, collector.port, collector.security, collector.user, collector.folder,
        collector.proof, collector.token_url, collector.client_id, collector.scope,
    )  # fmt: skip


def _collector(collector_id: int) -> Collector | None:
    rows = Collector.objects.select_related("mailbox__organisation", "organisation")
    return rows.filter(pk=collector_id, mailbox__retired_at__isnull=True).first()


def _due_in(collector: Collector) -> float:
    if collector.next_attempt_at is None:
        return 0.0
    return (collector.next_attempt_at - clock.server_now()).total_seconds()


def _failed(collector: Collector, trouble: Trouble) -> float:
    """Write what went wrong and when we come back; journalled when it begins or changes."""
    now = clock.server_now()
    with transaction.atomic():
        row = Collector.objects.select_for_update(no_key=True, of=("self",)).get(pk=collector.pk)
        began = row.trouble != trouble.code
        row.failures += 1
        row.failing_since = row.failing_since or now
        row.trouble, row.trouble_words = trouble.code, trouble.words[:500]
        pause = _pause(row.failures, trouble)
        row.next_attempt_at = now + timedelta(seconds=pause)
        row.save(update_fields=["failures", "failing_since", "trouble", "trouble_words", "next_attempt_at"])
        if began:
            record(collector.organisation, "collector.failing", row, SYSTEM, trouble=trouble.code)
    log.warning("collector %d: %s, again in %.0f s", collector.pk, trouble.code, pause)
    return min(pause, 30.0)


def _pause(failures: int, trouble: Trouble) -> float:
    pause = min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
    if trouble.code in ("wrong_password", "token_refused"):
        pause = max(pause, LOCKED_PAUSE)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - so that a hundred mailboxes of one provider do not come together


def _well(collector: Collector) -> None:
    if not collector.failures and not collector.trouble:
        return
    with transaction.atomic():
        row = Collector.objects.select_for_update(no_key=True, of=("self",)).get(pk=collector.pk)
        row.failures, row.failing_since, row.trouble, row.trouble_words, row.next_attempt_at = 0, None, "", "", None
        row.save(update_fields=["failures", "failing_since", "trouble", "trouble_words", "next_attempt_at"])
        record(collector.organisation, "collector.well", row, SYSTEM)

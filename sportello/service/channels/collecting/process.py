"""`sportello collect`: a thread a mailbox. They wait most of their life, for a server or for a message."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from sportello.foundation.watch import keeping
from sportello.service.channels.models import Collector

from .rounds import Reader

log = logging.getLogger("sportello.collecting")

#: How often new, paused and retired collectors are looked for.
LOOK_EVERY = 3.0
#: Each has a connection and a thread of its own.
MOST = 400
PATIENCE = 4.0


class Collecting:
    """The readers that run, by collector."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.threads: dict[int, threading.Thread] = {}
        self.needed_at = time.monotonic()

    def look(self) -> None:
        """Start a reader for each collector that is on and has none. One that is off ends by itself."""
        close_old_connections()
        wanted = list(
            Collector.objects.filter(is_on=True, mailbox__retired_at__isnull=True).order_by("pk")
            .values_list("pk", flat=True)[:MOST]
        )  # fmt: skip
        self.threads = {pk: thread for pk, thread in self.threads.items() if thread.is_alive()}
        if self.threads or wanted:
            self.needed_at = time.monotonic()
        for pk in wanted:
            if pk not in self.threads:
                reader = Reader(pk, self.stop)
                thread = threading.Thread(target=reader.go_on, name=f"collector {pk}", daemon=True)
                self.threads[pk] = thread
                thread.start()

    def until_told(self, rest_after: float | None = None) -> None:
        while not self.stop.is_set():
            if rest_after is not None and time.monotonic() - self.needed_at > rest_after:
                return
            try:
                self.look()
            except (DatabaseError, InterfaceError) as error:
                log.warning("the database is away (%s)", type(error).__name__)
                self.needed_at = time.monotonic()  # whether there is a mailbox cannot be known
            connections.close_all()
            self.stop.wait(LOOK_EVERY)


def wanted() -> bool:
    """Is there a mailbox to be read?"""
    return Collector.objects.filter(is_on=True, mailbox__retired_at__isnull=True).exists()


def main(rest_after: float | None = None) -> int:
    """Until SIGTERM or SIGINT, or until there has been no mailbox to read for `rest_after` seconds; a batch under way
    is finished or comes again."""
    stop = threading.Event()
    keeping.called("collect")

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    collecting = Collecting(stop)
    collecting.until_told(rest_after)
    for thread in collecting.threads.values():
        thread.join(PATIENCE / max(1, len(collecting.threads)))
    return 0

"""All periodic work, on one page. The worker has hands for them (see rounds.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Loop:
    """Work done again and again: `work` ("module:function") returns how many things it did.

    More than none: it is called again at once. None: again after `every` seconds. It must be safe to run
    twice at the same time, and to be cut anywhere: it claims what it does in the database.
    """

    name: str
    every: float
    work: str


LOOPS: list[Loop] = [
    Loop("intake", 0.5, "sportello.service.channels.intake:work"),
    Loop("mailboxes to be read", 3.0, "sportello.config.resting:ask_for_the_collector"),
    Loop("whom mail is from", 10.0, "sportello.service.channels.authenticity.keeping:work"),
    Loop("replies that wait", 0.5, "sportello.service.channels.waiting:work"),
    Loop("outbox", 0.5, "sportello.service.channels.outbox:work"),
    Loop("what is due on tickets", 5.0, "sportello.records.tickets.tick:work"),
    Loop("who is away from now", 30.0, "sportello.records.tickets.absences:work"),
    Loop("updates of known faults", 1.0, "sportello.service.backoffice.faults.telling:work"),
    Loop("durable reactions", 0.5, "sportello.foundation.journal.consumers:work"),
    Loop("notifications by mail", 5.0, "sportello.service.notifications.mailing:work"),
    Loop("notifications to browsers", 1.0, "sportello.service.notifications.pushing:work"),
    Loop("old notifications", 3600.0, "sportello.service.notifications.sweeping:work"),
    Loop("journal's next months", 3600.0, "sportello.foundation.journal.partitions:ensure_partitions"),
    Loop("search's pending words", 20.0, "sportello.records.tickets.search_index:keep"),
    Loop("forms never sent", 300.0, "sportello.service.channels.webform.drafts:forget_old"),
    Loop("imports", 1.0, "sportello.records.tickets.imports:work"),
    Loop("file plan", 30.0, "sportello.service.backoffice.archive.filing:work"),
    Loop("disposal", 5.0, "sportello.service.backoffice.archive.carrying_out:work"),
    Loop("transfer packages", 2.0, "sportello.service.backoffice.archive.packages:work"),
    Loop("files let go", 60.0, "sportello.foundation.files.dropping:work"),
    Loop("corrective actions", 60.0, "sportello.service.backoffice.complaints.lessons:work"),
    Loop("outside protocol", 2.0, "sportello.service.backoffice.protocol.outside:work"),
    Loop("register of the day before", 60.0, "sportello.service.backoffice.protocol.printing:work"),
    Loop("the machine's clock", 1.0, "sportello.config.clock_steps:work"),
    Loop("alarms", 30.0, "sportello.service.watching.occurrences:work"),
    Loop("alarms told", 15.0, "sportello.service.notifications.alarms:work"),
    Loop("jobs left behind", 30.0, "sportello.config.rounds:retry_stalled_jobs"),
]

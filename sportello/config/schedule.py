"""All periodic work, on one page. The worker gives each line a thread of its own (see rounds.py)."""

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
    Loop("outbox", 0.5, "sportello.service.channels.outbox:work"),
    Loop("jobs left behind", 30.0, "sportello.config.rounds:retry_stalled_jobs"),
]

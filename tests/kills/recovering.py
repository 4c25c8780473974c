"""How long after a kill the pages answer and mail is taken: asked again and again from outside, as customers would."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.kills.installation import Installation

_EVERY = 0.15
#: A door is back when it has stood open for so long.
_STEADY = 0.5


class Probe(threading.Thread):
    """Knocks at one door and remembers when it was found shut, and open again."""

    def __init__(self, name: str, is_open: Callable[[], bool], stop: threading.Event) -> None:
        super().__init__(daemon=True, name=f"probe-{name}")
        self.is_open, self.stop = is_open, stop
        self.open_since: float | None = None
        #: When a knock that was answered began, and the last that was not.
        self.last_good = self.last_bad = 0.0

    def run(self) -> None:
        while not self.stop.wait(_EVERY):
            began = time.monotonic()
            if self.is_open():
                self.last_good = began
                self.open_since = self.open_since or time.monotonic()
            else:
                self.open_since, self.last_bad = None, began

    def is_back(self, killed: float) -> bool:
        """Seen open, by a knock after the kill, and for long enough to believe it."""
        since = self.open_since
        return (
            since is not None and self.last_good > max(killed, since) and time.monotonic() - max(since, killed) > _STEADY
        )

    def away(self, killed: float) -> float:
        """Seconds from the kill until it was open again; 0 where nobody ever found it shut."""
        return max(0.0, (self.open_since or time.monotonic()) - killed) if self.last_bad >= killed else 0.0


@dataclass
class Recoveries:
    """Seconds by part killed: until the pages answered, until mail was taken, until the part itself was there again."""

    rows: dict[str, list[tuple[float, float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, part: str, pages: float, mail: float, itself: float) -> None:
        self.rows[part].append((pages, mail, itself))

    def table(self) -> str:
        """Markdown: kills, then p50, p95 and the longest of each."""
        lines = [
            "| killed | times | pages answer: p50 | p95 | max | mail is taken: p50 | p95 | max | itself back: p50 | max |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        everything = [row for rows in self.rows.values() for row in rows]
        for part, rows in [*sorted(self.rows.items()), ("all", everything)]:
            cells = [f"{at(rows, which, share):.1f}" for which in (0, 1) for share in (0.5, 0.95, 1.0)]
            cells += [f"{at(rows, 2, share):.1f}" for share in (0.5, 1.0)]
            lines.append(f"| {part} | {len(rows)} | " + " | ".join(cells) + " |")
        return "\n".join(lines)


def at(rows: list[tuple[float, float, float]], which: int, share: float) -> float:
    ordered = sorted(row[which] for row in rows)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def probes(installation: Installation, stop: threading.Event) -> tuple[Probe, Probe]:
    """(pages, mail), knocking."""
    both = Probe("pages", installation.answers, stop), Probe("mail", installation.takes_mail, stop)
    for one in both:
        one.start()
    return both


def part_is_back(installation: Installation, part: str, before: set[int]) -> bool:
    """Another process of its name is there: what was killed has been started again."""
    if part in ("backend",):
        return True  # whoever asks next gets a new one
    if installation.rests(part):
        return True  # whoever needs it gets a new one
    now = set(installation.pids(part))
    return bool(now - before) if part != "power" else len(now - before) > 5

"""What the hub's thread does beside reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Round:
    """Something done every `seconds`."""

    work: Callable[[], None]
    seconds: float
    due: float = 0.0

    def go(self, now: float) -> None:
        if now >= self.due:
            self.due = now + self.seconds
            self.work()

"""When things happen: on the organisations' moved clock, at once; or as time goes by, faster."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Protocol

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation


class Pace(Protocol):
    """`until` returns when `instant` has come for `organisation`, False when the day is over before it."""

    def until(self, organisation: Organisation, instant: datetime) -> bool: ...

    def end(self) -> None: ...


class MovedClock:
    """Sets the organisations' clocks to each instant; what lies after the real now does not happen any more."""

    def __init__(self, organisations: list[Organisation]) -> None:
        self.organisations = organisations
        self._end = clock.server_now()

    def until(self, organisation: Organisation, instant: datetime) -> bool:
        if instant > self._end:
            return False
        for one in self.organisations:
            clock.move_to(one, instant)
        return True

    def end(self) -> None:
        for one in self.organisations:
            one.clock_offset_seconds = 0
            Organisation.objects.filter(pk=one.pk).update(clock_offset_seconds=0)


class Faster:
    """Lets `speed` simulated seconds pass in a real one, from now on; the organisations' clocks stay as they are."""

    def __init__(self, speed: float, began: datetime) -> None:
        self.speed, self._began, self._real = speed, began, time.monotonic()

    def until(self, organisation: Organisation, instant: datetime) -> bool:
        due = self._real + (instant - self._began) / timedelta(seconds=1) / self.speed
        time.sleep(max(0.0, due - time.monotonic()))
        return True

    def end(self) -> None:
        """Nothing was moved."""

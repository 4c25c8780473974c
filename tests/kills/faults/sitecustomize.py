"""Put on PYTHONPATH by the tests: faults in the installation's own processes, as long as a file in its home says so."""

import importlib.abc
import importlib.util
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

HOME = Path(os.environ.get("SPORTELLO_HOME", "/nowhere"))


def deadly_mail(module):
    """A fault in a library of C: the process is gone in the middle of reading this message."""
    real = module.parse

    def parse(raw, **more):
        if b"veleno-mortale" in raw:
            os._exit(139)
        return real(raw, **more)

    module.parse = parse


def failing_reaction(module):
    """A reaction that always raises on tickets about poison, until it is mended."""
    real = module.hang_by_kind

    def hang_by_kind(event):
        from sportello.records.tickets.models import Ticket

        ticket = Ticket.objects.filter(pk=event.subject_id, subject__contains="veleno-lento").first()
        if ticket is not None and (HOME / "reaction-is-broken").exists():
            raise RuntimeError("this reaction is broken")
        real(event)

    module.hang_by_kind = hang_by_kind


class Clock:
    """So many seconds ahead of the true one as the file `clock` in the home says, looked at five times a second.

    What preloads a library into programs (libfaketime) would do for any of them, but Python's own sleep fails under it
    as soon as the clock that only counts is to be left alone.
    """

    def __init__(self):
        self.real, self.ahead, self.looked = time.time, 0.0, -1.0

    def by(self):
        if time.monotonic() - self.looked > 0.2:
            self.looked = time.monotonic()
            self.ahead = float((HOME / "clock").read_text() or self.ahead)
        return self.ahead

    def time(self):
        return self.real() + self.by()


CLOCK = Clock()


def moved(name):
    """The module's function `name` tells the moved time."""

    def change(module):
        real = getattr(module, name)
        setattr(module, name, lambda: real() + timedelta(seconds=CLOCK.by()))

    return change


FAULTS = {
    "sportello.service.channels.intake": deadly_mail,
    "sportello.service.backoffice.checklists.ticking": failing_reaction,
}


class Faults(importlib.abc.MetaPathFinder):
    """Changes a module right after it was loaded."""

    def find_spec(self, name, path, target=None):
        if name not in FAULTS:
            return None
        fault = FAULTS.pop(name)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            fault(module)

        spec.loader.exec_module = exec_module
        return spec


if (HOME / "clock").exists():
    time.time = CLOCK.time
    FAULTS |= {"sportello.foundation.tenancy.clock": moved("server_now"), "django.utils.timezone": moved("now")}
sys.meta_path.insert(0, Faults())

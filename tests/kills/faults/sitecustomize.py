"""Put on PYTHONPATH by the tests: faults in the installation's own processes, as long as a file in its home says so."""

import importlib.abc
import importlib.util
import os
import sys
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


sys.meta_path.insert(0, Faults())

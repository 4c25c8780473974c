"""What the back office adds to the tickets below: what stands against closing, what stands against leaving."""

from __future__ import annotations

from sportello.records.tickets import blockers, clearance

from .approvals import asking, rules
from .checklists import ticking
from .offices import answering


def register_all() -> None:
    """When Django starts; again is once."""
    blockers.register("offices", answering.awaited)
    blockers.register("approvals", asking.undecided)
    blockers.register("checklists", ticking.unticked)
    clearance.register("approvals", rules.clear)

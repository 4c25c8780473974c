"""The rule a ticket runs under: the definition of its own kept version, never the one in force today."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from sportello.foundation.core.text import in_language
from sportello.records.procedures.definition import Definition, InterimReply, ServiceLevel, Suspension, TermRule
from sportello.records.procedures.models import Procedure

from .models import Ticket

__all__ = ["InterimReply", "ServiceLevel", "Suspension", "rules_of"]

#: How a ticket's priority is named in a definition.
PRIORITIES = {1: "low", 2: "normal", 3: "high", 4: "urgent"}


@lru_cache(maxsize=512)
def _read(text: str) -> Definition:
    return Definition.from_data(json.loads(text))


@lru_cache(maxsize=512)
def _plain(value: int, unit: str, roll: str, source: str, confidence: str) -> Definition:
    """A version made before definitions: its term and nothing else."""
    shared: dict[str, Any] = {"source": source or "House rule", "confidence": confidence or "H"}
    return Definition(
        code="plain",
        names={},
        kind="plain",
        family="information",
        valid_from=date.min,
        term=TermRule(value=value, unit=unit, roll=roll, **shared),
        **shared,
    )


def rules_of(procedure: Procedure) -> Definition:
    """Read once per content in a process: versions do not change. And once a row: a page asks several times."""
    if procedure.definition:
        known: tuple[Any, Definition] | None = procedure.__dict__.get("_rules")
        if known is None or known[0] is not procedure.definition:
            known = procedure.__dict__["_rules"] = (
                procedure.definition,
                _read(json.dumps(procedure.definition, sort_keys=True)),
            )
        return known[1]
    return _plain(
        procedure.term_value, procedure.term_unit, procedure.term_roll, procedure.source, procedure.confidence
    )


def step_name(procedure: Procedure, code: str, language: str) -> str:
    """The title of a step; a code no version names any more, in words."""
    names = next((step.names for step in rules_of(procedure).steps if step.code == code), {})
    return in_language(names, language) or code.replace("_", " ")


def levels_of(ticket: Ticket) -> dict[str, ServiceLevel]:
    """The targets for a ticket of this priority, by metric; one for the very priority wins over one for all."""
    name = PRIORITIES.get(ticket.priority, "")
    found: dict[str, ServiceLevel] = {}
    for level in rules_of(ticket.procedure).service_levels:
        if level.priority == name or (not level.priority and level.code not in found):
            found[level.code] = level
    return found

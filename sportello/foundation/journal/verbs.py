"""The closed registry of what can happen, filled by each room's `verbs.py` when Django starts.

A payload holds ids, codes, instants and numbers, typed per verb: never names, addresses, words of a person.
Reason texts and old values are rows of their room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: What may stand in a payload: an id or number, a code, an instant (ISO 8601 with zone), nothing.
Kind = type[int] | type[str] | type[bool] | type[datetime] | type[list[int]] | type[list[str]]

_CODE_LENGTH = 80


@dataclass(frozen=True)
class Verb:
    """`name` is `subject.past_participle`; `payload` maps each key to its type."""

    name: str
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    def check(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """`payload` ready for JSON; ValueError when a key is unknown or a value has the wrong type."""
        ready: dict[str, Any] = {}
        for key, value in payload.items():
            wanted = self.payload.get(key)
            if wanted is None:
                raise ValueError(f"{self.name} has no payload {key!r}")
            ready[key] = None if value is None else _checked(self.name, key, wanted, value)
        return ready


def _checked(verb: str, key: str, wanted: Any, value: Any) -> Any:
    if wanted is datetime and isinstance(value, datetime):
        return value.isoformat()
    if wanted is str and isinstance(value, str) and len(value) <= _CODE_LENGTH and "@" not in value:
        return value
    if wanted in (int, bool) and isinstance(value, wanted):
        return value
    if wanted in (list[int], list[str]) and isinstance(value, (list, tuple)):
        inner = int if wanted == list[int] else str
        return [_checked(verb, key, inner, one) for one in value]
    raise ValueError(f"{verb}: {key} must be {wanted}, a code without personal data")


_verbs: dict[str, Verb] = {}


def register(*verbs: Verb) -> None:
    for verb in verbs:
        if _verbs.get(verb.name, verb) != verb:
            raise ValueError(f"the verb {verb.name} is registered twice")
        _verbs[verb.name] = verb


def known(name: str) -> Verb:
    """The verb, or LookupError: an unregistered verb cannot be journalled."""
    try:
        return _verbs[name]
    except KeyError:
        raise LookupError(f"no room registered the verb {name}") from None


def all_verbs() -> dict[str, Verb]:
    return dict(_verbs)

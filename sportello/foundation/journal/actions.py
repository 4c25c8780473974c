"""Recording what happened, and the reactions that must succeed together with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from .actor import Actor
from .verbs import known

_INSERT = """
INSERT INTO journal_event (epoch, at, happened_at, organisation_id, actor_kind, actor_id,
                           verb, subject_kind, subject_id, payload)
VALUES {lines}
RETURNING id
"""
_LINE = (
    "(COALESCE((SELECT max(number) FROM journal_epoch), 1), clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
)


@dataclass(frozen=True)
class Happened:
    """An event as reactions see it. `subject` is the row itself where the writer had it at hand, else None."""

    id: int
    at: datetime
    organisation: Organisation
    actor: Actor
    verb: str
    subject_kind: str
    subject_id: int
    payload: dict[str, Any]
    subject: Any = None


#: A reaction of the same transaction: cheap, and its failure undoes the whole.
Reaction = Callable[[Happened], None]


def record(
    organisation: Organisation,
    verb: str,
    subject: Any,
    actor: Actor,
    *,
    at: datetime | None = None,
    **payload: Any,
) -> Happened:
    """Write one event in the current transaction, then run what reacts to it in the same transaction.

    `subject` is a saved row; `at` the organisation's instant of what happened (now, if not given).
    Raises LookupError for an unregistered verb, ValueError for a payload that is not of the verb's form.
    """
    return record_together(organisation, [(verb, payload)], subject, actor, at=at)[0]


def record_together(
    organisation: Organisation,
    lines: Iterable[tuple[str, dict[str, Any]]],
    subject: Any,
    actor: Actor,
    *,
    at: datetime | None = None,
) -> list[Happened]:
    """`record` for several events of one subject, (verb, payload) each, in one statement and in their order; then
    what reacts to each."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is journalled in the transaction of the change it tells")
    checked = [(known(verb), known(verb).check(payload)) for verb, payload in lines]
    if not checked:
        return []
    instant = at or clock.now(organisation)
    values: list[Any] = []
    for definition, payload in checked:
        values += [instant, organisation.pk, actor.kind, actor.id, definition.name, definition.subject, subject.pk]
        values.append(_json(payload))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(lines=", ".join([_LINE] * len(checked))), values)
        ids = [event_id for (event_id,) in cursor.fetchall()]
    events = [
        Happened(event_id, instant, organisation, actor, verb.name, verb.subject, subject.pk, payload, subject)
        for event_id, (verb, payload) in zip(ids, checked, strict=True)
    ]
    for happened in events:
        for reaction in _reactions().get(happened.verb, ()):
            reaction(happened)
    return events


def _json(payload: dict[str, Any]) -> str:
    import json

    return json.dumps(payload, separators=(",", ":"))


@cache
def _reactions() -> dict[str, tuple[Reaction, ...]]:
    """`config/reactions.py`, read once: the journal knows only where the page lies."""
    page = import_module(settings.REACTIONS)
    pairs = cast("Iterable[tuple[str, Reaction]]", page.IN_TRANSACTION)
    table: dict[str, tuple[Reaction, ...]] = {}
    for verb, reaction in pairs:
        known(verb)
        table[verb] = (*table.get(verb, ()), reaction)
    return table

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
VALUES (COALESCE((SELECT max(number) FROM journal_epoch), 1), clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
RETURNING id
"""


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
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is journalled in the transaction of the change it tells")
    definition = known(verb)
    checked = definition.check(payload)
    instant = at or clock.now(organisation)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [instant, organisation.pk, actor.kind, actor.id, verb, definition.subject, subject.pk, _json(checked)],
        )
        (event_id,) = cursor.fetchone()
    happened = Happened(event_id, instant, organisation, actor, verb, definition.subject, subject.pk, checked, subject)
    for reaction in _reactions().get(verb, ()):
        reaction(happened)
    return happened


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

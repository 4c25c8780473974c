"""Recording what happened, and the reactions that must succeed together with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction

from sportello.foundation.core import together
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from .actor import Actor
from .verbs import known

_COLUMNS = (
    "epoch", "at", "happened_at", "organisation_id", "actor_kind", "actor_id", "verb", "subject_kind", "subject_id",
    "payload",
)  # fmt: skip
_LINE = (
    "COALESCE((SELECT max(number) FROM journal_epoch), 1), clock_timestamp(), %s::timestamptz, %s::bigint, %s::text,"
    " %s::bigint, %s::text, %s::text, %s::bigint, %s::jsonb"
)


@dataclass(frozen=True)
class Happened:
    """An event as reactions see it. `subject` is the row itself where the writer had it at hand, else None; `id` is
    None while the rows of its transaction are gathered to be written together."""

    id: int | None
    at: datetime
    organisation: Organisation
    actor: Actor
    verb: str
    subject_kind: str
    subject_id: int
    payload: dict[str, Any]
    subject: Any = None
    #: What the writer has at hand of rows it made in this transaction, by their id.
    at_hand: Mapping[int, Any] = field(default_factory=dict)


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
    at_hand: Mapping[int, Any] | None = None,
) -> list[Happened]:
    """`record` for several events of one subject, (verb, payload) each, in one statement and in their order; then
    what reacts to each."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is journalled in the transaction of the change it tells")
    checked = [(known(verb), known(verb).check(payload)) for verb, payload in lines]
    if not checked:
        return []
    instant = at or clock.now(organisation)
    hand = at_hand or {}
    lines_of = [
        [instant, organisation.pk, actor.kind, actor.id, verb.name, verb.subject, subject.pk, _json(payload)]
        for verb, payload in checked
    ]
    events = [
        Happened(event_id, instant, organisation, actor, verb.name, verb.subject, subject.pk, payload, subject, hand)
        for event_id, (verb, payload) in zip(_write(lines_of), checked, strict=True)
    ]
    for happened in events:
        for reaction in _reactions().get(happened.verb, ()):
            reaction(happened)
    return events


def _write(lines: list[list[Any]]) -> list[int] | list[None]:
    """In their order; the ids, where they are written at once."""
    if together.is_gathering():
        for values in lines:
            together.add_line("journal_event", _COLUMNS, _LINE, values)
        return [None] * len(lines)
    rows = ", ".join([f"({_LINE})"] * len(lines))
    statement = f"INSERT INTO journal_event ({', '.join(_COLUMNS)}) VALUES {rows} RETURNING id"  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for values in lines for value in values])
        return [event_id for (event_id,) in cursor.fetchall()]


def _json(payload: dict[str, Any]) -> str:
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

"""Durable reactions inside a test's own transaction, which the journal's reader must not look into: every event is given
to every consumer that hears it, each once, as the worker does after the commit."""

from __future__ import annotations

from sportello.foundation.journal import consumers
from sportello.foundation.journal.models import Event

_seen: set[int] = set()


def react() -> int:
    """Let what was journalled since be heard; returns how many events there were, those of reactions among them."""
    done = 0
    for _round in range(10):
        events = [event for event in Event.objects.order_by("id") if event.pk not in _seen]
        if not events:
            break
        for event in events:
            _seen.add(event.pk)
            done += 1
            for consumer in consumers.durable():
                if event.verb in consumer.verbs:
                    consumer.react(event)  # type: ignore[arg-type]  # a row has what a reader's line has
    return done

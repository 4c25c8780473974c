"""Who may listen, and what they missed: asked for all who stand at the door together, in a few queries.

When a line, a proxy or this process fails, everybody comes back within two seconds. One after the other each would ask
half a dozen questions; together they ask the same half dozen.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from sys import intern

from django.db import DatabaseError, InterfaceError

from sportello.foundation.journal.reader import Position

from .catching_up import missed
from .doors import Asked, Visitor, visitors
from .hub import Hub
from .page import Page, Saying, saying
from .subscriber import Parcel, Subscriber

log = logging.getLogger(__name__)

#: Streams of one person: many browsers, not a flood.
STREAMS_EACH = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """What a browser asks for, and the session it says it has."""

    asked: Asked
    session_key: str
    #: `time.monotonic()` when they came: how old their page is was said then, however long they wait.
    came: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Admitted:
    """They have joined the hub; the first words of their stream. `since`: from where `missed` tells."""

    subscriber: Subscriber
    hello: Saying
    since: Position
    missed: Parcel


Answer = Admitted | HTTPStatus


def admit(page: Page, hub: Hub, callers: Sequence[Caller]) -> list[Answer]:
    """An answer for each caller; what is not theirs does not exist. When the database raises, nobody joined."""
    asked_at = time.monotonic()
    known = visitors([one.session_key for one in callers])
    viewers = page.viewers(list({one.user.pk: one.user for one in known.values()}.values()))
    here = [(one, known[one.session_key]) for one in callers if one.session_key in known]
    welcomes = page.admit_all([(viewers[visitor.user.pk], one.asked.topics) for one, visitor in here])
    answers: dict[int, Answer] = {}
    joined: list[tuple[Caller, Subscriber, Position, Saying]] = []
    if not hub.ready.wait(5):
        raise InterfaceError("the journal cannot be read yet")
    hub.be_current()
    for (one, visitor), welcome in zip(here, welcomes, strict=True):
        if not welcome:
            answers[id(one)] = HTTPStatus.NOT_FOUND
            continue
        subscriber = _subscriber(page, viewers[visitor.user.pk], visitor, tuple(map(intern, welcome)), asked_at)
        if not hub.join(subscriber, most=STREAMS_EACH):
            answers[id(one)] = HTTPStatus.TOO_MANY_REQUESTS
            continue
        refused = [name for name in one.asked.topics if name not in welcome]
        since = one.asked.since or hub.position_before(one.asked.ago + time.monotonic() - one.came)
        joined.append((one, subscriber, since, saying("hello", topics=welcome, refused=refused)))
    parcels = _missed(page, hub, [(subscriber, since) for _, subscriber, since, _ in joined])
    for (one, subscriber, since, hello), parcel in zip(joined, parcels, strict=True):
        answers[id(one)] = Admitted(subscriber, hello, since, parcel)
    return [answers.get(id(one), HTTPStatus.UNAUTHORIZED) for one in callers]


def _subscriber(page: Page, viewer: object, visitor: Visitor, topics: tuple[str, ...], asked_at: float) -> Subscriber:
    return Subscriber(
        viewer=viewer,
        user_id=visitor.user.pk,
        session_key=visitor.session_key,
        rights=page.rights(viewer),
        topics=topics,
        asked_at=asked_at,
    )


def _missed(page: Page, hub: Hub, joined: Sequence[tuple[Subscriber, Position]]) -> list[Parcel]:
    """Read only now that they have joined: what the hub has not read yet it will tell them."""
    recent = hub.recent()
    try:
        return missed(page, recent, joined)
    except (DatabaseError, InterfaceError):
        for subscriber, _ in joined:
            hub.leave(subscriber)
        raise
    except Exception:  # one event that cannot be told must not lock its listeners out for ever
        log.exception("what came before %s could not be told: asks again", recent.ends)
        return [Parcel(recent.ends, (saying("resync"),)) for _ in joined]

"""What the page of topics is made of: `config/topics.py` fills it, this room knows no word of what it says.

A topic is a name a browser asks for. Events of the journal become changes (one a subject and window), the page
makes of each what it is about, and every topic says of it to every viewer what that viewer may hear, or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sportello.foundation.journal.reader import Read


@dataclass(frozen=True, slots=True)
class Saying:
    """One event of the stream: its name and its data as JSON on one line.

    `ends`: the topic this is the last word of; the subscriber hears no more of it.
    """

    event: str
    data: str = "{}"
    ends: str = ""


def saying(event: str, ends: str = "", **data: Any) -> Saying:
    return Saying(event, json.dumps(data, separators=(",", ":")), ends)


@dataclass(frozen=True)
class Change:
    """What happened to one subject within one window: its first event (with what was before) and its last."""

    first: Read
    last: Read


def merged(events: Iterable[Read], verbs: Collection[str]) -> list[Change]:
    """Events of these verbs, those of the same subject as one change, in the order of their first event."""
    changes: dict[tuple[str, int], Change] = {}
    for event in events:
        if event.verb not in verbs:
            continue
        key = (event.subject_kind, event.subject_id)
        known = changes.get(key)
        changes[key] = Change(known.first if known else event, event)
    return list(changes.values())


@dataclass(frozen=True)
class Topic:
    """One kind of topic. A viewer and what a change is about are the page's own types.

    `admit(viewer, names)` answers for those names the viewer may subscribe to, with what the first word of the
    stream (`hello`) says of each; it may ask the database. `name(about)` is the topic a change feeds.
    `tell(viewer, about)` decides anew for every change whether this viewer may hear of it: no queries, it runs
    for each subscriber; equal answers should be the same object, it is sent as it is.
    """

    pattern: re.Pattern[str]
    admit: Callable[[Any, Sequence[str]], Mapping[str, Any]]
    name: Callable[[Any], str]
    tell: Callable[[Any, Any], Saying | None]


@dataclass(frozen=True)
class Page:
    """The topics of an installation and what they need to know."""

    topics: tuple[Topic, ...]
    #: Which events feed them.
    verbs: frozenset[str]
    #: Verb → key of its payload that names the user whose streams it cuts.
    cuts: Mapping[str, str]
    #: What changes are about, a few queries for all of them; a change nobody may hear of may be left out.
    gather: Callable[[Sequence[Change]], Sequence[Any]]
    #: The viewer behind a signed-in user; and their rights, to be compared with `rights_now`.
    viewer: Callable[[Any], Any]
    rights: Callable[[Any], str]
    #: Users → rights as they are now, without those who may not come in any more; a few queries for all.
    rights_now: Callable[[Collection[int]], Mapping[int, str]]
    #: What the clock alone has changed since this was last asked.
    by_clock: Callable[[], Sequence[Any]] | None = None
    #: (viewer, topic) → what it is about and by which name they are there; None when the topic is not theirs.
    present: Callable[[Any, str], tuple[Any, str] | None] | None = None
    #: (viewer, what it is about) → whether they may see it; no queries.
    may_hear: Callable[[Any, Any], bool] | None = None

    def admit(self, viewer: Any, names: Sequence[str]) -> dict[str, Any]:
        """The topics among `names` this viewer may hear, each with its word of welcome."""
        admitted: dict[str, Any] = {}
        for topic in self.topics:
            asked = [name for name in names if topic.pattern.fullmatch(name)]
            if asked:
                admitted.update(topic.admit(viewer, asked))
        return admitted

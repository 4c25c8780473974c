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

    `ends`: the topic this is the last word of; the subscriber hears no more of it. `asks`: whoever hears it asks a page
    again.
    """

    event: str
    data: str = "{}"
    ends: str = ""
    asks: bool = False

    def among(self, many: int) -> Saying:
        """The same, with how many hear it where they all ask again: two need not wait for each other, two hundred must
        not ask in one moment."""
        if not self.asks:
            return self
        return Saying(self.event, f'{self.data[:-1]},"among":{many}}}', self.ends, self.asks)


def saying(event: str, ends: str = "", asks: bool = False, **data: Any) -> Saying:
    return Saying(event, json.dumps(data, separators=(",", ":")), ends, asks)


@dataclass(frozen=True)
class Change:
    """What happened to one subject within one window: its first event (with what was before) and its last, and the
    verbs of all."""

    first: Read
    last: Read
    verbs: frozenset[str] = frozenset()


def merged(events: Iterable[Read], verbs: Collection[str]) -> list[Change]:
    """Events of these verbs, those of the same subject as one change, in the order of their first event."""
    changes: dict[tuple[str, int], Change] = {}
    for event in events:
        if event.verb not in verbs:
            continue
        key = (event.subject_kind, event.subject_id)
        known = changes.get(key)
        so_far = known.verbs if known else frozenset[str]()
        changes[key] = Change(known.first if known else event, event, so_far | {event.verb})
    return list(changes.values())


@dataclass(frozen=True)
class Topic:
    """One kind of topic. A viewer and what a change is about are the page's own types.

    `admit_all([(viewer, names), …])` answers for each viewer which of the names they may subscribe to, with what the
    first word of the stream (`hello`) says of each; a few queries for all of them. `name(about)` is the topic a change
    feeds. `tell(viewer, about)` decides anew for every change whether this viewer may hear of it: no queries, it runs
    for each subscriber; equal answers should be the same object, it is written once and sent as it is.
    """

    pattern: re.Pattern[str]
    admit_all: Callable[[Sequence[tuple[Any, Sequence[str]]]], Sequence[Mapping[str, Any]]]
    name: Callable[[Any], str]
    tell: Callable[[Any, Any], Saying | None]

    def admit(self, viewer: Any, names: Sequence[str]) -> Mapping[str, Any]:
        """The same for one viewer."""
        return self.admit_all([(viewer, names)])[0]


@dataclass(frozen=True)
class Page:
    """The topics of an installation and what they need to know."""

    topics: tuple[Topic, ...]
    #: Which events feed them.
    verbs: frozenset[str]
    #: Verb → key of its payload that names the user whose streams it cuts.
    cuts: Mapping[str, str]
    #: What each change is about, in their order, a few queries for all of them; None for one nobody may hear of.
    gather: Callable[[Sequence[Change]], Sequence[Any]]
    #: The viewers behind signed-in users, by their id, a few queries for all; and their rights, to be compared with
    #: `rights_now`.
    viewers: Callable[[Sequence[Any]], Mapping[int, Any]]
    rights: Callable[[Any], str]
    #: Users → rights as they are now, without those who may not come in any more; a few queries for all.
    rights_now: Callable[[Collection[int]], Mapping[int, str]]
    #: What the clock alone has changed since this was last asked.
    by_clock: Callable[[], Sequence[Any]] | None = None
    #: (viewer, topic) → what it is about and by which name they are there; None when the topic is not theirs.
    present: Callable[[Any, str], tuple[Any, str] | None] | None = None
    #: (viewer, what it is about) → whether they may see it; no queries.
    may_hear: Callable[[Any, Any], bool] | None = None

    def viewer(self, user: Any) -> Any:
        """The viewer behind one user."""
        return self.viewers([user])[user.pk]

    def admit_all(self, asked: Sequence[tuple[Any, Sequence[str]]]) -> list[dict[str, Any]]:
        """For each viewer the topics among their names they may hear, each with its word of welcome."""
        admitted: list[dict[str, Any]] = [{} for _ in asked]
        for topic in self.topics:
            wanted = [[name for name in names if topic.pattern.fullmatch(name)] for _, names in asked]
            asking = [number for number, names in enumerate(wanted) if names]
            if asking:
                answers = topic.admit_all([(asked[number][0], wanted[number]) for number in asking])
                for number, answer in zip(asking, answers, strict=True):
                    admitted[number].update(answer)
        return admitted

    def admit(self, viewer: Any, names: Sequence[str]) -> dict[str, Any]:
        """The same for one viewer."""
        return self.admit_all([(viewer, names)])[0]

    def heard_by(self, abouts: Sequence[Any]) -> dict[str, list[tuple[Topic, Any]]]:
        """By the name of a topic what changes feed it, in their order, each once."""
        feeding: dict[str, list[tuple[Topic, Any]]] = {}
        seen: set[int] = set()
        for about in abouts:
            if about is None or id(about) in seen:
                continue
            seen.add(id(about))
            for topic in self.topics:
                name = topic.name(about)
                if name:
                    feeding.setdefault(name, []).append((topic, about))
        return feeding

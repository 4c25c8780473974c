"""Who has what before them, and who is writing: said by browsers every few seconds, held in memory, never stored.

A word lasts `LASTS` seconds. Whoever says one must be allowed to hear the topic at that moment; whoever is told must be
allowed to see what it is about. Held by the process that serves the streams, one on each host; what is said at
another host stands here too, until it is taken back there (`elsewhere.py`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from .page import Page, Saying, saying

LASTS = 30.0
#: So many are known at most; the next ones are answered and not held.
ROOM = 20_000
#: A body is a topic and a word.
BODY = 600
DOINGS = ("viewing", "replying", "gone", "look")


@dataclass(frozen=True)
class Word:
    """What a browser says: it is at `topic`, and `doing` what there. `tab` tells two tabs of one person apart."""

    topic: str
    doing: str
    tab: str


class Place(NamedTuple):
    """Whose word it is: of a person's tab, said to the stream of the host `at` ("": to this one)."""

    user_id: int
    tab: str
    at: str = ""


@dataclass(slots=True)
class Here:
    name: str
    doing: str
    until: float
    about: Any


def read_word(body: bytes) -> Word | None:
    """None when it is no word of presence."""
    try:
        given = parse_qs(body.decode("ascii"), max_num_fields=5)
    except ValueError:
        return None
    topic, doing, tab = (given.get(name, [""])[0] for name in ("topic", "doing", "tab"))
    if doing not in DOINGS or len(topic) > 120 or len(tab) > 24 or (not topic and doing != "look"):
        return None
    return Word(topic, doing, tab)


class Presence:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._lock = threading.Lock()
        self._here: dict[str, dict[Place, Here]] = {}

    def heard(self, viewer: Any, user_id: int, word: Word, at: str = "") -> Any:
        """Hold the word; what it is about when others should be told, else None. May ask the database.
        Raises LookupError when the topic is not theirs. One said `at` another host lasts until it is gone."""
        admitted = self._page.present(viewer, word.topic) if self._page.present else None
        if admitted is None:
            raise LookupError(word.topic)
        about, name = admitted
        place = Place(user_id, word.tab, at)
        until = math.inf if at else time.monotonic() + LASTS
        with self._lock:
            known = self._here.setdefault(word.topic, {})
            before = self._said(known)
            if word.doing == "gone":
                known.pop(place, None)
            elif place in known or sum(map(len, self._here.values())) < ROOM:
                known[place] = Here(name, word.doing, until, about)
            after = self._said(known)
            if not known:
                del self._here[word.topic]
        return about if before != after else None

    def goes_on(self, user_id: int, word: Word) -> bool:
        """Whether this page said the same a moment ago: then it is held for as long again, and nobody need be told."""
        with self._lock:
            before = self._here.get(word.topic, {}).get(Place(user_id, word.tab))
            if before is None or before.doing != word.doing or before.until < time.monotonic():
                return False
            before.until = time.monotonic() + LASTS
            return True

    def lapsed(self) -> list[tuple[str, Any]]:
        """(topic, what it is about) of those where somebody has not been heard of for too long."""
        now = time.monotonic()
        return self._dropped(lambda place, here: here.until < now)

    def taken_back(self, topic: str, place: Place) -> Any:
        """Drop that word, asking nobody; what it was about when others should be told, else None."""
        with self._lock:
            known = self._here.get(topic, {})
            before = self._said(known)
            gone = known.pop(place, None)
            after = self._said(known)
            if gone and not known:
                del self._here[topic]
        return gone.about if gone and before != after else None

    def lost(self, at: str) -> list[tuple[str, Any]]:
        """The same of those where somebody was whose host is not heard of any more."""
        return self._dropped(lambda place, here: place.at == at)

    def said_here(self) -> dict[tuple[int, str, str], str]:
        """What this host's own browsers have said and not taken back: (user, topic, tab) → what they are doing."""
        with self._lock:
            return {
                (place.user_id, topic, place.tab): here.doing
                for topic, known in self._here.items() for place, here in known.items() if not place.at
            }  # fmt: skip

    def _dropped(self, is_over: Callable[[Place, Here], bool]) -> list[tuple[str, Any]]:
        changed = []
        with self._lock:
            for topic, known in list(self._here.items()):
                gone = {place: here for place, here in known.items() if is_over(place, here)}
                for place in gone:
                    del known[place]
                if gone:
                    changed.append((topic, next(iter(gone.values())).about))
                if not known:
                    del self._here[topic]
        return changed

    def telling(self, topic: str, user_id: int) -> Saying:
        """Who else is there, for one listener: `who` is [[name, doing], …], one a person, at most eight."""
        with self._lock:
            others = self._said(self._here.get(topic, {}))
        who = [[name, doing] for user, (name, doing) in sorted(others.items()) if user != user_id]
        return saying("presence", ticket=topic.partition(":")[2], who=who[:8])

    def all_for(self, viewer: Any, user_id: int) -> Sequence[Saying]:
        """For a page that has just been drawn: everything this viewer may see somebody at."""
        with self._lock:
            abouts = {topic: next(iter(known.values())).about for topic, known in self._here.items()}
        may_hear = self._page.may_hear
        seen = [topic for topic, about in abouts.items() if may_hear is not None and may_hear(viewer, about)]
        return [self.telling(topic, user_id) for topic in seen[:200]]

    @staticmethod
    def _said(known: dict[Place, Here]) -> dict[int, tuple[str, str]]:
        """One word a person: writing in one tab counts before looking in another."""
        found: dict[int, tuple[str, str]] = {}
        for place, here in known.items():
            if found.get(place.user_id, ("", ""))[1] != "replying":
                found[place.user_id] = (here.name, here.doing)
        return found

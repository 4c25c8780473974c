"""Who has what before them, and who is writing: said by browsers every few seconds, held in memory, never stored.

A word lasts `LASTS` seconds. Whoever says one must be allowed to hear the topic at that moment; whoever is told must be
allowed to see what it is about. Held by the process that serves the streams: there is one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
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


@dataclass(slots=True)
class Here:
    user_id: int
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
        self._here: dict[str, dict[tuple[int, str], Here]] = {}

    def heard(self, viewer: Any, user_id: int, word: Word) -> Any:
        """Hold the word; what it is about when others should be told, else None. May ask the database.
        Raises LookupError when the topic is not theirs."""
        admitted = self._page.present(viewer, word.topic) if self._page.present else None
        if admitted is None:
            raise LookupError(word.topic)
        about, name = admitted
        key = (user_id, word.tab)
        with self._lock:
            known = self._here.setdefault(word.topic, {})
            before = self._said(known)
            if word.doing == "gone":
                known.pop(key, None)
            elif key in known or sum(map(len, self._here.values())) < ROOM:
                known[key] = Here(user_id, name, word.doing, time.monotonic() + LASTS, about)
            after = self._said(known)
            if not known:
                del self._here[word.topic]
        return about if before != after else None

    def goes_on(self, user_id: int, word: Word) -> bool:
        """Whether this page said the same a moment ago: then it is held for as long again, and nobody need be told."""
        key = (user_id, word.tab)
        with self._lock:
            before = self._here.get(word.topic, {}).get(key)
            if before is None or before.doing != word.doing or before.until < time.monotonic():
                return False
            before.until = time.monotonic() + LASTS
            return True

    def lapsed(self) -> list[tuple[str, Any]]:
        """(topic, what it is about) of those where somebody has not been heard of for too long."""
        now, changed = time.monotonic(), []
        with self._lock:
            for topic, known in list(self._here.items()):
                gone = {key: here for key, here in known.items() if here.until < now}
                for key in gone:
                    del known[key]
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
    def _said(known: dict[tuple[int, str], Here]) -> dict[int, tuple[str, str]]:
        """One word a person: writing in one tab counts before looking in another."""
        found: dict[int, tuple[str, str]] = {}
        for here in known.values():
            if found.get(here.user_id, ("", ""))[1] != "replying":
                found[here.user_id] = (here.name, here.doing)
        return found

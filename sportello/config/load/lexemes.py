"""Search vectors looked up instead of made: what PostgreSQL makes of a word is asked once, not at each of its places.

Making a vector three times an entry (Italian, English, plain) was the dearest thing of a load. A text's vector without
positions is the union of its words' vectors: the parser takes a text apart at spaces, and no dictionary of ours looks
further than a word. What was looked up is compared with what the product's own indexing makes (`checking.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection

from sportello.foundation.core.text import fold
from sportello.records.tickets.search_index import searchable

#: The lexemes of one word, each as it stands in a vector's binary form (`entered`).
Lexemes = frozenset[bytes]

_ASK = """
SELECT at, tsvector_to_array(
  to_tsvector('italian', text) || to_tsvector('english', text) || to_tsvector('simple', text)
)
FROM unnest(%s::text[]) WITH ORDINALITY AS of (text, at)
"""
_ADDRESS = re.compile(r"[a-z0-9.]+@[a-z.]+")
_PLAIN = re.compile(r"[a-z]*[0-9]+(?:[a-z0-9]+)?")  # digits, or letters and digits: themselves, in every configuration
_AMOUNT = re.compile(r"[0-9]+,[0-9]+")
_NUMBER = re.compile(r"[0-9]{4}-[0-9]+")
_AT_ONCE = 20_000


def entered(lexeme: str) -> bytes:
    """As a vector's binary form has it: its bytes, a zero, and that it has no positions (two bytes of zero)."""
    return lexeme.encode() + b"\0\0\0"


class Lexicon:
    """What words become; asked of the database for those it does not know yet."""

    def __init__(self) -> None:
        self._known: dict[str, Lexemes] = {}
        self._texts: dict[str, Lexemes] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Ask once for all of `words` that are not known."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            with connection.cursor() as cursor:
                cursor.execute(_ASK, [[searchable((word,)) for word in some]])
                for at, lexemes in cursor.fetchall():
                    self._known[some[at - 1]] = frozenset(map(entered, lexemes))

    def of(self, word: str) -> Lexemes:
        """Of one word as people wrote it."""
        found = self._known.get(word)
        if found is None:
            found = self._by_rule(fold(word.strip("[]«».,")))
        if found is None:
            self.learn([word])
            found = self._known[word]
        return found

    def of_all(self, text: str) -> Lexemes:
        """Of a text, word by word."""
        return frozenset().union(*map(self.of, text.split()))

    def of_again(self, text: str) -> Lexemes:
        """The same of a text that comes again and again."""
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = self.of_all(text)
        return found

    def _by_rule(self, word: str) -> Lexemes | None:
        """Of what occurs once and is not worth keeping; None where there is no rule."""
        if word.isalpha():
            return None
        if _PLAIN.fullmatch(word):
            return frozenset((entered(word),))
        if _NUMBER.fullmatch(word):
            year, serial = word.split("-")
            return frozenset(map(entered, (year, serial, f"-{serial}")))
        if _AMOUNT.fullmatch(word):
            return frozenset(map(entered, word.split(",")))
        if _ADDRESS.fullmatch(word):
            parts = re.split(r"[.@]", word)
            return frozenset((entered(word),)).union(*map(self.of, parts))
        return None

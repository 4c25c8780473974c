"""What people say in a chunk of tickets: texts ready for COPY, each with its lexemes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .lexemes import Lexemes, Lexicon
from .words import LANGUAGES, ODD, Words, order_number

#: Words drawn anew for each chunk, of which its texts are pieces: for a quarter of what is said.
_DRAWN = {"it": 24_000, "en": 6_000}
_NONE: Lexemes = frozenset()


@dataclass(frozen=True)
class Said:
    """`text` with line ends as COPY writes them; `lexemes` of all its words."""

    text: str
    lexemes: Lexemes


class Language:
    """One vocabulary with what PostgreSQL makes of each word; made once, shared by all chunks of a process."""

    def __init__(self, name: str, lexicon: Lexicon) -> None:
        self.name = name
        self._words = Words(name, random.Random(name))  # noqa: S311 - a text that repeats, no secret
        lexicon.learn(self._words.ranked)
        self._lexemes = [lexicon.of(word) for word in self._words.ranked]

    def drawn(self, chance: random.Random) -> tuple[list[str], list[Lexemes]]:
        """Words, and the lexemes of each."""
        ranks = self._words.ranks(_DRAWN[self.name], chance)
        return list(map(self._words.ranked.__getitem__, ranks)), list(map(self._lexemes.__getitem__, ranks))


class Speech:
    """Of one chunk, in all languages."""

    def __init__(self, languages: dict[str, Language], lexicon: Lexicon, chance: random.Random) -> None:
        self._lexicon, self._chance = lexicon, chance
        self._drawn = {name: language.drawn(chance) for name, language in languages.items()}

    def text(self, name: str) -> Said:
        """Paragraphs of 30 to 200 words, most of them short, as mails to an office are; in one of three something that
        stands in no vocabulary."""
        chance = self._chance
        length = min(200, 30 + int(chance.expovariate(1 / 45)))
        words, lexemes, first = self._piece(name, length)
        paragraphs, start, last = [], first, first + length
        while start < last:
            end = min(last, start + 15 + int(45 * chance.random()))
            paragraphs.append(" ".join(words[start:end]).capitalize())
            start = end
        odd = _NONE
        if chance.random() < 0.35:
            word = chance.choice(ODD)(chance)
            odd = self._lexicon.of(word)
            paragraphs[-1] += f" {word}"
        return Said(".\\n\\n".join(paragraphs) + ".", odd.union(*lexemes[first:last]))

    def line(self, name: str, least: int = 3, most: int = 9) -> Said:
        """A subject, or a sentence."""
        chance = self._chance
        length = chance.randint(least, most)
        words, lexemes, first = self._piece(name, length)
        text = " ".join(words[first : first + length]).capitalize()
        odd = _NONE
        if chance.random() < 0.08:
            number = order_number(chance)
            text, odd = f"{text} {number}", self._lexicon.of(number)
        return Said(text, odd.union(*lexemes[first : first + length]))

    def _piece(self, name: str, length: int) -> tuple[list[str], list[Lexemes], int]:
        """All that was drawn, and where a piece of it begins."""
        return *self._drawn[name], int((_DRAWN[name] - length) * self._chance.random())


def languages(lexicon: Lexicon) -> dict[str, Language]:
    return {name: Language(name, lexicon) for name in LANGUAGES}

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
        self.words = list(self._words.ranked)
        self.lexemes = [lexicon.of(word) for word in self.words]

    def drawn(self, chance: random.Random) -> list[int]:
        return self._words.ranks(_DRAWN[self.name], chance)


class Speech:
    """Of one chunk, in all languages."""

    def __init__(self, languages: dict[str, Language], lexicon: Lexicon, chance: random.Random) -> None:
        self._languages, self._lexicon, self._chance = languages, lexicon, chance
        self._drawn = {name: language.drawn(chance) for name, language in languages.items()}

    def text(self, name: str) -> Said:
        """Paragraphs of 30 to 200 words, most of them short, as mails to an office are; in one of three something that
        stands in no vocabulary."""
        chance, language = self._chance, self._languages[name]
        length = min(200, 30 + int(chance.expovariate(1 / 45)))
        ranks = self._piece(name, length)
        words, paragraphs, start = language.words, [], 0
        while start < length:
            end = min(length, start + 15 + int(45 * chance.random()))
            paragraphs.append(" ".join([words[rank] for rank in ranks[start:end]]).capitalize())
            start = end
        odd = _NONE
        if chance.random() < 0.35:
            word = chance.choice(ODD)(chance)
            odd = self._lexicon.of(word)
            paragraphs[-1] += f" {word}"
        return Said(".\\n\\n".join(paragraphs) + ".", odd.union(*[language.lexemes[rank] for rank in ranks]))

    def line(self, name: str, least: int = 3, most: int = 9) -> Said:
        """A subject, or a sentence."""
        language, chance = self._languages[name], self._chance
        ranks = self._piece(name, chance.randint(least, most))
        text = " ".join([language.words[rank] for rank in ranks]).capitalize()
        odd = _NONE
        if chance.random() < 0.08:
            number = order_number(chance)
            text, odd = f"{text} {number}", self._lexicon.of(number)
        return Said(text, odd.union(*[language.lexemes[rank] for rank in ranks]))

    def _piece(self, name: str, length: int) -> list[int]:
        start = int((_DRAWN[name] - length) * self._chance.random())
        return self._drawn[name][start : start + length]


def languages(lexicon: Lexicon) -> dict[str, Language]:
    return {name: Language(name, lexicon) for name in LANGUAGES}

"""Is a letter plain? Counts that can be shown to who writes, never a reason to refuse.

The Gulpease index (Lucisano and Piemontese, University of Rome "La Sapienza", 1988) is
`89 + (300 * sentences - 10 * letters) / words`, from 0 (hardest) to 100, made for Italian. Its published bands:
under 80 hard for who has primary school, under 60 for who has middle school, under 40 for who has high school.
Elsewhere than in Italian only sentences, acronyms and office words are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

LONGEST_SENTENCE: Final = 25  # words
_MOST_TELLING: Final = 20  # findings of a sort: more help nobody
_WORD: Final = re.compile(r"[^\W_]+")
_END: Final = re.compile(r"[.!?…]+(?=\s+[^\W\d_a-zà-ÿ]|\s*$)|\n\s*\n|\n(?=\s*[-•*]\s)")
_ABBREVIATED: Final = re.compile(
    r"\b(?:art|artt|dott|ssa|sig|sigg|ing|avv|prof|geom|n|nn|pag|lett|ecc|all|cfr|rif)$", re.I
)
_ACRONYM: Final = re.compile(r"\b[A-ZÀ-Þ]{2,8}\b")
_ROMAN: Final = re.compile(r"[IVXLCDM]+")


class Band(StrEnum):
    """Who reads the text without help. UNKNOWN: too short to tell, or not Italian."""

    EASY = "easy"  # 80 and over: primary school
    FAIR = "fair"  # 60 to 79: middle school
    HARD = "hard"  # 40 to 59: high school
    VERY_HARD = "very_hard"  # under 40
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Plainness:
    """`index`: Gulpease rounded to 0-100, None where the band is UNKNOWN. `long_sentences`: (text, its words),
    the longest first. `acronyms`: those whose meaning stands nowhere beside them, in order of appearance."""

    band: Band
    index: int | None
    words: int
    sentences: int
    letters: int
    long_sentences: tuple[tuple[str, int], ...]
    acronyms: tuple[str, ...]
    #: Office words (as written) and what people say instead, in order of appearance.
    jargon: tuple[tuple[str, str], ...] = ()


def check(text: str, language: str = "it") -> Plainness:
    """Count `text`; `language` is ISO 639-1. Equal texts give equal answers; empty ones no findings."""
    sentences = _sentences(text)
    words = _WORD.findall(text)
    letters = sum(letter.isalpha() for letter in text)
    index = None
    if language == "it" and len(words) >= 10:
        index = max(0, min(100, round(89 + (300 * len(sentences) - 10 * letters) / len(words))))
    lengths = [(one, len(_WORD.findall(one))) for one in sentences]
    long = sorted((pair for pair in lengths if pair[1] > LONGEST_SENTENCE), key=lambda pair: -pair[1])
    return Plainness(
        band=_band(index),
        index=index,
        words=len(words),
        sentences=len(sentences),
        letters=letters,
        long_sentences=tuple(long[:_MOST_TELLING]),
        acronyms=_unexpanded(text),
        jargon=_office_words(text, language),
    )


def _band(index: int | None) -> Band:
    if index is None:
        return Band.UNKNOWN
    if index >= 80:
        return Band.EASY
    if index >= 60:
        return Band.FAIR
    return Band.HARD if index >= 40 else Band.VERY_HARD


def _sentences(text: str) -> list[str]:
    """A point after an abbreviation ends nothing, nor does one before a small letter or a figure."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if end.group() == "." and _ABBREVIATED.search(text, max(start, end.start() - 8), end.start()):
            continue
        found.append(text[start : end.end()])
        start = end.end()
    found.append(text[start:])
    return [" ".join(one.split()) for one in found if _WORD.search(one)]


def _unexpanded(text: str) -> tuple[str, ...]:
    """An acronym is expanded where it, or its meaning, stands in brackets beside the other."""
    told: dict[str, None] = {}
    for found in _ACRONYM.finditer(text):
        name = found.group()
        if name in told or _ROMAN.fullmatch(name):
            continue
        told[name] = None
    expanded = {name for name in told if f"({name})" in text or f"{name} (" in text}
    return tuple(name for name in told if name not in expanded)[:_MOST_TELLING]


@cache
def _list() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath("jargon.yaml").read_text("utf-8"))
    return found


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """All the words of a language at once, the longest first: "ai sensi della" before "ai sensi"."""
    words = sorted(_list().get(language, {}), key=len, reverse=True)
    if not words:
        return None
    # what ends in an apostrophe runs into the next word
    ends = (re.escape(one) + ("" if one.endswith(("'", ".")) else r"\b") for one in words)
    return re.compile(r"\b(?:" + "|".join(ends) + ")", re.I)


def _office_words(text: str, language: str) -> tuple[tuple[str, str], ...]:
    pattern = _pattern(language)
    if pattern is None:
        return ()
    better = {name.casefold(): instead for name, instead in _list()[language].items()}
    found = {one.group().casefold(): one.group() for one in reversed(list(pattern.finditer(text.replace("’", "'"))))}
    told = [(written, better[key]) for key, written in reversed(found.items())]
    return tuple(told[:_MOST_TELLING])

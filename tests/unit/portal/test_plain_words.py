"""The portal speaks plainly: Gulpease 60 or better, and no word of our own trade.

Gulpease (GULP, Università La Sapienza, 1988): 89 + (300 × sentences − 10 × letters) ÷ words; 60 is easy to read
with a lower secondary school certificate.
"""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

import sportello.faces.portal

CATALOGUE = Path(sportello.faces.portal.__file__).parent / "locale/it/LC_MESSAGES/django.po"
_HOLDER = re.compile(r"%\(\w+\)[sd]")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
#: Shorter texts are labels: the index says nothing about them.
LONGER = 12
JARGON = ("ticket", "dispatch", "workflow", "team", "evadere", "suddett", "ai sensi", "usufruire", "effettuare")


def gulpease(text: str) -> float:
    plain = _HOLDER.sub("parola", text)
    words = _WORD.findall(plain)
    sentences = max(1, len([part for part in re.split(r"[.!?:;]+(?:\s|$)", plain) if part.strip()]))
    return 89 + (300 * sentences - 10 * sum(map(len, words))) / len(words)


def sentences() -> list[str]:
    entries = polib.pofile(str(CATALOGUE)).translated_entries()
    return [text for entry in entries for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())]


def test_the_measure_tells_plain_from_officialese() -> None:
    assert gulpease("Scriva il suo nome. Poi prema il pulsante.") > 80
    assert gulpease(
        "Si comunica che l'amministrazione procedente provvederà tempestivamente all'espletamento degli adempimenti"
        " conseguenti alla presentazione dell'istanza summenzionata"
    ) < 40


@pytest.mark.parametrize("text", [text for text in sentences() if len(_WORD.findall(text)) >= LONGER])
def test_long_sentences_are_easy(text: str) -> None:
    assert gulpease(text) >= 60, f"{gulpease(text):.0f}"


def test_the_catalogue_as_a_whole_is_easy() -> None:
    longer = [text for text in sentences() if len(_WORD.findall(text)) >= 5]
    assert gulpease(". ".join(text.rstrip(".") for text in longer)) >= 65


def test_no_jargon_and_always_lei() -> None:
    for text in sentences():
        assert not [word for word in JARGON if word in _HOLDER.sub("", text.lower())], text
        assert not re.search(r"\b(?:tuo|tua|tuoi|tue|clicca|scrivi|inserisci)\b", text.lower()), text


def test_nothing_is_left_in_english() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    assert not catalogue.untranslated_entries() and not catalogue.fuzzy_entries()

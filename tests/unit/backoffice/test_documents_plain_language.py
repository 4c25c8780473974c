"""Plain language: the index by its formula, sentences where they end, acronyms nobody explained."""

from __future__ import annotations

import pytest

from sportello.service.backoffice.documents.plain_language import Band, check


def test_index_is_the_formula() -> None:
    text = "Il cane mangia la mela rossa. Il gatto dorme sul letto."
    told = check(text)
    assert (told.words, told.sentences, told.letters) == (11, 2, 43)
    # 89 + (600 - 430) / 11 = 104.45, held to the top of the scale
    assert (told.index, told.band) == (100, Band.EASY)


def test_office_language_is_hard() -> None:
    text = (
        "Conseguentemente all'intervenuta presentazione dell'istanza concernente il riconoscimento dell'agevolazione "
        "tariffaria, l'amministrazione procedente comunicherà tempestivamente le determinazioni conclusive adottate."
    )
    assert check(text).band is Band.VERY_HARD


def test_points_that_end_nothing() -> None:
    assert check("Vedi l'art. 2 della legge e il sig. Rossi. Poi firma.").sentences == 2
    assert check("Costa 3.50 euro").sentences == 1


def test_long_sentences_come_longest_first() -> None:
    text = "Parola " * 30 + ". " + "Altra " * 40 + "."
    assert [count for _, count in check(text).long_sentences] == [40, 30]


@pytest.mark.parametrize(
    ("text", "acronyms"),
    [
        ("Chieda lo ISEE e la DSU.", ("ISEE", "DSU")),
        ("L'indicatore (ISEE) serve. Lo ISEE vale un anno.", ()),
        ("ISEE (indicatore della situazione economica) e capo II.", ()),
    ],
)
def test_acronyms_not_expanded(text: str, acronyms: tuple[str, ...]) -> None:
    assert check(text).acronyms == acronyms


def test_other_languages_and_nothing_have_no_band() -> None:
    assert check("The quick brown fox jumps over the lazy dog and goes home.", "en").band is Band.UNKNOWN
    assert check("").band is Band.UNKNOWN
    assert check("").sentences == 0


def test_office_words_are_told_with_what_people_say() -> None:
    told = check("Ai sensi dell’art. 2, si comunica che l'istanza della S.V. va presentata entro e non oltre lunedì.")
    assert told.jargon == (("Ai sensi dell'", "secondo"), ("si comunica che", "(dirlo e basta)"), ("istanza", "richiesta"),
                           ("entro e non oltre", "entro"))
    assert check("Pursuant to the rules, pay.", "en").jargon == (("Pursuant to", "under"),)
    assert check("Distanza e novembre.").jargon == ()
    assert check("Pursuant to", "de").jargon == ()

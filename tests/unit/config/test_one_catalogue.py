"""Catalogues merged say what Django's say, sentence by sentence, form by form."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import trans_real

from sportello.config.one_catalogue import Merged


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_sentence_and_every_form(language: str) -> None:
    spoken: Any = trans_real.DjangoTranslation(language)
    catalogue = spoken._catalog
    assert isinstance(catalogue, trans_real.TranslationCatalog)
    merged = Merged(catalogue)
    assert set(merged) == set(catalogue.keys())
    assert all(merged.get(key) == catalogue.get(key) for key in merged)
    assert merged.get("nobody says this") is None
    counted = {key[0] for key in merged if isinstance(key, tuple)}
    assert len(counted) > (20 if language == "it" else -1)
    for sentence in counted:
        for number in (0, 1, 2, 5, 1_000_000):
            assert merged.plural(sentence, number) == catalogue.plural(sentence, number)
    with pytest.raises(KeyError):
        merged.plural("nobody counts this", 1)


def test_of_two_the_last_that_was_merged_wins() -> None:
    def rule(number: int) -> int:
        return int(number != 1)

    parts: Any = SimpleNamespace(_catalogs=[{"a": "new", ("b", 0): "one b"}, {"a": "old", "c": "c", ("b", 0): "old b"}],
                                 _plurals=[rule, rule])  # fmt: skip
    merged = Merged(parts)
    assert (merged["a"], merged["c"], merged.plural("b", 1)) == ("new", "c", "one b")

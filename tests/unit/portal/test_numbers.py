"""Ticket numbers as people read them from paper and type them."""

import pytest

from sportello.faces.portal.numbers import normal_number


@pytest.mark.parametrize("typed", [
    "2026-0004213", " 2026-0004213 ", "2026/4213", "n. 2026-4213", "20260004213", "N° 2026 0004213", "2026–0004213",
    "2026-0004213.",
])
def test_every_way_of_writing_a_number_is_that_number(typed: str) -> None:
    assert normal_number(typed) == "2026-0004213"


@pytest.mark.parametrize("typed", [
    "", "buongiorno", "2026", "26-4213", "2026-12345678", "2026-0004213-9", "../etc/passwd", "0" * 60,
])
def test_what_is_not_a_number_is_none(typed: str) -> None:
    assert normal_number(typed) == ""

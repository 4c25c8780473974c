"""Whatever colour an organisation chooses, its accent can be read, on light and on dark paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.foundation.ui import colour

TOKENS = Path(colour.__file__).parent / "static" / "ui" / "css" / "tokens.css"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def tokens(scheme: str) -> dict[str, str]:
    """The custom properties of the first rule for `scheme`."""
    body = TOKENS.read_text().split(f"color-scheme: {scheme};", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


def test_contrast_is_that_of_the_standard() -> None:
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert colour.contrast("#fff", "#777") < 4.5


@given(COLOURS)
@settings(max_examples=150, deadline=None)
def test_any_accent_reads_on_every_paper_and_carries_readable_ink(chosen: str) -> None:
    css = colour.accent_css(chosen)
    made = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", css))
    assert all(colour.contrast(made["accent-light"], paper) >= 4.5 for paper in colour.LIGHT_PAPERS)
    assert all(colour.contrast(made["accent-dark"], paper) >= 4.5 for paper in colour.DARK_PAPERS)
    for theme in ("light", "dark"):
        for accent in (f"accent-{theme}", f"accent-{theme}-strong"):
            assert colour.contrast(made[accent], made[f"accent-{theme}-ink"]) >= 4.5
    # The portal's header is white on the light accent, in the dark theme too.
    assert colour.contrast(made["accent-light"], "#ffffff") >= 4.5


def test_a_readable_accent_is_left_as_the_organisation_chose_it() -> None:
    assert "--accent-light:#0055aa" in colour.accent_css("#0055aa")


def test_what_is_not_a_colour_gives_the_default_and_cannot_inject_rules() -> None:
    assert colour.accent_css("red;}body{display:none") == colour.accent_css(colour.DEFAULT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_inks_and_states_read_on_their_papers(scheme: str) -> None:
    found = tokens(scheme)
    for ink in ("ink", "ink-2", "ink-3"):
        for paper in ("paper", "paper-2", "paper-3", "raised"):
            assert colour.contrast(found[ink], found[paper]) >= 4.5, (ink, paper)
    for state in ("info", "ok", "warn", "danger"):
        assert colour.contrast(found[state], found[f"{state}-soft"]) >= 4.5, state
        assert colour.contrast(found[state], found["paper"]) >= 4.5, state
        assert colour.contrast(found["ink"], found[f"{state}-soft"]) >= 4.5, state
    assert colour.contrast(found["note-ink"], found["note"]) >= 4.5
    assert colour.contrast(found["danger-ink"], found["danger"]) >= 4.5
    # WCAG 2.2, 1.4.11: the border of a field is what shows that it is one.
    assert colour.contrast(found["line-strong"], found["raised"]) >= 3


def test_the_dark_values_are_the_same_by_device_and_by_choice() -> None:
    by_device, by_choice = re.findall(r"color-scheme: dark;(.*?)\}", TOKENS.read_text(), re.S)
    assert by_device.split() == by_choice.split()


def test_corrections_are_made_against_the_papers_of_the_tokens() -> None:
    text = TOKENS.read_text()
    for paper in (*colour.LIGHT_PAPERS, *colour.DARK_PAPERS):
        assert paper in text

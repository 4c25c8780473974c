"""What is printed: readable by a screen reader, the same twice, and never run as code."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from sportello.foundation.paper.typesetting import STANDARDS, Paper, PaperError, can_draw, typeset

SAMPLE = Path(__file__).with_name("sample.typ")
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DATA: dict[str, Any] = {
    "sender": "Comune di Roccaserena",
    "footer": "Pratica 2026-0000042",
    "facts": [["Numero", "2026-0000042"], ["Ricevuta il", "23 novembre 2026"]],
    "heading": "Messaggi",
    "head": ["Termine", "Scade"],
    "rows": [["Conclusione", "23 dicembre 2026"]],
    "entries": [{"head": "Maria Popescu", "words": "Buongiorno,\nla luce è spenta.\n\nGrazie"}],
}


def set_sample(language: str = "it", **more: Any) -> Paper:
    return typeset(SAMPLE, {**DATA, **more}, title="Ricevuta", language=language, at=MORNING)


def test_a_paper_is_tagged_titled_and_says_its_language() -> None:
    paper = set_sample()
    assert paper.standards == STANDARDS
    with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "it"
        assert bool(pdf.Root.MarkInfo.Marked) and "/StructTreeRoot" in pdf.Root
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as said:
            assert said["dc:title"] == "Ricevuta"
            assert said["pdfaid:part"] == "2" and said["pdfaid:conformance"] == "A"
            assert said["pdfuaid:part"] == "1"


def test_the_same_words_give_the_same_bytes() -> None:
    assert set_sample().pdf == set_sample().pdf


def test_what_people_write_is_printed_and_never_run() -> None:
    hostile = '#panic("x") $1/0$ #import "/etc/passwd" *a* \\ ] ) } <b> @nobody ```'
    paper = set_sample(entries=[{"head": hostile, "words": hostile * 3}], footer=hostile, sender=hostile)
    assert paper.standards == STANDARDS


def test_control_characters_and_lone_surrogates_do_not_stop_the_press() -> None:
    assert set_sample(heading="a\x00b\x1b\ud800c").pdf.startswith(b"%PDF")


def test_a_letter_without_a_font_is_told_not_lost() -> None:
    paper = set_sample(heading="\U0001f9ff \ue000 \U000e0041")
    assert paper.pdf.startswith(b"%PDF") and paper.standards in ((), STANDARDS)


def test_a_wrong_template_is_our_fault_and_says_so(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.typ"
    wrong.write_text("#unknown-word()")
    with pytest.raises(PaperError):
        typeset(wrong, {}, title="t", language="it", at=MORNING)


def test_a_picture_is_shown_and_what_is_none_is_told() -> None:
    """A logo is bytes, not text: the compiler takes it another way."""
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (40, 20), "#0066cc").save(drawn, "PNG")
    assert can_draw("logo.png", drawn.getvalue()) and not can_draw("logo.png", drawn.getvalue()[:40])
    paper = typeset(SAMPLE, {**DATA, "logo": "logo.png"}, title="Ricevuta", language="it", at=MORNING,
                    pictures={"logo.png": drawn.getvalue()})
    assert paper.standards == STANDARDS
    with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
        assert len(list(pdf.pages[0].images)) == 1
    again = typeset(SAMPLE, {**DATA, "logo": "logo.png"}, title="Ricevuta", language="it", at=MORNING,
                    pictures={"logo.png": drawn.getvalue()})
    assert again.pdf == paper.pdf

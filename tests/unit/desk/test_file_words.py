"""What a colleague is told of a file before opening it."""

from __future__ import annotations

import pytest
from django.utils import translation

from sportello.faces.desk.file_words import type_word, warning
from sportello.foundation.files.sniff import content_type

PROGRAM, PAGE, PDF = b"MZ\x90\x00\x03", b"<!doctype html><script>1</script>", b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("name", "content", "warned"),
    [
        ("fattura.pdf.exe", PROGRAM, "program"),
        ("fattura.pdf", PROGRAM, "program"),
        ("fattura.pdf", PAGE, "not what its name says"),
        ("foto.JPG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "not what its name says"),
        ("Leggimi.JS ", b"alert(1)", "program"),
        ("listino.xlsm", b"PK\x03\x04x", "macros"),
        ("fattura.pdf", PDF, ""),
        ("fattura.pdf.p7m", b"\x30\x82\x01\x00", ""),
        ("scansione.pdf", b"\x00\x01junk%PDF-1.7", ""),
        ("pagina.html", PAGE, ""),
        ("protetto.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
        ("", b"", ""),
        ("senza punto", b"parole", ""),
    ],
)
def test_who_should_think_before_opening(name: str, content: bytes, warned: str) -> None:
    with translation.override("en"):
        said = warning(name, content_type(content))
    assert warned in said if warned else said == ""


def test_types_in_words() -> None:
    with translation.override("it"):
        assert type_word("application/x-msdownload") == "programma"
        assert type_word("image/png") == "immagine (PNG)"
        assert type_word("application/vnd.openxmlformats-officedocument.wordprocessingml.document") == "document"

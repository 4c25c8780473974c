"""Paper: a PDF from one of our own templates and plain data.

Templates are Typst files beside the room that owns them. What people wrote reaches them only as data
(`data.json`), never as Typst source: a text that looks like code is printed as it is.

PDF/UA-1 (ISO 14289-1) with PDF/A-2a (ISO 19005-2) where the fonts have every letter; a text in a script that
no font here has is set all the same, without the two promises, and `Paper.standards` says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

STANDARDS: Final = ("ua-1", "a-2a")
_HOUSE: Final = Path(__file__).with_name("house.typ")
#: What PDF and Typst refuse in any text, and nobody can read.
_CONTROL: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class PaperError(Exception):
    """The template itself is wrong: ours to mend, never the fault of what people wrote."""


@dataclass(frozen=True)
class Paper:
    """`standards`: what the document keeps, of STANDARDS; empty where a letter had no font."""

    pdf: bytes
    standards: tuple[str, ...]


def typeset(
    template: Path,
    data: Mapping[str, Any],
    *,
    title: str,
    language: str,
    at: datetime,
    pictures: Mapping[str, bytes] | None = None,
) -> Paper:
    """Set `template` with `data` (JSON values), in `language` (ISO 639-1), dated `at` (aware).

    The template begins with `#import "house.typ": *` and reads its data with `#let d = json("data.json")`, where
    `d.title` and `d.language` are added. `pictures` are files it may show, by name (PNG, JPEG or SVG). Equal
    arguments give equal bytes. Raises PaperError when the template is wrong.
    """
    written = {**data, "title": title, "language": language}
    sources: dict[str, bytes] = {
        "main.typ": template.read_bytes(),
        "house.typ": _HOUSE.read_bytes(),
        "data.json": json.dumps(_clean(written), ensure_ascii=False).encode(),
        **(pictures or {}),
    }
    stamp = int(at.timestamp())
    try:
        return Paper(_compiled(sources, stamp, STANDARDS), STANDARDS)
    except typst.TypstError as strict:
        try:
            return Paper(_compiled(sources, stamp, ()), ())
        except typst.TypstError:
            raise PaperError(str(strict)) from strict


def _compiled(sources: dict[str, bytes], stamp: int, standards: tuple[str, ...]) -> bytes:
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its types do not know that sources may be a dict
        sources,
        format="pdf",
        font_paths=[_fonts()],
        timestamp=stamp,
        pdf_standards=list(standards),
    )
    return pdf


@cache
def _fonts() -> str:
    """The fonts the screens use too; scripts they lack are taken from the machine's own."""
    return str(files("bootstrap_italia_template") / "static" / "fonts" / "Titillium_Web")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_CONTROL).encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {str(key): _clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one) for one in value]
    return value

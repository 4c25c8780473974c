"""Paper: a PDF from one of our own templates and plain data.

Templates are Typst files beside the room that owns them. What people wrote reaches them only as data
(`data.json`), never as Typst source: a text that looks like code is printed as it is.

PDF/UA-1 (ISO 14289-1) with PDF/A-2a (ISO 19005-2) where the fonts have every letter; a text in a script that
no font here has is set all the same, without the two promises, and `Paper.standards` says so.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

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
    import typst  # here: what most processes never use is not in their memory

    sources = _sources(template, data, title, language, pictures)
    stamp = int(at.timestamp())
    try:
        return Paper(_compiled(sources, stamp, STANDARDS), STANDARDS)
    except typst.TypstError as strict:
        try:
            return Paper(_compiled(sources, stamp, ()), ())
        except typst.TypstError:
            raise PaperError(str(strict)) from strict


def pictures_of(
    template: Path,
    data: Mapping[str, Any],
    *,
    title: str,
    language: str,
    at: datetime,
    pictures: Mapping[str, bytes] | None = None,
) -> list[bytes]:
    """The pages of `typeset` as PNG pictures, to be looked at on a screen before anything is issued."""
    sources = _sources(template, data, title, language, pictures)
    import typst  # here: what most processes never use is not in their memory

    try:
        drawn = _run(sources, format="png", ppi=110.0, timestamp=int(at.timestamp()))
    except typst.TypstError as error:
        raise PaperError(str(error)) from error
    return drawn if isinstance(drawn, list) else [drawn]


def can_draw(name: str, picture: bytes) -> bool:
    """Whether a file is a picture a template can show: looked at before somebody's letters depend on it."""
    template = f'#set page(width: 4cm, height: 4cm)\n#image("{name}", width: 1cm, alt: "-")'.encode()
    import typst  # here: what most processes never use is not in their memory

    try:
        _run({"main.typ": template, name: picture}, format="png", ppi=20.0, timestamp=0)
    except typst.TypstError:
        return False
    return True


def _sources(
    template: Path, data: Mapping[str, Any], title: str, language: str, pictures: Mapping[str, bytes] | None
) -> dict[str, bytes]:
    written = {**data, "title": title, "language": language}
    return {
        "main.typ": template.read_bytes(),
        "house.typ": _HOUSE.read_bytes(),
        "data.json": json.dumps(_clean(written), ensure_ascii=False).encode(),
        **(pictures or {}),
    }


def _compiled(sources: dict[str, bytes], stamp: int, standards: tuple[str, ...]) -> bytes:
    made = _run(sources, format="pdf", timestamp=stamp, pdf_standards=list(standards))
    return made if isinstance(made, bytes) else b"".join(made)


def _run(sources: dict[str, bytes], **options: Any) -> bytes | list[bytes]:
    """In memory where every file is text; pictures are bytes, which the compiler takes only from a folder."""
    import typst  # here: what most processes never use is not in their memory

    if all(_is_text(content) for content in sources.values()):
        return _bytes(typst.compile(sources, font_paths=[_fonts()], **options))
    with tempfile.TemporaryDirectory(prefix="sportello-paper-") as folder:
        for name, content in sources.items():
            Path(folder, name).write_bytes(content)
        return _bytes(typst.compile(str(Path(folder, "main.typ")), root=folder, font_paths=[_fonts()], **options))


def _bytes(made: Any) -> bytes | list[bytes]:
    found: bytes | list[bytes] = made
    return found


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


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

"""A CSV file as rows of text, whatever program wrote it. Pure.

Spreadsheets of Italian offices write Windows-1252 with semicolons, others UTF-8 with commas or tabs; RFC 4180 tells
neither.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sportello.foundation.core.text import fold, one_line

ENCODINGS = ("utf-8-sig", "utf-8", "utf-16", "cp1252")
DELIMITERS = (";", ",", "\t", "|")
MOST_ROWS = 200_000
MOST_BYTES = 30 * 1024 * 1024
_MOST_COLUMNS = 200
_SAMPLE = 60
#: What `safe_cell` puts before a sign a spreadsheet would calculate with.
_CALCULATES = ("=", "+", "-", "@", "\t", "\r")


class NotATable(ValueError):
    """The file cannot be read as a table; `code` of `words.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Table:
    """`head` holds the first line; `lines` are (number in the file, cells), without empty ones."""

    head: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def guess_encoding(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def guess_delimiter(text: str) -> str:
    """The one that cuts the first lines into the same number of columns, and the most of them."""
    sample = "\n".join(text.splitlines()[:_SAMPLE])

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for _line, row in _rows(sample, delimiter) if any(cell.strip() for cell in row)]
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths), widths[0])

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] else ";"


def decode(content: bytes, encoding: str) -> str:
    """The text; signs the encoding does not know become U+FFFD and are seen, never a failure."""
    return content.decode(encoding if encoding in ENCODINGS else "utf-8", "replace").replace("\x00", "")


def read(content: bytes, encoding: str, delimiter: str) -> Table:
    """The whole file. Raises NotATable for one that is empty, has one line only, or is too long."""
    if len(content) > MOST_BYTES:
        raise NotATable("too_large")
    lines: list[tuple[int, tuple[str, ...]]] = []
    head: tuple[str, ...] | None = None
    for number, row in _rows(decode(content, encoding), delimiter):
        if not any(cell.strip() for cell in row):
            continue
        cells = tuple(unguarded(cell) for cell in row[:_MOST_COLUMNS])
        if head is None:
            head = cells
        else:
            lines.append((number, cells))
        if len(lines) > MOST_ROWS:
            raise NotATable("too_many_rows")
    if head is None or not lines:
        raise NotATable("no_rows")
    return Table(tuple(one_line(cell, 100) for cell in head), tuple(lines))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on: a cell may hold line ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    began = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # a cell beyond the limit: some other kind of file
            raise NotATable("not_a_table") from error
        yield began, row
        began = reader.line_num + 1


def guess_mapping(head: tuple[str, ...], names: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Field → column, by the words people put above columns; each column serves one field."""
    folded = [fold(cell).replace("_", " ").replace("-", " ").replace(".", " ").strip() for cell in head]
    mapping: dict[str, int] = {}
    for exact in (True, False):
        for field, words in names.items():
            if field in mapping:
                continue
            for column, title in enumerate(folded):
                if column in mapping.values() or not title:
                    continue
                if title in words if exact else any(len(word) > 3 and word in title for word in words):
                    mapping[field] = column
                    break
    return mapping


def safe_cell(value: object) -> str:
    """A cell no spreadsheet takes for a formula (OWASP "CSV Injection"): an apostrophe before the sign."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_CALCULATES) else text


def unguarded(cell: str) -> str:
    """The value behind `safe_cell`'s apostrophe: what we exported comes back as it was."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(_CALCULATES) else text

"""A CSV file as rows of text, whatever program wrote it. Pure.

Spreadsheets of Italian offices write Windows-1252 with semicolons, others UTF-8 with commas or tabs; RFC 4180 tells
neither.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
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


#: A line of the file: its number in it, its cells.
Line = tuple[int, tuple[str, ...]]


class NotATable(ValueError):
    """The file cannot be read as a table; `code` of `words.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Table:
    """`head` holds the first line; `lines` are (number in the file, cells), without empty ones."""

    head: tuple[str, ...]
    lines: tuple[Line, ...]


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
        cut = _rows(io.StringIO(sample, newline=""), delimiter)
        widths = [len(row) for _line, row in cut if any(cell.strip() for cell in row)]
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths), widths[0])

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] else ";"


def decode(content: bytes, encoding: str) -> str:
    """The text; signs the encoding does not know become U+FFFD and are seen, never a failure."""
    return content.decode(encoding if encoding in ENCODINGS else "utf-8", "replace").replace("\x00", "")


@dataclass(frozen=True)
class Look:
    """What a page shows of a file before it is taken: the first lines, and how many there are in all."""

    head: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    total: int


def read(content: bytes, encoding: str, delimiter: str) -> Table:
    """The whole file. Raises NotATable for one that is empty, has one line only, or is too long."""
    numbered = rows(content, encoding, delimiter)
    head = _head(numbered)
    lines = tuple(numbered)
    if not lines:
        raise NotATable("no_rows")
    return Table(head, lines)


def look(content: bytes, encoding: str, delimiter: str, shown: int = 3) -> Look:
    """Head, first lines and number of lines, none but the first kept. Raises NotATable as `read`."""
    numbered = rows(content, encoding, delimiter)
    head = _head(numbered)
    sample = tuple(cells for _number, cells in itertools.islice(numbered, shown))
    total = len(sample) + sum(1 for _line in numbered)
    if not total:
        raise NotATable("no_rows")
    return Look(head, sample, total)


def _head(numbered: Iterator[Line]) -> tuple[str, ...]:
    _number, cells = next(numbered, (0, ()))
    return tuple(one_line(cell, 100) for cell in cells)


def rows(content: bytes, encoding: str, delimiter: str) -> Iterator[Line]:
    """The head, then each line that is not empty, one at a time: a long file is never in memory as rows.

    Raises NotATable, while it is read, for what is too long or no table.
    """
    if len(content) > MOST_BYTES:
        raise NotATable("too_large")
    written = encoding if encoding in ENCODINGS else "utf-8"
    text = io.TextIOWrapper(io.BytesIO(content), encoding=written, errors="replace", newline="")
    count = 0
    for number, row in _rows((line.replace("\x00", "") for line in text), delimiter):
        if not any(cell.strip() for cell in row):
            continue
        if count > MOST_ROWS:
            raise NotATable("too_many_rows")
        count += 1
        yield number, tuple(unguarded(cell) for cell in row[:_MOST_COLUMNS])


def _rows(text: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on: a cell may hold line ends."""
    reader = csv.reader(text, delimiter=delimiter)
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

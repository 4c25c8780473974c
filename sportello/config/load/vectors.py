"""Rows of search in COPY's binary form: a vector of a hundred words read as text was a third of what its row cost."""

from __future__ import annotations

import struct
from typing import Any

from sportello.records.tickets.models import SearchRow

from .lexemes import Lexemes, entered

#: Beyond the four numbers each row has, in this order. Any other column would have to be given here.
_COLUMNS = ("organisation_id", "entry_id", "ticket_id", "team_id", "sensitivity", "visibility", "words")
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
#: How many columns; then length and value of each number, big-endian as COPY wants it.
_NUMBERS = struct.Struct("!hiqiqiqiq")
#: Bytes of the vector, and how many lexemes it has.
_VECTOR = struct.Struct("!iI")


class Found:
    """Those of one organisation to come. The database sorts the lexemes of each vector; none stands in it twice."""

    def __init__(self, organisation_id: int) -> None:
        table = SearchRow._meta
        columns = {str(field.column) for field in table.concrete_fields if not field.primary_key}
        if columns != set(_COLUMNS):
            raise ValueError(f"{table.db_table} has other columns now: {sorted(columns ^ set(_COLUMNS))}")
        self.table = table.db_table
        self._organisation_id = organisation_id
        self._owned = entered(f"org:{organisation_id}")
        self._rows: list[bytes] = []
        self._words = {name: _text(name) + _text("public") for name in ("normal", "team", "named")}

    def add(self, entry_id: int, ticket_id: int, team_id: int, sensitivity: str, lexemes: Lexemes) -> None:
        """Keep a row; the organisation becomes a lexeme of it."""
        vector = b"".join(lexemes) + self._owned
        numbers = _NUMBERS.pack(7, 8, self._organisation_id, 8, entry_id, 8, ticket_id, 8, team_id)
        size = _VECTOR.pack(len(vector) + 4, len(lexemes) + 1)
        self._rows.append(numbers + self._words[sensitivity] + size + vector)

    @property
    def waiting(self) -> int:
        return len(self._rows)

    def write(self, cursor: Any) -> None:
        """COPY what was added."""
        if not self._rows:
            return
        names = ", ".join(f'"{column}"' for column in _COLUMNS)
        with cursor.copy(f'COPY "{self.table}" ({names}) FROM STDIN (FORMAT BINARY)') as copy:
            copy.write(b"".join((_HEAD, *self._rows, _END)))
        self._rows = []


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!i", len(raw)) + raw

"""The statements the flows ask of the newest PostgreSQL, kept so that the oldest can be asked the same ones.

`SPORTELLO_TEST_STATEMENTS=folder`: each file of `tests/flows` leaves there one of each form of statement it asked in this
process and was answered, with the values it was asked with. `test_oldest.py` reads them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

WHERE = "SPORTELLO_TEST_STATEMENTS"
#: Others tell the server how to behave, or are the transactions themselves: every flow that runs asks those.
ASKS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH)\b", re.IGNORECASE)
#: The same statement with more values in a list is the same statement.
LISTS = re.compile(r"%s(?:, ?%s)+|\((?:%s(?:, )?)+\)(?:, \((?:%s(?:, )?)+\))+")


def folder() -> Path | None:
    said = os.environ.get(WHERE, "")
    return Path(said) if said else None


class Kept:
    """form → one statement of that form, with its values."""

    def __init__(self) -> None:
        self.statements: dict[str, str] = {}

    def keep(self, cursor: Any, query: Any, params: Any) -> None:
        text = query.decode() if isinstance(query, bytes) else query if isinstance(query, str) else query.as_string(None)
        form = LISTS.sub("%s, ...", text)
        if form not in self.statements and ASKS.match(text):
            self.statements[form] = psycopg.ClientCursor(cursor.connection).mogrify(query, params)


@contextmanager
def kept() -> Iterator[Kept]:
    """Whatever is asked through psycopg meanwhile, and answered."""
    found, execute = Kept(), psycopg.Cursor.execute

    def listening(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        answer = execute(self, query, params, **more)
        found.keep(self, query, params)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", listening)
        yield found


@pytest.fixture(scope="module", autouse=True)
def _statements_of_this_file(request: pytest.FixtureRequest) -> Iterator[None]:
    where = folder()
    if where is None or os.environ.get("SPORTELLO_TEST_PG"):
        yield
        return
    with kept() as found:
        yield
    where.mkdir(exist_ok=True)
    file = where / f"{request.path.stem}.json"
    # a file's tests that commit are asked after the others, and not with them
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(found.statements | before))

"""PostgreSQL 15 understands every statement that the flows asked of 18, on tables its own migrations made.

Run by `scripts/test` after the flows: it parses and plans each statement with the values it was asked with, and executes
none. What a server of 15 answers is proved by the flows that run on it (`OLDEST` in conftest.py).
"""

from __future__ import annotations

import json
import os

import pytest
from django.db import Error, connection, transaction

from tests import statements

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(statements.folder() is None or not os.environ.get("SPORTELLO_TEST_PG"), reason="asked by scripts/test"),
]
#: What Django words as the server's version wants it: on 15 without the standard's words of 16. The flows that run on 15 ask
#: it in 15's words (the timeline of a ticket, who is blocked).
BY_VERSION = "NULL ON NULL RETURNING JSONB"
#: Fewer would be a run of some files only: nothing is proved of the rest.
AT_LEAST = 1_500


def test_it_understands_whatever_the_flows_ask() -> None:
    where = statements.folder()
    assert where is not None
    asked: dict[str, str] = {}
    for file in where.glob("*.json"):
        asked |= json.loads(file.read_text())
    assert len(asked) >= AT_LEAST, len(asked)
    wrong: list[str] = []
    with connection.cursor() as cursor:
        for form, statement in asked.items():
            if BY_VERSION in form:
                continue
            try:
                with transaction.atomic():
                    cursor.execute(f"EXPLAIN {statement}")
            except Error as said:
                wrong.append(f"{str(said).splitlines()[0]}: {form[:300]}")
    assert wrong == [], f"{len(wrong)} of {len(asked)}:\n" + "\n".join(wrong)

"""What other systems know of a customer. Asked when a colleague looks, kept for a while with its "as of", never
believed more than that: an answer that fails leaves the last one in sight and says so.

A target inside the house is refused unless who runs the installation allowed its host (`SPORTELLO_SIDE_HOSTS`): see
`foundation/core/calling.py`.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sportello.foundation.core.calling import CallFailure, call
from sportello.foundation.core.text import one_line
from sportello.foundation.tenancy import clock

from . import identities
from .importing import table
from .models import Customer, Identity, SideRow, SideSource
from .queries import together

SECONDS = 3.0
MOST_BYTES = 256 * 1024
MOST_ROWS = 20
#: Names of hosts inside the house that may be asked, parted by commas.
HOSTS = "SPORTELLO_SIDE_HOSTS"
MOST_KEYS = 12
#: A token is read from the environment under such a name only: a form must not be able to send any other secret away.
TOKEN_NAME = re.compile(r"SPORTELLO_SIDE_[A-Z0-9_]{1,40}")


class SideFailure(Exception):
    """`code` of `side_words.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class SideAnswer:
    """`rows` as `[(label, text), …]` each; `failure` is a code, with the rows of last time where there are some."""

    source: SideSource
    rows: list[list[tuple[str, str]]]
    as_of: datetime | None = None
    failure: str = ""


def side_of(customer: Customer) -> list[SideAnswer]:
    """Every source's answer for the customer; at most four sources are asked, each for at most `SECONDS`."""
    sources = SideSource.objects.filter(organisation=customer.organisation_id, is_on=True).order_by("pk")[:4]
    ids = together(customer)
    answers: list[SideAnswer] = []
    for source in sources:
        known = Identity.objects.filter(customer__in=ids, sort=source.key)
        values = list(known.order_by("-added_at", "-pk").values_list("value", flat=True)[:3])
        if values:
            answers.append(_answer(source, values, customer))
    return answers


def _answer(source: SideSource, values: list[str], customer: Customer) -> SideAnswer:
    now = clock.now(customer.organisation)
    kept = {row.value: row for row in SideRow.objects.filter(source=source, value__in=values)}
    failure = ""
    if source.sort == SideSource.Sort.HTTP:
        fresh = now - timedelta(minutes=source.cache_minutes)
        for value in values[:1]:
            row = kept.get(value)
            if row is not None and fresh <= row.as_of <= now:
                continue
            try:
                rows = ask(source, value)
            except SideFailure as error:
                failure = error.code
                continue
            kept[value], _made = SideRow.objects.update_or_create(
                source=source, value=value,
                defaults={"organisation_id": source.organisation_id, "rows": rows, "as_of": now})
    found = [line for value in values if value in kept for line in kept[value].rows]
    shown = [_shown(line, source.shown) for line in found[:MOST_ROWS]]
    oldest = min((row.as_of for row in kept.values()), default=source.as_of)
    return SideAnswer(source, shown, oldest, failure)


def _shown(line: dict[str, str], wanted: list[str]) -> list[tuple[str, str]]:
    keys = [key for key in wanted if key in line] if wanted else list(line)
    return [(key, line[key]) for key in keys[:MOST_KEYS]]


def ask(source: SideSource, value: str) -> list[dict[str, str]]:
    """Ask over HTTP(S); no redirect is followed. Raises SideFailure."""
    url = source.url.replace("{value}", quote(value, safe=""))
    headers = {"Accept": "application/json"}
    if source.token_name and TOKEN_NAME.fullmatch(source.token_name):
        headers["Authorization"] = f"Bearer {os.environ.get(source.token_name, '')}"
    try:
        answer = call("GET", url, headers, allowed=HOSTS, seconds=SECONDS, most_bytes=MOST_BYTES)
    except CallFailure as failure:
        raise SideFailure(failure.code) from None
    if answer.status == 404:
        return []
    if answer.status != 200:
        raise SideFailure("refused")
    return flat_rows(answer.content)


def flat_rows(content: bytes) -> list[dict[str, str]]:
    """A JSON object, a list of them, or an object that holds one list, as flat texts. Raises SideFailure."""
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise SideFailure("not_understood") from None
    if isinstance(found, dict):
        lists = [one for one in found.values() if isinstance(one, list)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list):
        raise SideFailure("not_understood")
    rows = [one for one in found if isinstance(one, dict)]
    return [{one_line(str(key), 60): _text(value) for key, value in list(row.items())[:40]} for row in rows[:MOST_ROWS]]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return one_line(json.dumps(value, ensure_ascii=False), 200)
    return one_line(str(value), 200)


def bring_in(source: SideSource, content: bytes) -> int:
    """Replace a CSV source's rows by those of a file, whose first column is the key. How many values. Raises NotATable.
    """
    encoding = table.guess_encoding(content)
    found = table.read(content, encoding, table.guess_delimiter(table.decode(content, encoding)))
    rows: dict[str, list[dict[str, str]]] = {}
    for _number, cells in found.lines:
        value = identities.normal(source.key, cells[0])
        if value and len(rows.setdefault(value, [])) < MOST_ROWS:
            rows[value].append(dict(zip(found.head[1:41], (one_line(cell, 200) for cell in cells[1:41]), strict=False)))
    now = clock.now(source.organisation)
    SideRow.objects.filter(source=source).delete()
    SideRow.objects.bulk_create(
        (SideRow(organisation_id=source.organisation_id, source=source, value=value, rows=lines, as_of=now)
         for value, lines in rows.items()), batch_size=1_000)
    source.as_of = now
    source.save(update_fields=["as_of"])
    return len(rows)

"""A regression bench without a clock: what every page asks of the database and sends, what a reply and a mail cost.

Counts do not depend on the machine, so the last ones stand in `bench/counts.toml` and the run fails when one grows. Who has
a reason for it writes them anew with `SPORTELLO_WRITE_COUNTS=1`, and the commit tells the reason. `bench/budgets.toml` says
what may never be passed.
"""

from __future__ import annotations

import gzip
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import intake
from sportello.service.channels.mailkit import tokens
from tests.cast import Cast
from tests.desk_work import lay_out
from tests.flows.mail_fixtures import URP, letter, stored

from .permission_asking import scene_for_a_module
from .permission_pages import lines_of_pages
from .permission_scene import Scene

BENCH = Path(__file__).resolve().parents[2] / "bench"
KEPT = BENCH / "counts.toml"
BUDGETS: dict[str, dict[str, int]] = tomllib.loads((BENCH / "budgets.toml").read_text())
WRITES = os.environ.get("SPORTELLO_WRITE_COUNTS", "") == "1"
#: Codes, instants and names of the day make a page a little longer or shorter.
SLACK = 1.03
#: It lists what this process has seen slow, which is the machine's doing.
TELLS_OF_THE_MACHINE = {"desk:installation"}
HEAD = """# What pages, replies and mails cost: statements, and bytes as gzip sends them. Made by tests/architecture/test_counts.py,
# which fails when one grows; SPORTELLO_WRITE_COUNTS=1 writes it anew.
"""
_ENDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")

Counts = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    yield from scene_for_a_module(django_db_blocker, quick=False)


@contextmanager
def statements() -> Iterator[Callable[[], int]]:
    """How many were asked in the block, but for those that open and end transactions."""
    with CaptureQueriesContext(connection) as asked:
        yield lambda: sum(not one["sql"].lstrip().upper().startswith(_ENDS) for one in asked.captured_queries)


def compare(section: str, now: dict[str, int], slack: float = 1.0) -> None:
    """Fails where something grew or is new; with SPORTELLO_WRITE_COUNTS the section is written instead."""
    kept: Counts = tomllib.loads(KEPT.read_text()) if KEPT.exists() else {}
    if WRITES:
        kept[section] = now
        KEPT.write_text(HEAD + "".join(_section(name, kept[name]) for name in sorted(kept)))
        return
    before = kept[section]
    grown = [
        f"{name}: {before[name]} before, {count} now" if name in before else f"{name}: {count}, and none kept"
        for name, count in now.items()
        if count > before.get(name, -1) * slack
    ]
    assert not grown, f"{section} grew, see the head of {KEPT.name}:\n" + "\n".join(grown)
    gone = before.keys() - now.keys()
    assert not gone, f"{section} of what is there no more: {sorted(gone)}"


def _section(name: str, counts: dict[str, int]) -> str:
    return f"\n[{name}]\n" + "".join(f'"{one}" = {count}\n' for one, count in sorted(counts.items()))


def test_every_page(scene: Scene) -> None:
    """Each asked twice by who may see it: the first time a process learns what it then knows."""
    asked, size, client = {}, {}, Client()
    for line, person, address in lines_of_pages(scene):
        with scene.question():
            client.cookies = scene.cookies[person].copy()
            client.get(address)
            with statements() as count:
                response = client.get(address)
            asked[line.name] = max(count(), asked.get(line.name, 0))
            if response.status_code == 200 and not response.streaming and line.name not in TELLS_OF_THE_MACHINE:
                content = len(gzip.compress(response.content, 6, mtime=0))
                size[line.name] = max(content, size.get(line.name, 0))
    assert len(asked) > 200, "the table has that many"
    compare("page_queries", asked)
    compare("page_bytes", size, SLACK)
    assert asked["desk:list"] <= BUDGETS["queries"]["list"]
    assert max(size[name] for name in size if name.startswith("desk:")) <= BUDGETS["bytes"]["desk_page"]


@pytest.mark.django_db
def test_a_reply_and_mails(client: Client, cast: Cast) -> None:
    """A reply in the composer's form; a stranger, an answer, twenty strangers at once. The first of each is not counted."""
    work, now = lay_out(cast), {}
    client.force_login(cast.users["Anna"])
    for _ in range(2):
        now["a reply"] = _reply(client, work.main)
        now["a mail of a stranger"] = _settled(_strangers(1))
        ticket = Ticket.objects.latest("pk")
        now["a mail that answers"] = _settled([_answer_to(ticket)])
        now["twenty mails of strangers"] = _settled(_strangers(20))
    compare("statements", now)


def _reply(client: Client, ticket: Ticket) -> int:
    ticket.refresh_from_db()
    data = {"text": "Ecco.", "base_position": ticket.last_public_position, "to": "maria@example.org"}
    with statements() as count:
        assert client.post(f"/desk/borgo/tickets/{ticket.number}/replies/", data).status_code == 302
    return count()


def _settled(mails: list[Any]) -> int:
    with statements() as count:
        assert intake.work() == len(mails)
    return count()


def _strangers(many: int) -> list[Any]:
    first = Ticket.objects.count()
    return [
        stored(letter(f"Domanda {number}", sender=f"Persona {number} <p{number}@example.org>", subject=f"Cosa {number}"),
               envelope_from=f"p{number}@example.org")
        for number in range(first, first + many)
    ]  # fmt: skip


def _answer_to(ticket: Ticket) -> Any:
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    to, address = tokens.reply_address(URP, receipt.token), receipt.recipients.get().address
    return stored(letter("Grazie", sender=address, to=to), to, envelope_from=address)

"""A regression bench without a clock: what every page asks of the database and sends, what a reply and a mail cost.

`tests/counts.py` compares; what a change on a list costs its watchers is counted in `tests/flows/test_live.py`, where a stream
runs. `bench/budgets.toml` says what may never be passed.
"""

from __future__ import annotations

import gzip
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from sportello.faces.desk.actions.drafting import new_writer
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import intake
from sportello.service.channels.mailkit import tokens
from tests.cast import Cast
from tests.counts import BENCH, compare
from tests.desk_work import lay_out
from tests.flows.mail_fixtures import URP, letter, stored

from .permission_asking import scene_for_a_module
from .permission_pages import lines_of_pages
from .permission_scene import Scene

BUDGETS: dict[str, dict[str, int]] = tomllib.loads((BENCH / "budgets.toml").read_text())
#: Codes, instants and names of the day make a page a little longer or shorter.
SLACK = 1.03
#: They tell what this process has done and has seen slow, and what stands of the programs beside it.
TELLS_OF_THE_MACHINE = {"desk:installation", "metrics", "readyz"}
_ENDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    yield from scene_for_a_module(django_db_blocker, quick=False)


@contextmanager
def statements() -> Iterator[Callable[[], int]]:
    """How many were asked in the block, but for those that open and end transactions."""
    with CaptureQueriesContext(connection) as asked:
        yield lambda: sum(not one["sql"].lstrip().upper().startswith(_ENDS) for one in asked.captured_queries)


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
    """A reply in the composer's form, what a page with the ticket open asks after a colleague's note; a stranger, an answer,
    twenty strangers at once. The first of each is not counted."""
    work, now = lay_out(cast), {}
    client.force_login(cast.users["Anna"])
    for _ in range(2):
        now["a reply"] = _reply(client, work.main)
        now["a reply of a page's composer"] = _reply(client, work.main, draft_writer=new_writer(work.main, "reply"))
        now["news of an open ticket"] = _news(client, cast, work.main, "")
        now["news of an open ticket with its side"] = _news(client, cast, work.main, "&side=1")
        now["a mail of a stranger"] = _settled(_strangers(1))
        ticket = Ticket.objects.latest("pk")
        now["a mail that answers"] = _settled([_answer_to(ticket)])
        now["twenty mails of strangers"] = _settled(_strangers(20))
    compare("statements", now)


def _reply(client: Client, ticket: Ticket, **more: object) -> int:
    ticket.refresh_from_db()
    data = {"text": "Ecco.", "base_position": ticket.last_public_position, "to": "maria@example.org",
            "draft_revision": 1_000, **more}  # fmt: skip
    with statements() as count:
        assert client.post(f"/desk/borgo/tickets/{ticket.number}/replies/", data).status_code == 302
    return count()


def _news(client: Client, cast: Cast, ticket: Ticket, more: str) -> int:
    ticket.refresh_from_db()
    seen = ticket.last_position
    messages.note(ticket, cast.member("Carla"), "Ha richiamato.")
    with statements() as count:
        page = client.get(f"/desk/borgo/tickets/{ticket.number}/?fragment=live&seen={seen}{more}").content.decode()
    assert page.count("Ha richiamato.") == 1 and ("ticket-side" in page) is bool(more)
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

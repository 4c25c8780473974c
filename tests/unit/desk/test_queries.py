"""What the desk's pages cost, pinned: a page that asks more than this is a page that has grown a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sportello.faces.desk.actions.drafting import new_writer
from tests.cast import Cast
from tests.desk_work import Work, lay_out


@pytest.fixture
def work(cast: Cast) -> Work:
    return lay_out(cast)


@pytest.fixture
def anna(client: Client, cast: Cast, work: Work) -> Client:
    client.force_login(cast.users["Anna"])
    client.get(f"/desk/borgo/tickets/{work.main.number}/")  # its tab is open, as on every visit but the first
    return client


@pytest.mark.parametrize("name", ["mine", "unassigned", "waiting", "customer", "due", "overdue", "snoozed", "mentioned", "all"])
def test_a_list(anna: Client, django_assert_max_num_queries: Callable[[int], Any], name: str) -> None:
    with django_assert_max_num_queries(11):
        anna.get(f"/desk/lists/{name}/")


def test_a_ticket_with_everything_on_it(
    anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    # three for who asks, the ticket, four for a page of its entries and what hangs on them, what became of what left,
    # names of teams, whether senders are who they say, drafts, how an answer leaves, what waits, the strip, the keys
    with django_assert_max_num_queries(16):
        anna.get(f"/desk/borgo/tickets/{work.main.number}/")


def test_its_parts(anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    # the side: one for its tags, one for what was merged here, and what each room of the back office holds of it
    for part, most in (("side", 28), ("row", 4), ("head", 4), ("live", 13)):
        with django_assert_max_num_queries(most):
            anna.get(f"/desk/borgo/tickets/{work.main.number}/?fragment={part}")


def test_a_reply(anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    """Three are who asks, two the ticket and its lock, three what is kept of drafts, waits and was promised, one asks,
    on a complaint, whether this is the reply to it, two are the transaction; all rows of a reply are one, their ids
    too once a process has made a reply. Which addresses are ours and what needs an approval is known while nobody
    changes it. Nothing grows with the ticket."""
    ticket, page = work.main, f"/desk/borgo/tickets/{work.main.number}/"
    for most in (16, 13):  # a process makes its first reply, and another
        ticket.refresh_from_db()
        data = {"text": "Ecco.", "base_position": ticket.last_public_position, "to": "maria@example.org",
                "draft_writer": new_writer(ticket, "reply"), "draft_turn": 1, "draft_revision": 1}  # fmt: skip
        with django_assert_max_num_queries(most):
            assert anna.post(f"{page}replies/", data).status_code == 302

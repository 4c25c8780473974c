"""What the desk's pages cost, pinned: a page that asks more than this is a page that has grown a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

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
    with django_assert_max_num_queries(12):
        anna.get(f"/desk/lists/{name}/")


def test_a_ticket_with_everything_on_it(
    anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    # 25: two for whether senders are who they say, one for the keys somebody chose, two for what did not arrive (tries,
    # and whether it was sent again), one for what waits to leave, two for how much a message may weigh where it leaves,
    # one for our own addresses, which no answer goes to
    with django_assert_max_num_queries(25):
        anna.get(f"/desk/borgo/tickets/{work.main.number}/")


def test_its_parts(anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    # the side: one for its tags, one for what was merged here, and what each room of the back office holds of it
    for part, most in (("side", 28), ("row", 5), ("head", 6), ("live", 18)):
        with django_assert_max_num_queries(most):
            anna.get(f"/desk/borgo/tickets/{work.main.number}/?fragment={part}")


def test_a_reply(anna: Client, work: Work, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    """Of these 21, five are rights, two the ticket and its lock, six what is kept of drafts, waits, is ours and was
    promised, two the transaction, one whether it waits for an approval, one where merged tickets go on; all rows of a reply are one, their ids one once a process has made a reply. Nothing
    grows with the ticket."""
    work.main.refresh_from_db()
    data = {"text": "Ecco.", "base_position": work.main.last_public_position, "to": "maria@example.org"}
    with django_assert_max_num_queries(21):
        assert anna.post(f"/desk/borgo/tickets/{work.main.number}/replies/", data).status_code == 302

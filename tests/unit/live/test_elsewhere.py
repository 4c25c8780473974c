"""Two hosts, one database: who has a ticket before them at one is known at the other, as long as that host is there."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection

from sportello.config import topics
from sportello.foundation.live import elsewhere, presence
from sportello.foundation.live.elsewhere import Elsewhere
from sportello.foundation.live.hub import Hub
from sportello.foundation.live.presence import Word
from sportello.foundation.live.subscriber import Subscriber
from sportello.records.tickets.actions import handling
from sportello.records.tickets.models import Ticket
from tests.cast import Cast


class Host:
    """A host's hub, and what it told whom."""

    def __init__(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cast = cast
        self.hub = Hub(topics.page())
        self.told: list[tuple[int, list[list[str]]]] = []
        monkeypatch.setattr(self.hub, "_in_loop", self._note)
        self.link = Elsewhere(self.hub)

    def _note(self, _function: Any, one: Subscriber, told: Any) -> bool:
        self.told.append((one.user_id, json.loads(told.data)["who"]))
        return True

    def opens(self, name: str, topic: str) -> None:
        """That person's browser listens here."""
        user = self.cast.users[name]
        self.hub.join(Subscriber(topics.page().viewer(user), user.pk, f"session of {name}", "", {topic, "lists"}))

    def says(self, name: str, topic: str, doing: str) -> None:
        self.hub.presence.heard(topics.page().viewer(self.cast.users[name]), self.cast.users[name].pk, Word(topic, doing, "a"))

    def sees(self, name: str, topic: str) -> list[list[str]]:
        who: list[list[str]] = json.loads(self.hub.presence.telling(topic, self.cast.users[name].pk).data)["who"]
        return who

    def looks(self, is_due: bool = False) -> None:
        if is_due:
            self.link._beat_at = float("-inf")
        self.link.step()


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM live_word WHERE topic <> ''")
        (found,) = cursor.fetchone()
    return int(found)


def named(ticket: Ticket) -> str:
    return f"ticket:borgo/{ticket.number}"


@pytest.fixture
def hosts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[Host, Host]:
    """Both have heard of each other."""
    first, second = Host(cast, monkeypatch), Host(cast, monkeypatch)
    for host in (first, second, first):
        host.looks(is_due=True)
    return first, second


def test_anna_writes_at_one_host_and_bruno_sees_it_at_the_other(hosts: tuple[Host, Host], cast: Cast) -> None:
    first, second = hosts
    ticket = cast.ticket()
    name = cast.users["Anna"].name
    second.opens("Bruno", named(ticket))
    second.opens("Irene", named(ticket))  # of the shop: may not hear of it
    first.says("Anna", named(ticket), "viewing")
    first.looks(), second.looks()
    assert second.told == [(cast.users["Bruno"].pk, [[name, "viewing"]])], "who may see the ticket, and nobody else"
    first.says("Anna", named(ticket), "replying")
    first.looks(), second.looks(), second.looks()
    assert second.sees("Bruno", named(ticket)) == [[name, "replying"]] and len(second.told) == 2, "each news once"
    second.says("Bruno", named(ticket), "viewing")
    second.looks(), first.looks()
    assert first.sees("Anna", named(ticket)) == [[cast.users["Bruno"].name, "viewing"]]
    first.says("Anna", named(ticket), "gone")
    first.looks(), second.looks()
    assert second.sees("Bruno", named(ticket)) == [] and second.told[-1] == (cast.users["Bruno"].pk, [])


def test_a_browser_that_vanished_is_gone_at_both(
    hosts: tuple[Host, Host], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hosts
    ticket = cast.ticket()
    first.says("Anna", named(ticket), "viewing")
    first.looks(), second.looks()
    later = presence.time.monotonic() + presence.LASTS + 1
    monkeypatch.setattr(presence.time, "monotonic", lambda: later)
    assert second.hub.presence.lapsed() == [], "it is its own host's to say that nobody has heard of her"
    first.hub.presence.lapsed()
    first.looks(), second.looks()
    assert second.sees("Bruno", named(ticket)) == []


def test_what_the_database_cut_short_is_brought_by_the_next_look(
    hosts: tuple[Host, Host], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hosts
    ticket = cast.ticket()
    first.says("Anna", named(ticket), "replying")
    first.looks()
    with monkeypatch.context() as away:
        away.setattr(second.link, "_bring", Mock(side_effect=OperationalError("the primary is another")))
        with pytest.raises(OperationalError):
            second.looks()
    second.looks()
    assert second.sees("Bruno", named(ticket)) == [[cast.users["Anna"].name, "replying"]]


def test_a_host_that_is_silent_takes_its_people_with_it(hosts: tuple[Host, Host], cast: Cast) -> None:
    first, second = hosts
    ticket = cast.ticket()
    second.opens("Bruno", named(ticket))
    first.says("Anna", named(ticket), "viewing")
    first.looks(), second.looks()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE live_word SET said_at = said_at - make_interval(secs => %s) WHERE host = %s",
                       [elsewhere.SILENT + 1, first.link.me])  # fmt: skip
    second.looks(is_due=True)
    assert second.sees("Bruno", named(ticket)) == [] and second.told[-1] == (cast.users["Bruno"].pk, [])
    first.looks(is_due=True), second.looks(is_due=True)
    assert second.sees("Bruno", named(ticket)) != [], "it was only slow"


def test_a_table_that_a_crash_emptied_is_written_again(hosts: tuple[Host, Host], cast: Cast) -> None:
    first, second = hosts
    ticket, other = cast.ticket(), cast.ticket("Un altro")
    first.says("Anna", named(ticket), "viewing")
    first.looks(), second.looks()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM live_word")
    second.looks(is_due=True)  # sees nobody: the other has not said anything since
    first.says("Carla", named(other), "viewing")
    for host in (first, second, first, second):
        host.looks(is_due=True)
    assert len(second.sees("Bruno", named(ticket))) == len(second.sees("Bruno", named(other))) == 1


def test_who_lost_the_ticket_is_not_named_at_the_other_host_either(hosts: tuple[Host, Host], cast: Cast) -> None:
    first, second = hosts
    ticket = cast.ticket()
    first.says("Bruno", named(ticket), "viewing")
    first.looks(), second.looks()
    assert second.sees("Dario", named(ticket)) != []
    handling.change_sensitivity(ticket, "named", named=[cast.member("Dario")], by=cast.member("Anna"))
    with connection.cursor() as cursor:  # his page says it once more before its host has cut him
        cursor.execute("UPDATE live_word SET doing = 'replying', said_at = clock_timestamp() WHERE user_id = %s",
                       [cast.users["Bruno"].pk])  # fmt: skip
    second.looks()
    assert second.sees("Dario", named(ticket)) == []


def test_a_host_that_is_the_only_one_writes_its_sign_of_life_and_no_word(cast: Cast, monkeypatch: pytest.MonkeyPatch,
                                                                        django_assert_num_queries: Any) -> None:  # fmt: skip
    alone = Host(cast, monkeypatch)
    alone.says("Anna", named(cast.ticket()), "viewing")
    alone.looks(is_due=True)
    with django_assert_num_queries(0):
        alone.looks()
    assert rows() == 0
    late = Host(cast, monkeypatch)
    for host in (late, alone, late):
        host.looks(is_due=True)
    assert rows() == 1 and len(late.hub.presence.said_here()) == 0
    assert late.hub.presence._here, "who came later hears what had been said before"


def test_what_is_over_is_swept_away(hosts: tuple[Host, Host], cast: Cast) -> None:
    first, second = hosts
    ticket = cast.ticket()
    for doing in ("viewing", "gone"):
        first.says("Anna", named(ticket), doing)
        first.looks()
    first.says("Bruno", named(ticket), "viewing")
    first.looks()
    assert rows() == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE live_word SET said_at = said_at - interval '2 minutes' WHERE topic <> ''")
    second.link._swept_at = float("-inf")
    second.looks(is_due=True)
    assert rows() == 1, "what still holds stays, however long ago it was said"

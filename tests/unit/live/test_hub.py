"""The hub in small: who is cut without an event, what happens when something cannot be told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection

from sportello.config import topics
from sportello.foundation.live import hub as room
from sportello.foundation.live.hub import Hub
from sportello.foundation.live.page import Page
from sportello.foundation.live.stats import writer
from sportello.foundation.live.subscriber import Subscriber
from sportello.foundation.tenancy.clock import server_now
from sportello.records.accounts.models import Membership, Team, TeamMembership, User
from tests.cast import Cast
from tests.flows.live_process import signed_in


def listening(people: Cast, name: str, page: Page) -> Subscriber:
    user = people.users[name]
    hearer = page.viewer(user)
    return Subscriber(hearer, user.pk, signed_in(user), page.rights(hearer), ("lists",))


class Here(Hub):
    """A hub whose thread and loop are the test's own: its rows are in a transaction nobody else sees."""

    def _in_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        function(*arguments)


def joined(page: Page, *listeners: Subscriber) -> Here:
    here = Here(page)

    async def join() -> None:
        for one in listeners:
            here.join(one)

    asyncio.run(join())
    return here


def _sign_out(people: Cast, one: Subscriber) -> None:
    Session.objects.filter(pk=one.session_key).delete()


def _let_expire(people: Cast, one: Subscriber) -> None:
    Session.objects.filter(pk=one.session_key).update(expire_date=server_now() - timedelta(seconds=1))


def _switch_off(people: Cast, one: Subscriber) -> None:
    User.objects.filter(pk=one.user_id).update(is_active=False)


def _change_password(people: Cast, one: Subscriber) -> None:
    user = User.objects.get(pk=one.user_id)
    user.set_password("un'altra-frase")
    user.save()


def _change_role(people: Cast, one: Subscriber) -> None:
    Membership.objects.filter(user_id=one.user_id).update(role=Membership.Role.SPECIALIST)


def _leave_team(people: Cast, one: Subscriber) -> None:
    TeamMembership.objects.filter(membership__user_id=one.user_id).delete()


def _end_team(people: Cast, one: Subscriber) -> None:
    Team.objects.filter(slug="front").update(ended_at=server_now())


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_sign_out, "session"),
        (_let_expire, "session"),
        (_switch_off, "session"),
        (_change_password, "rights"),
        (_change_role, "rights"),
        (_leave_team, "rights"),
        (_end_team, "rights"),
    ],
)
def test_what_no_event_told_is_found_by_looking(cast: Cast, happens: Callable[..., None], why: str) -> None:
    page = topics.page()
    anna, bruno = listening(cast, "Anna", page), listening(cast, "Bruno", page)
    happens(cast, anna)
    joined(page, anna, bruno)._check_people()
    assert anna.over
    assert anna.last_words is not None
    assert json.loads(anna.last_words.data) == {"why": why}
    assert not bruno.over


def test_looking_costs_the_same_for_one_and_for_all(cast: Cast, django_assert_num_queries) -> None:
    page = topics.page()
    names = ("Anna", "Bruno", "Carla", "Dario", "Hugo")
    listeners = [listening(cast, name, page) for name in names for _ in range(4)]
    hub = joined(page, *listeners)
    with django_assert_num_queries(4):
        hub._check_people()
    assert not any(one.over for one in listeners)


def test_rights_lost_between_reading_and_joining_are_not_forgotten(cast: Cast) -> None:
    page = topics.page()
    anna = listening(cast, "Anna", page)

    async def story() -> None:
        here = Hub(page)
        here._cut_at[anna.user_id] = 5.0
        anna.asked_at = 4.0
        here.join(anna)

    asyncio.run(story())
    assert anna.over


def test_what_cannot_be_told_makes_everybody_ask_again(cast: Cast) -> None:
    def fails(_: object) -> list[object]:
        raise ValueError("a poisonous event")

    page = replace(topics.page(), gather=fails)
    anna = listening(cast, "Anna", page)
    hub = joined(page, anna)
    _something_happens(cast, hub)
    hub._flush()
    assert [told.event for parcel in anna._waiting for told in parcel.sayings] == ["resync"]


def test_a_database_away_loses_nothing_that_was_gathered(cast: Cast) -> None:
    def away(_: object) -> list[object]:
        raise DatabaseError("server closed the connection")

    page = replace(topics.page(), gather=away)
    anna = listening(cast, "Anna", page)
    hub = joined(page, anna)
    _something_happens(cast, hub)
    with pytest.raises(DatabaseError):
        hub._flush()
    assert hub._pending
    assert not anna.has_waiting


def _something_happens(people: Cast, hub: Hub) -> None:
    """Inside the test's transaction nothing is readable yet: the event is given to the hub by hand."""
    ticket = people.ticket()
    from sportello.foundation.journal.models import Event
    from sportello.foundation.journal.reader import Position, Read

    event = Event.objects.filter(subject_id=ticket.pk, verb="ticket.opened").get()
    hub._pending = [
        Read(event.id, Position(1, "1", event.id), event.at, event.happened_at, event.organisation_id,
             event.actor_kind, event.actor_id, event.verb, event.subject_kind, event.subject_id, event.payload)
    ]


def test_a_restored_backup_makes_everybody_ask_again(cast: Cast) -> None:
    page = topics.page()
    anna = listening(cast, "Anna", page)
    hub = joined(page, anna)
    hub._begin(room.head())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO journal_epoch (number, began_at, first_event_id) VALUES (8, clock_timestamp(), 0)")
    hub._check_epoch()
    assert hub.position.epoch == 8
    assert [told.event for parcel in anna._waiting for told in parcel.sayings] == ["resync"]


def test_the_end_of_the_journal_is_found_by_number(cast: Cast) -> None:
    """Transaction 999 comes before 1000, though not as text."""
    with connection.cursor() as cursor:
        for xid in ("9", "10"):
            cursor.execute(
                "INSERT INTO journal_event (epoch, xid, at, happened_at, organisation_id, actor_kind, verb, subject_kind,"
                " subject_id, payload) VALUES (77, %s::xid8, clock_timestamp(), clock_timestamp(), 1, 'system',"
                " 'note.written', 'ticket', 1, '{}')",
                [xid],
            )
        cursor.execute("INSERT INTO journal_epoch (number, began_at, first_event_id) VALUES (77, clock_timestamp(), 0)")
    assert room.head().xid == "10"


def test_status_is_written_whole(tmp_path) -> None:
    path = tmp_path / "run" / "stream.json"
    writer(path)({"open": 3})
    assert json.loads(path.read_text())["open"] == 3
    assert list(path.parent.iterdir()) == [path]

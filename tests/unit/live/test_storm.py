"""Everybody comes back at once: asked for together, answered each for themselves, nobody waits for nothing."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http import HTTPStatus

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from sportello.config import topics
from sportello.foundation.journal.models import Event
from sportello.foundation.journal.reader import Position, Read
from sportello.foundation.live import admission, waiting_room
from sportello.foundation.live.admission import Admitted, Answer, Caller
from sportello.foundation.live.catching_up import Memory, Recent, missed
from sportello.foundation.live.doors import Asked
from sportello.foundation.live.hub import Hub
from sportello.foundation.live.page import Saying
from sportello.foundation.live.subscriber import Subscriber
from sportello.foundation.live.waiting_room import WaitingRoom
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Ticket
from tests.cast import Cast
from tests.flows.live_process import signed_in
from tests.waiting import LIMIT

NAMES = ("Anna", "Bruno", "Carla", "Dario", "Hugo")


@pytest.fixture
def hub() -> Hub:
    here = Hub(topics.page())
    here._begin(Position(1, "5", 5))
    return here


def caller(key: str, *names: str, since: Position | None = None) -> Caller:
    return Caller(Asked(names or ("lists", "bell"), since, 0.0, polls=False), key)


def topic(ticket: Ticket) -> str:
    return f"ticket:{ticket.organisation.slug}/{ticket.number}"


def reads(ticket: Ticket, at: int) -> list[Read]:
    """The events of a ticket as the hub read them, from transaction `at` on."""
    return [
        Read(event.id, Position(1, str(at + number), event.id), event.at, event.happened_at, event.organisation_id,
             event.actor_kind, event.actor_id, event.verb, event.subject_kind, event.subject_id, event.payload)
        for number, event in enumerate(Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("id"))
    ]  # fmt: skip


# ---- let in together


def test_letting_in_costs_the_same_for_one_and_for_all(cast: Cast, hub: Hub, django_assert_num_queries) -> None:
    """The budget of a storm: session, user, places with teams, organisations, tickets, unread."""
    tickets = [cast.ticket(f"Richiesta {number}") for number in range(4)]
    keys = [signed_in(cast.users[name]) for name in NAMES for _ in range(4)]
    everybody = [caller(key, "lists", "bell", topic(tickets[at % 4])) for at, key in enumerate(keys)]
    with django_assert_num_queries(6):
        (first,) = admission.admit(hub.page, hub, everybody[:1])
    with django_assert_num_queries(6):
        answers = admission.admit(hub.page, hub, everybody[1:])
    assert all(isinstance(answer, Admitted) for answer in [first, *answers])
    assert hub.stats()["open"] == 20


def test_each_is_answered_for_themselves(cast: Cast, hub: Hub) -> None:
    ticket = cast.ticket("Riservata")
    handling.change_sensitivity(ticket, "named", named=[cast.member("Anna")], by=cast.member("Carla"))
    key = {name: signed_in(cast.users[name]) for name in ("Anna", "Bruno", "Elena", "Leo")}
    Session.objects.filter(pk=key["Leo"]).delete()
    callers = [
        caller(key["Anna"], "lists", topic(ticket)), caller(key["Bruno"], "lists", topic(ticket)), caller(key["Bruno"], topic(ticket)),
        caller(key["Elena"]), caller(key["Leo"]), caller(""), caller("x" * 40),
    ]  # fmt: skip
    anna, bruno, *refused = admission.admit(hub.page, hub, callers)
    assert isinstance(anna, Admitted)
    assert isinstance(bruno, Admitted)
    assert json.loads(anna.hello.data)["topics"][topic(ticket)] == {"version": ticket.version}
    assert json.loads(bruno.hello.data)["refused"] == [topic(ticket)]
    assert bruno.subscriber.topics == ("lists",)
    shut, unknown = HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED
    assert refused == [shut, shut, unknown, unknown, unknown]
    assert hub.stats()["open"] == 2


def test_a_right_taken_away_is_gone_for_the_next_who_comes(cast: Cast, hub: Hub) -> None:
    """Nothing that was known of a person before is used again."""
    ticket, key = cast.ticket(kind="complaint"), signed_in(cast.users["Dario"])
    (before,) = admission.admit(hub.page, hub, [caller(key, topic(ticket))])
    Membership.objects.filter(user=cast.users["Dario"]).update(ended_at="2026-01-01T00:00:00Z")
    (after,) = admission.admit(hub.page, hub, [caller(key, topic(ticket))])
    assert isinstance(before, Admitted)
    assert after is HTTPStatus.NOT_FOUND


def test_one_person_holds_only_so_many_streams(cast: Cast, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "STREAMS_EACH", 2)
    anna, bruno = signed_in(cast.users["Anna"]), signed_in(cast.users["Bruno"])
    answers = admission.admit(hub.page, hub, [caller(one) for one in (anna, anna, anna, bruno)])
    assert answers[2] is HTTPStatus.TOO_MANY_REQUESTS
    assert isinstance(answers[3], Admitted)
    assert isinstance(answers[0], Admitted)
    hub.leave(answers[0].subscriber)
    hub.leave(answers[0].subscriber)
    (again,) = admission.admit(hub.page, hub, [caller(anna)])
    assert isinstance(again, Admitted)


def test_who_waited_begins_from_when_they_came(cast: Cast, hub: Hub) -> None:
    """A page says how old it is when it asks: what happened while it stood at the door is not left out."""
    now, early, late = time.monotonic(), Position(1, "6", 6), Position(1, "7", 7)
    hub._past.extend([(now - 5.0, early), (now - 1.0, late)])
    key = signed_in(cast.users["Anna"])
    asked = Asked(("lists",), None, 0.5, polls=False)
    at_once, waited = admission.admit(hub.page, hub, [Caller(asked, key), Caller(asked, key, now - 3.0)])
    assert isinstance(at_once, Admitted)
    assert isinstance(waited, Admitted)
    assert (waited.since, at_once.since) == (early, late)


# ---- what they missed


def test_who_was_at_one_place_shares_one_parcel_and_each_place_is_exact(
    cast: Cast, hub: Hub, django_assert_num_queries
) -> None:
    first, second = cast.ticket("Prima"), cast.ticket("Seconda")
    handling.take(first, cast.member("Anna"))
    events = [*reads(first, 10), *reads(second, 50)]
    recent = Recent(Position(1, "5", 5), events[-1].position, events)
    hearers = [topics.page().viewer(cast.users[name]) for name in ("Bruno", "Bruno", "Carla", "Anna")]
    joined = [Subscriber(one, one.user_id, "k", "", ("lists",)) for one in hearers]
    early, late = Position(1, "5", 5), reads(first, 10)[-1].position
    with django_assert_num_queries(1):
        bruno, again, carla, anna = missed(
            hub.page, recent, list(zip(joined, (early, early, early, late), strict=True))
        )
    assert bruno is again, "who hears the same gets the same parcel: it is written once"
    told = [[json.loads(one.data)["ticket"] for one in parcel.sayings] for parcel in (bruno, carla, anna)]
    names = [f"borgo/{first.number}", f"borgo/{second.number}"]
    assert told == [names, names, names[1:]]
    assert {parcel.position for parcel in (bruno, carla, anna)} == {recent.ends}


def test_too_far_back_asks_everything_again_and_what_lies_ahead_waits(cast: Cast, hub: Hub) -> None:
    events = reads(cast.ticket(), 100)
    recent = Recent(Position(1, "50", 1), events[-1].position, events)
    subscriber = Subscriber(topics.page().viewer(cast.users["Anna"]), 1, "k", "", ("lists",))
    for since in (Position(1, "49", 1), Position(2, "100", 1), Position(1, "99999999999", 1)):
        (parcel,) = missed(hub.page, recent, [(subscriber, since)])
        assert [one.event for one in parcel.sayings] == ["resync"], since


def test_the_hub_remembers_the_last_events_and_from_where(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sportello.foundation.live.catching_up.FAR", 3)
    memory = Memory(1)
    ticket = cast.ticket()
    for text in ("uno", "due", "tre", "quattro"):
        messages.note(ticket, cast.member("Anna"), text)
    events = reads(ticket, 10)
    for at in range(0, len(events), 2):
        memory.add(events[at : at + 2])
    recent = memory.recent(Position(1))
    assert list(recent.events) == events[-3:]
    assert recent.begins == events[-4].position
    assert Memory(1, events[:2]).recent(Position(1)).begins == Position(1), "fewer than fit are all there are"
    assert Memory(1, events[:3]).recent(Position(1)).begins == events[0].position


# ---- the room


def answering(room: WaitingRoom, *callers: Caller) -> list[Answer | None]:
    async def story() -> list[Answer | None]:
        return list(await asyncio.gather(*(room.enter(one) for one in callers)))

    return asyncio.run(story())


def test_who_waits_is_let_in_together_and_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[list[str]] = []

    def admit(callers) -> list[Answer]:
        groups.append([one.session_key for one in callers])
        return [HTTPStatus.NOT_FOUND for _ in callers]

    monkeypatch.setattr(waiting_room, "fresh", lambda work: work())
    monkeypatch.setattr(waiting_room, "TOGETHER", 10)
    room = WaitingRoom(admit, lambda admitted: None)
    keys = [str(number) for number in range(25)]
    assert answering(room, *(caller(key) for key in keys)) == [HTTPStatus.NOT_FOUND] * 25
    assert [key for group in groups for key in group] == keys
    assert max(map(len, groups)) == 10


def test_one_whose_question_cannot_be_answered_does_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def admit(callers) -> list[Answer]:
        if any(one.session_key == "poison" for one in callers):
            raise ValueError("a poisonous question")
        return [HTTPStatus.NOT_FOUND for _ in callers]

    monkeypatch.setattr(waiting_room, "fresh", lambda work: work())
    room = WaitingRoom(admit, lambda admitted: None)
    answers = answering(room, caller("a"), caller("poison"), caller("b"))
    assert answers == [HTTPStatus.NOT_FOUND, None, HTTPStatus.NOT_FOUND]


def test_without_database_all_are_sent_away_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    def admit(callers) -> list[Answer]:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(waiting_room, "fresh", lambda work: work())
    assert answering(WaitingRoom(admit, lambda admitted: None), caller("a"), caller("b")) == [None, None]


def test_nobody_waits_longer_than_a_browser_does(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def admit(callers) -> list[Answer]:
        seen.extend(one.session_key for one in callers)
        return [HTTPStatus.NOT_FOUND for _ in callers]

    monkeypatch.setattr(waiting_room, "fresh", lambda work: work())
    monkeypatch.setattr(waiting_room, "PATIENCE", -1.0)
    room = WaitingRoom(admit, lambda admitted: None)
    assert answering(room, caller("a")) == [None]
    assert seen == [], "no work for who has given up"


def test_who_would_wait_too_long_is_not_let_into_the_room() -> None:
    room = WaitingRoom(lambda callers: [], lambda admitted: None)
    loop = asyncio.new_event_loop()
    many = int(waiting_room.PACE * waiting_room.PATIENCE)
    for _ in range(many + 1):
        assert not room.is_full()
        room._waiting.append(waiting_room.Waiting(caller("a"), loop.create_future()))
    assert room.is_full()
    assert room.seconds_to_wait() > waiting_room.PATIENCE
    loop.close()


def test_who_has_gone_meanwhile_leaves_no_trace(cast: Cast, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    (admitted,) = admission.admit(hub.page, hub, [caller(signed_in(cast.users["Anna"]))])
    monkeypatch.setattr(waiting_room, "fresh", lambda work: work())
    asked, cancelled = threading.Event(), threading.Event()

    def admit(callers) -> list[Answer]:
        asked.set()
        cancelled.wait(LIMIT)
        return [admitted]

    async def story() -> None:
        waits = asyncio.create_task(WaitingRoom(admit, lambda one: hub.leave(one.subscriber)).enter(caller("a")))
        while not asked.is_set():
            await asyncio.sleep(0.01)
        waits.cancel()
        await asyncio.sleep(0)
        cancelled.set()
        for _ in range(9_000):
            await asyncio.sleep(0.01)
            if not hub.stats()["open"]:
                return

    assert hub.stats()["open"] == 1
    asyncio.run(story())
    assert hub.stats()["open"] == 0


# ---- told to thousands


def test_colleagues_with_the_same_rights_are_told_one_thing_written_once(
    cast: Cast, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = cast.ticket()
    decided: list[topics.Hearer] = []
    decide = topics._told_lists

    def counted(hearer: topics.Hearer, about: topics.About) -> Saying | None:
        decided.append(hearer)
        return decide(hearer, about)

    monkeypatch.setattr(topics, "_told_lists", counted)
    for hearer in [topics.page().viewer(cast.users[name]) for name in ("Bruno", "Hugo") for _ in range(20)]:
        hub.join(Subscriber(hearer, hearer.user_id, "k", "", ("lists",)))
    parcels = hub._parcels(Position(1, "9", 9), reads(ticket, 9))
    assert len(parcels) == 40
    assert len(decided) == 2, "once for each sort of rights"
    assert len({id(parcel) for _, parcel in parcels}) == 2


def test_who_is_named_in_a_change_is_asked_for_themselves(cast: Cast, hub: Hub) -> None:
    """Anna has taken it: her own list says so, her colleague's of the same rights does not."""
    ticket = cast.ticket()
    handling.take(ticket, cast.member("Anna"))
    told = {}
    for name in ("Carla", "Anna", "Hugo"):
        hub.join(Subscriber(topics.page().viewer(cast.users[name]), cast.users[name].pk, name, "", ("lists",)))
    for subscriber, parcel in hub._parcels(Position(1, "9", 9), reads(ticket, 9)[-1:]):
        told[subscriber.session_key] = json.loads(parcel.sayings[0].data)["entered"]
    assert told == {"Carla": [], "Anna": ["mine"], "Hugo": []}


def test_an_event_says_among_how_many_it_is_told_so_that_few_need_not_wait(cast: Cast, hub: Hub) -> None:
    ticket = cast.ticket()
    anna = topics.page().viewer(cast.users["Anna"])
    for _ in range(3):
        hub.join(Subscriber(anna, anna.user_id, "k", "", (topic(ticket), "lists")))
    parcels = hub._parcels(Position(1, "9", 9), reads(ticket, 9))
    told = {one.event: json.loads(one.data) for _, parcel in parcels for one in parcel.sayings}
    assert told["ticket"]["among"] == 3
    assert "among" not in told["lists"], "nobody asks for anything on account of a list"

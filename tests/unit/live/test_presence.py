"""Presence is of who may see, for who may see, for half a minute; and the clock alone changes lists."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sportello.config import topics
from sportello.config.live_moments import Moments
from sportello.foundation.live import presence as module
from sportello.foundation.live.hub import Hub
from sportello.foundation.live.presence import Presence, Word, read_word
from sportello.foundation.live.subscriber import Subscriber
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import handling
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries.work_lists import day_ends
from tests.cast import Cast


def hearer(cast: Cast, name: str) -> topics.Hearer:
    return topics.page().viewer(cast.users[name])


def who(presence: Presence, topic: str, cast: Cast, name: str) -> list[list[str]]:
    found: list[list[str]] = json.loads(presence.telling(topic, cast.users[name].pk).data)["who"]
    return found


def test_a_word_is_read_strictly() -> None:
    assert read_word(b"topic=ticket:borgo/1&doing=viewing&tab=a1") == Word("ticket:borgo/1", "viewing", "a1")
    assert read_word(b"doing=look") == Word("", "look", "")
    for wrong in (b"", b"topic=x&doing=singing", b"doing=viewing", b"topic=" + b"x" * 200 + b"&doing=viewing", b"\xff"):
        assert read_word(wrong) is None, wrong


def test_who_is_there_is_said_to_others_until_they_leave_or_lapse(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    presence, ticket = Presence(topics.page()), cast.ticket()
    topic = f"ticket:borgo/{ticket.number}"
    anna, me = hearer(cast, "Anna"), cast.users["Anna"].pk
    assert presence.heard(anna, me, Word(topic, "viewing", "a")) is not None, "others are to be told"
    assert presence.heard(anna, me, Word(topic, "viewing", "a")) is None, "a beat is no news"
    presence.heard(anna, me, Word(topic, "replying", "b"))
    name = cast.users["Anna"].name
    assert who(presence, topic, cast, "Bruno") == [[name, "replying"]], "one word a person, the stronger"
    assert who(presence, topic, cast, "Anna") == [], "nobody is told of themselves"
    presence.heard(anna, me, Word(topic, "gone", "b"))
    assert who(presence, topic, cast, "Bruno") == [[name, "viewing"]]
    later = module.time.monotonic() + module.LASTS + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    assert [one for one, _about in presence.lapsed()] == [topic]
    assert who(presence, topic, cast, "Bruno") == [] and presence.lapsed() == []


def test_presence_is_for_who_sees_the_ticket_only(cast: Cast) -> None:
    page = topics.page()
    presence, ticket = Presence(page), cast.ticket()
    handling.change_sensitivity(ticket, "named", named=[cast.member("Dario")], by=cast.member("Anna"))
    topic = f"ticket:borgo/{ticket.number}"
    for name in ("Bruno", "Irene", "Elena", "Root", "Leo"):
        with pytest.raises(LookupError):
            presence.heard(hearer(cast, name), cast.users[name].pk, Word(topic, "viewing", ""))
    with pytest.raises(LookupError):
        presence.heard(hearer(cast, "Anna"), cast.users["Anna"].pk, Word("lists", "viewing", ""))
    presence.heard(hearer(cast, "Anna"), cast.users["Anna"].pk, Word(topic, "viewing", ""))
    assert presence.all_for(hearer(cast, "Bruno"), cast.users["Bruno"].pk) == []
    assert len(presence.all_for(hearer(cast, "Dario"), cast.users["Dario"].pk)) == 1


def test_what_the_clock_alone_makes_due_or_late_is_told_to_the_lists(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.at_noon()
    late, today = cast.ticket("late"), cast.ticket("today")
    now, tonight = clock.now(cast.borgo), day_ends(cast.borgo)
    Ticket.objects.filter(pk=late.pk).update(next_promise_at=now + timedelta(minutes=5))
    Ticket.objects.filter(pk=today.pk).update(next_promise_at=tonight + timedelta(minutes=5))
    moments = Moments()
    assert moments.passed() == [], "the first look only remembers"
    anna = hearer(cast, "Anna")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda organisation: real(organisation) + timedelta(minutes=6))
    (told,) = moments.passed()
    said = topics.tell_lists(anna, told)
    assert said is not None
    heard = json.loads(said.data)
    assert heard["entered"] == ["overdue"] and heard["timed"] is True and heard["id"] == late.pk
    assert topics.tell_ticket(anna, told) is None, "nothing was done to the ticket"
    assert moments.passed() == []
    monkeypatch.setattr(clock, "now", lambda organisation: tonight + timedelta(minutes=1))
    changed = {about.ticket_id: topics.tell_lists(anna, about) for about in moments.passed()}
    assert "due" in json.loads(changed[today.pk].data)["entered"]  # type: ignore[union-attr]  # it was told


def test_the_word_said_again_asks_nobody_as_long_as_its_stream_may_hear(
    cast: Cast, django_assert_num_queries
) -> None:
    """Every page says it four times a minute: of five thousand that is most of what the stream would do."""
    page, ticket = topics.page(), cast.ticket()
    hub, name, anna = Hub(page), f"ticket:borgo/{ticket.number}", hearer(cast, "Anna")
    me = cast.users["Anna"].pk
    subscriber = Subscriber(anna, me, "her session", "", (name,))
    hub.join(subscriber)
    word = Word(name, "viewing", "a")
    assert not hub.presence.goes_on(me, word), "the first time it is news, and whether it is hers is asked"
    hub.presence.heard(anna, me, word)
    with django_assert_num_queries(0):
        assert hub.hearing("her session", name) is subscriber
        assert hub.presence.goes_on(me, word)
        assert not hub.presence.goes_on(me, Word(name, "replying", "a")), "others are to be told"
        assert hub.hearing("another session", name) is None
    subscriber.end()
    assert hub.hearing("her session", name) is None, "whose stream was cut is asked again"

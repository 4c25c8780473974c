"""Live: what others do reaches who may see it, nobody else, and nothing is missed."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings

from sportello.foundation.journal import actions as journal
from sportello.foundation.journal import actor
from sportello.foundation.live.hub import RECHECK
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Ticket
from tests.cast import Cast, assemble
from tests.counts import compare
from tests.waiting import LIMIT, wait_until

from .live_process import Listener, Running, database_url, running, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

#: Milliseconds a page's question may be on its way: the stream counts back from when it is asked.
AGO = 20_000


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return assemble()


@pytest.fixture(scope="module")
def process(django_db_setup: None) -> Iterator[Running]:
    with running() as here:
        yield here


@pytest.fixture
def stream(process: Running, people: Cast) -> Iterator[Running]:
    yield process
    process.hang_up()


def key_of(people: Cast, name: str) -> str:
    return signed_in(people.users[name])


def topic(ticket: Ticket) -> str:
    return f"ticket:borgo/{ticket.number}"


def name_of(ticket: Ticket) -> str:
    return f"borgo/{ticket.number}"


def settled(stream: Running, people: Cast, *arguments: object, **named: object) -> Ticket:
    """A ticket whose opening has been told already, to Carla who sees them all: what is heard later is news."""
    carla = stream.listen(key_of(people, "Carla"), "lists")
    ticket = people.ticket(*arguments, **named)
    carla.hears("lists", ticket=name_of(ticket), version=ticket.version)
    carla.close()
    return ticket


def nothing_more(people: Cast, *listeners: Listener) -> None:
    """All that came before has been told: each of them, who hears of lists, hears of what comes after it."""
    later = people.ticket("Dopo tutto il resto")
    for one in listeners:
        one.hears("lists", ticket=name_of(later))


def note(people: Cast, ticket: Ticket, who: str = "Anna", text: str = "Parola segreta: girasole.") -> None:
    messages.note(ticket, people.member(who), text)


def test_anna_takes_a_ticket_and_carla_s_lists_say_so(stream: Running, people: Cast) -> None:
    carla = stream.listen(key_of(people, "Carla"), "lists")
    ticket = people.ticket()
    opened = carla.hears("lists", ticket=name_of(ticket))
    assert set(opened["entered"]) >= {"unassigned", "waiting", "all"}
    handling.take(ticket, people.member("Anna"))
    taken = carla.hears("lists", ticket=name_of(ticket), version=ticket.version)
    assert (taken["entered"], taken["left"]) == ([], ["unassigned"])


def test_a_watcher_hears_the_version_and_not_a_word_of_the_content(stream: Running, people: Cast) -> None:
    ticket = people.ticket("Mensa: addebito doppio", text="Il mio codice fiscale e la mia storia")
    anna = stream.listen(key_of(people, "Anna"), "lists", topic(ticket))
    assert anna.of("hello")[0]["topics"][topic(ticket)] == {"version": ticket.version}
    note(people, ticket)
    assert anna.hears("ticket", ticket=name_of(ticket), version=ticket.version)
    messages.receive(ticket, words("Ecco la mia storia"), channel="email", customer=ticket.customer, actor=actor.MACHINE)
    anna.hears("ticket", ticket=name_of(ticket), version=ticket.version)
    told = bytes(anna.raw).decode().lower()
    for content in ("mensa", "addebito", "storia", "girasole", "maria", "popescu", "example.org", "anna"):
        assert content not in told


def test_what_leaves_all_beside_the_conversation_as_it_is_says_so(stream: Running, people: Cast) -> None:
    """A page then asks for the conversation alone: notes do not touch the panel beside it, a customer's words may."""
    ticket = settled(stream, people)
    anna = stream.listen(key_of(people, "Anna"), topic(ticket))
    note(people, ticket)
    assert anna.hears("ticket", version=ticket.version)["beside"] is False
    carla = people.member("Carla")
    handling.take(ticket, carla)  # with its notice, which the panel shows
    assert "beside" not in anna.hears("ticket", version=ticket.version)
    handling.assign(ticket, people.member("Bruno"), by=carla, expected_owner_id=carla.pk)
    assert anna.hears("ticket", version=ticket.version)["beside"] is False
    messages.receive(ticket, words("E allora?"), channel="email", customer=ticket.customer, actor=actor.MACHINE)
    assert "beside" not in anna.hears("ticket", version=ticket.version)


def words(text: str):
    from sportello.records.tickets.words import Words

    return Words(text=text, subject="Mensa", sender_name="Maria Popescu", sender_address="maria@example.org", language="it")


def test_one_change_with_many_events_is_told_once(stream: Running, people: Cast) -> None:
    """A budget: four events of one ticket within a moment are one refetch."""
    ticket = settled(stream, people)
    anna = stream.listen(key_of(people, "Anna"), "lists", topic(ticket))
    from django.db import transaction

    with transaction.atomic():
        for text in ("uno", "due", "tre", "quattro"):
            note(people, ticket, text=text)
    anna.hears("ticket", version=ticket.version)
    nothing_more(people, anna)
    assert len(anna.of("ticket")) == 1


def test_bruno_never_hears_of_a_ticket_for_named_people_only(stream: Running, people: Cast) -> None:
    anna = stream.listen(key_of(people, "Anna"), "lists")
    ticket = people.ticket("Segnalazione riservata")
    handling.change_sensitivity(ticket, "named", named=[people.member("Anna")], by=people.member("Carla"))
    anna.hears("lists", ticket=name_of(ticket), version=ticket.version)
    bruno = stream.listen(key_of(people, "Bruno"), "lists", topic(ticket))
    anna = stream.listen(key_of(people, "Anna"), "lists", topic(ticket))
    assert bruno.of("hello")[0]["refused"] == [topic(ticket)]
    note(people, ticket)
    handling.take(ticket, people.member("Anna"))
    anna.hears("ticket", version=ticket.version)
    anna.hears("lists", version=ticket.version)
    plain = people.ticket("Orari")
    bruno.hears("lists", ticket=name_of(plain))
    assert ticket.number not in bytes(bruno.raw).decode().replace(topic(ticket), "")


def test_who_may_no_longer_see_a_ticket_hears_that_and_nothing_after(stream: Running, people: Cast) -> None:
    ticket = settled(stream, people)
    bruno = stream.listen(key_of(people, "Bruno"), "lists", topic(ticket))
    handling.change_sensitivity(ticket, "named", named=[people.member("Anna")], by=people.member("Carla"))
    bruno.hears("gone", ticket=name_of(ticket))
    note(people, ticket)
    handling.take(ticket, people.member("Anna"))
    nothing_more(people, bruno)
    assert not bruno.of("ticket")
    assert len(bruno.of("gone")) == 1


def test_what_was_open_when_dario_left_is_closed_to_him_when_he_returns(stream: Running, people: Cast) -> None:
    """Catching up asks what is true now: a ticket closed to him since is not named again."""
    ticket = settled(stream, people, kind="complaint")
    carla = stream.listen(key_of(people, "Carla"), "lists")
    dario = stream.listen(key_of(people, "Dario"), "lists")
    position = dario.position
    dario.close()
    note(people, ticket, "Bruno")
    handling.move(ticket, people.team("front"), by=people.member("Bruno"), reason="Non è nostra")
    handling.change_sensitivity(ticket, "team", named=[], by=people.member("Carla"))
    note(people, ticket, "Carla")
    carla.hears("lists", ticket=name_of(ticket), version=ticket.version)
    back = stream.listen(key_of(people, "Dario"), "lists", since=position)
    told = back.hears("lists", ticket=name_of(ticket))
    assert told["entered"] == []
    assert "all" in told["left"] or told["left"] == []


@pytest.mark.parametrize("change", ["moved to another team", "ended"])
def test_a_right_taken_away_cuts_the_stream(stream: Running, people: Cast, change: str) -> None:
    ticket = settled(stream, people, kind="complaint")
    key = key_of(people, "Dario")
    dario = stream.listen(key, "lists", topic(ticket))
    member = people.member("Dario")
    from django.db import transaction

    from sportello.records.accounts.models import TeamMembership

    with transaction.atomic():
        if change == "ended":
            Membership.objects.filter(pk=member.pk).update(ended_at="2026-01-01T00:00:00Z")
            journal.record(people.borgo, "membership.ended", member, actor.SYSTEM, user_id=member.user_id)
        else:
            TeamMembership.objects.filter(membership=member).delete()
            journal.record(
                people.borgo, "membership.changed", member, actor.SYSTEM,
                user_id=member.user_id, role=member.role, team_ids=[],
            )
    # everybody is looked at again each half minute as well: that would not be the change itself
    dario.hears("bye", RECHECK * 0.8, why="rights")
    assert dario.closed.wait(LIMIT)
    note(people, ticket, "Bruno")
    assert not dario.of("ticket")
    status = stream.listen(key, topic(ticket)).status
    assert status == 404  # what is not his does not exist


def test_a_commit_that_comes_late_is_not_missed(stream: Running, people: Cast) -> None:
    """Event 101 is written first and committed last; 102 must not carry the reader past it."""
    first, second = settled(stream, people, "Prima"), settled(stream, people, "Seconda")
    anna = stream.listen(key_of(people, "Anna"), topic(first), topic(second))
    insert = (
        "INSERT INTO journal_event (epoch, at, happened_at, organisation_id, actor_kind, verb, subject_kind, subject_id,"
        " payload) VALUES (1, clock_timestamp(), clock_timestamp(), %s, 'system', 'note.written', 'ticket', %s, '{}')"
        " RETURNING id"
    )
    with psycopg.connect(database_url()) as late, psycopg.connect(database_url()) as early:
        early_id = late.execute(insert, [people.borgo.pk, first.pk]).fetchone()[0]
        late_id = early.execute(insert, [people.borgo.pk, second.pk]).fetchone()[0]
        assert early_id < late_id
        early.commit()
        time.sleep(0.6)
        assert not anna.of("ticket")  # held back, not passed over
        late.commit()
        anna.hears("ticket", ticket=name_of(first))
        anna.hears("ticket", ticket=name_of(second))
    assert int(anna.position.split(":")[2]) == late_id


def test_a_dropped_line_catches_up_with_all_it_missed(stream: Running, people: Cast) -> None:
    ticket = people.ticket()
    key = key_of(people, "Anna")
    anna = stream.listen(key, "lists", topic(ticket))
    note(people, ticket)
    anna.hears("ticket", version=ticket.version)
    position = anna.position
    anna.close()
    handling.take(ticket, people.member("Carla"))
    other = people.ticket("Arrivata intanto")
    back = stream.listen(key, "lists", topic(ticket), since=position)
    back.hears("ticket", version=ticket.version)
    back.hears("lists", ticket=name_of(other))
    assert back.hears("lists", ticket=name_of(ticket))["left"] == ["unassigned"]
    note(people, ticket)  # and it goes on living
    back.hears("ticket", version=ticket.version)
    again = stream.listen(key, "lists", topic(ticket), since=back.position)
    nothing_more(people, again)
    assert not again.of("ticket")  # nothing is told twice once it was heard


def test_the_browser_s_own_reconnection_resumes_too(stream: Running, people: Cast) -> None:
    ticket = people.ticket()
    key = key_of(people, "Anna")
    anna = stream.listen(key, topic(ticket))
    position = anna.position
    anna.close()
    note(people, ticket)
    line, response = stream.ask(key, topic(ticket), headers={"Last-Event-ID": position}, since="1:0:0")
    told = b"".join(response.readline() for _ in range(9)).decode()
    assert f'"version":{ticket.version}' in told
    line.close()


def test_a_page_drawn_a_moment_ago_misses_nothing_since(stream: Running, people: Cast) -> None:
    """Between drawing a page and opening its stream somebody may act: the page says how old it is."""
    ticket, key = settled(stream, people), key_of(people, "Anna")
    carla = stream.listen(key_of(people, "Carla"), "lists")
    drawn = time.monotonic()
    note(people, ticket)
    carla.hears("lists", ticket=name_of(ticket), version=ticket.version)
    fresh = stream.listen(key, "lists", topic(ticket))
    anna = stream.listen(key, "lists", topic(ticket), ago=str(round((time.monotonic() - drawn) * 1000) + AGO))
    anna.hears("ticket", version=ticket.version)
    nothing_more(people, fresh)
    assert not fresh.of("ticket"), "it is told because the page is older than that"


@pytest.mark.parametrize("position", ["7:0:0", "1:99999999999:5"])
def test_a_position_of_another_journal_is_told_to_ask_everything_again(
    stream: Running, people: Cast, position: str
) -> None:
    anna = stream.listen(key_of(people, "Anna"), "lists", since=position)
    anna.hears("resync")
    ticket = people.ticket()
    anna.hears("lists", ticket=name_of(ticket))


def test_long_polling_hears_the_same(stream: Running, people: Cast) -> None:
    ticket = people.ticket()
    key = key_of(people, "Anna")
    first = stream.poll(key, "lists", topic(ticket))
    assert first["events"][0]["data"]["topics"][topic(ticket)]["version"] == ticket.version
    note(people, ticket)
    second = stream.poll(key, "lists", topic(ticket), since=first["at"])
    assert {"ticket", "lists"} <= {one["event"] for one in second["events"]}
    assert second["at"] != first["at"]


def test_fifty_watchers_cost_as_many_requests_as_have_the_ticket_open(stream: Running, people: Cast) -> None:
    """`ticket` makes a page ask again, `lists` does not: three of fifty have the ticket before them."""
    ticket = settled(stream, people)
    names = ("Anna", "Bruno", "Carla", "Hugo")
    keys = {name: key_of(people, name) for name in names}
    watchers = [
        stream.listen(keys[names[at % 4]], "lists", *([topic(ticket)] if at < 3 else [])) for at in range(50)
    ]
    handling.take(ticket, people.member("Anna"))
    for watcher in watchers:
        watcher.hears("lists", ticket=name_of(ticket), version=ticket.version)
    nothing_more(people, *watchers)
    asking = sum(len(watcher.of("ticket")) for watcher in watchers)
    told = sum(one["ticket"] == name_of(ticket) for watcher in watchers for one in watcher.of("lists"))
    compare("change_before_fifty_watchers", {"requests of pages": asking, "words of the stream": asking + told})
    assert asking == 3
    assert [one["among"] for watcher in watchers for one in watcher.of("ticket")] == [3, 3, 3]
    assert told == 50
    assert not any(watcher.of("resync") or watcher.of("reload") for watcher in watchers)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"key": ""}, 401),
        ({"key": "no-such-session"}, 401),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"headers": {"Host": "evil.test"}}, 403),
        ({"topics": ("nonsense",)}, 404),
        ({"topics": ("ticket:bottega/2026-0000001",)}, 404),
        ({"topics": ()}, 400),
        ({"topics": tuple(f"lists{n}" for n in range(99))}, 400),
        ({"path": "/elsewhere"}, 404),
    ],
)
def test_the_door_is_shut_to_strangers(stream: Running, people: Cast, asked: dict, status: int) -> None:
    key, topics = asked.pop("key", None), asked.pop("topics", ("lists",))
    line, response = stream.ask(key if key is not None else key_of(people, "Anna"), *topics, **asked)
    assert response.status == status
    line.close()


@pytest.mark.parametrize("who", ["Elena", "Leo", "Fabio", "Root"])
def test_who_reads_no_tickets_hears_of_none(stream: Running, people: Cast, who: str) -> None:
    ticket = people.ticket()
    assert stream.listen(key_of(people, who), "lists", topic(ticket)).status == 404


def test_the_answer_names_the_page_s_origin_and_no_other(stream: Running, people: Cast) -> None:
    line, response = stream.ask(key_of(people, "Anna"), "lists")
    assert response.headers["Access-Control-Allow-Origin"] == stream.origin
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in response.headers["Vary"]
    assert response.headers["Cache-Control"] == "no-store"
    line.close()


def test_the_stream_outlives_its_database_connections(stream: Running, people: Cast) -> None:
    """A database that restarts cuts every connection; what happened meanwhile is told once it is back."""
    from django.db import connection

    ticket = people.ticket()
    anna = stream.listen(key_of(people, "Anna"), topic(ticket))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    note(people, ticket)
    anna.hears("ticket", version=ticket.version)
    assert not anna.closed.is_set()
    assert stream.listen(key_of(people, "Anna"), topic(ticket)).status == 200


def test_status_can_tell_how_many_listen(stream: Running, people: Cast) -> None:
    written = Path(settings.HOME) / "run" / "stream.json"
    key = key_of(people, "Anna")
    for _ in range(3):
        stream.listen(key, "lists")
    wait_until(lambda: written.exists() and json.loads(written.read_text())["open"] == 3)
    record = json.loads(written.read_text())
    assert record["people"] == 1
    assert "Anna" not in written.read_text()


def test_open_lines_do_not_keep_it_from_ending_in_order(transactional_db: None) -> None:
    """They never end by themselves: two seconds after it is told to end they are cut. What it last said of itself goes,
    or the alarms would take it for one that hangs."""
    people = assemble()
    with running() as mine:
        line = mine.listen(key_of(people, "Anna"), "lists")
        written = Path(settings.HOME) / "run" / "stream.json"

        def is_of_mine() -> bool:
            try:
                return bool(json.loads(written.read_text())["pid"] == mine.process.pid)
            except OSError:
                return False

        wait_until(is_of_mine)
        mine.process.terminate()
        assert mine.process.wait(LIMIT) == 0, "a line that is open would never end by itself"
        assert line.closed.wait(LIMIT) and not is_of_mine()


def say(stream: Running, key: str, *, origin: str | None = "", **word: str) -> tuple[int, dict]:
    line = http.client.HTTPConnection("127.0.0.1", stream.port, timeout=LIMIT)
    headers = {"Cookie": f"{stream.cookie_name}={key}", "Content-Type": "application/x-www-form-urlencoded"}
    if origin is not None:
        headers["Origin"] = origin or stream.origin
    line.request("POST", "/live/presence", urlencode(word), headers)
    response = line.getresponse()
    body = response.read()
    line.close()
    return response.status, json.loads(body) if response.status == 200 else {}


def test_who_looks_and_who_writes_is_heard_by_colleagues_and_by_nobody_else(stream: Running, people: Cast) -> None:
    ticket = settled(stream, people)
    handling.change_sensitivity(ticket, "team", by=people.member("Anna"))
    carla = stream.listen(key_of(people, "Carla"), "lists", topic(ticket))
    bruno = stream.listen(key_of(people, "Bruno"), "lists")
    anna = key_of(people, "Anna")
    assert say(stream, anna, topic=topic(ticket), doing="replying", tab="a")[0] == 200
    told = carla.hears("presence", ticket=name_of(ticket))
    assert told["who"] == [[people.users["Anna"].name, "replying"]]
    assert say(stream, key_of(people, "Bruno"), topic=topic(ticket), doing="viewing")[0] == 404
    assert say(stream, anna, origin="http://elsewhere.example", topic=topic(ticket), doing="viewing")[0] == 403
    assert say(stream, anna, origin=None, topic=topic(ticket), doing="viewing")[0] == 403
    assert say(stream, "", topic=topic(ticket), doing="viewing")[0] == 401
    assert say(stream, anna, topic=topic(ticket), doing="singing")[0] == 400
    status, answer = say(stream, key_of(people, "Carla"), doing="look")
    assert status == 200 and [one["data"]["ticket"] for one in answer["events"]] == [name_of(ticket)]
    assert say(stream, key_of(people, "Bruno"), doing="look")[1]["events"] == []
    say(stream, anna, topic=topic(ticket), doing="gone", tab="a")
    wait_until(lambda: carla.of("presence")[-1]["who"] == [])
    assert not bruno.of("presence")

"""The journal: append-only, read without missing what commits late, consumed at least once."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sportello.foundation.journal import actions, actor, consumers
from sportello.foundation.journal.consumers import Consumer
from sportello.foundation.journal.models import Cursor, Epoch, Event, ParkedEvent
from sportello.foundation.journal.partitions import ensure_partitions
from sportello.foundation.journal.reader import Read, head, read_after, read_before, settled_below
from sportello.foundation.journal.verbs import Verb, known
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from tests.waiting import LIMIT, wait_until


@pytest.fixture
def borgo(db: None) -> Organisation:
    return Organisation.objects.create(slug="borgo", name="Borgo")


def eventually(holds: Callable[[], bool]) -> bool:
    """Readers wait for every writer of the server, the database's own upkeep included: ask again for some seconds."""
    wait_until(holds)
    return True


def tell(organisation: Organisation, kind_id: int = 1) -> int:
    with transaction.atomic():
        return actions.record(organisation, "route.changed", organisation, actor.SYSTEM, kind_id=kind_id, team_id=1).id


def test_only_registered_verbs_and_their_payload(borgo: Organisation) -> None:
    with transaction.atomic():
        with pytest.raises(LookupError):
            actions.record(borgo, "ticket.eaten", borgo, actor.SYSTEM)
        with pytest.raises(ValueError, match="no payload"):
            actions.record(borgo, "route.changed", borgo, actor.SYSTEM, name="Maria")
        with pytest.raises(ValueError, match="must be"):
            actions.record(borgo, "route.changed", borgo, actor.SYSTEM, kind_id="Maria")


def test_a_payload_refuses_what_looks_like_a_person() -> None:
    verb = Verb("x.done", "x", {"code": str})
    assert verb.check({"code": "ok"}) == {"code": "ok"}
    with pytest.raises(ValueError, match="personal data"):
        verb.check({"code": "maria@example.org"})
    with pytest.raises(ValueError, match="personal data"):
        verb.check({"code": "una frase lunga " * 10})
    assert known("route.changed").subject == "route"


def test_what_happened_cannot_be_changed_nor_taken_back(borgo: Organisation) -> None:
    event_id = tell(borgo)
    for change in (lambda: Event.objects.filter(id=event_id).update(verb="x"), lambda: Event.objects.filter(id=event_id).delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Event.objects.get(id=event_id).verb == "route.changed"


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_comes_late_is_not_missed() -> None:
    """One writes first and commits last: a reader by id alone would have passed it over."""
    organisation = Organisation.objects.create(slug="borgo", name="Borgo")
    start, wrote, may_commit = head(), threading.Event(), threading.Event()
    ids: dict[str, int] = {}

    def slow() -> None:
        try:
            with transaction.atomic():
                ids["slow"] = tell(organisation, 1)
                wrote.set()
                may_commit.wait(LIMIT)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(LIMIT)
    ids["quick"] = tell(organisation, 2)
    assert read_after(start) == [], "the quick one waits for the slow one"
    may_commit.set()
    thread.join(LIMIT)
    assert eventually(lambda: {event.id for event in read_after(start)} == set(ids.values()))
    assert head().event_id == read_after(start)[-1].id


@pytest.mark.django_db(transaction=True)
def test_a_consumer_reads_on_and_parks_what_it_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = Organisation.objects.create(slug="borgo", name="Borgo")
    seen: list[int] = []
    poison: set[int] = set()

    def react(event: Read) -> None:
        if event.payload["kind_id"] in poison:
            raise RuntimeError("cannot")
        seen.append(event.payload["kind_id"])

    consumer = Consumer("test", frozenset({"route.changed"}), react)
    monkeypatch.setattr(consumers, "durable", lambda: [consumer])
    tell(organisation, 0)
    assert eventually(lambda: consumers.advance(consumer) >= 0 and 0 in seen)
    seen.clear()
    poison.add(2)
    for kind_id in (1, 2, 3):
        tell(organisation, kind_id)
    assert eventually(lambda: consumers.work() >= 0 and seen == [1, 3]), "the poison is parked, the rest goes on"
    parked = ParkedEvent.objects.get()
    assert "cannot" in parked.error
    poison.clear()
    ParkedEvent.objects.update(next_attempt_at=clock.server_now())
    consumers.work()
    assert seen == [1, 3, 2]
    assert not ParkedEvent.objects.exists()
    assert consumers.work() == 0, "nothing twice"


@pytest.mark.django_db(transaction=True)
def test_a_restore_begins_a_new_epoch() -> None:
    """Transaction ids start again after a restore: an old cursor must not pass the new events over."""
    organisation = Organisation.objects.create(slug="borgo", name="Borgo")
    seen: list[int] = []
    consumer = Consumer("epochs", frozenset({"route.changed"}), lambda event: seen.append(event.payload["kind_id"]))
    tell(organisation, 1)
    assert eventually(lambda: consumers.advance(consumer) >= 0 and 1 in seen)
    seen.clear()
    Cursor.objects.filter(name="epochs").update(xid="999999999")
    Epoch.objects.get_or_create(number=1, defaults={"began_at": clock.server_now()})
    Epoch.objects.create(number=2, began_at=clock.server_now())
    tell(organisation, 7)
    assert eventually(lambda: consumers.advance(consumer) >= 0 and seen == [7])


def test_months_are_made_ahead(borgo: Organisation) -> None:
    assert ensure_partitions(months_ahead=5) >= 1
    assert ensure_partitions(months_ahead=5) == 0
    tell(borgo)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_event_rest")
        assert cursor.fetchone() == (0,), "this month has its own partition"


def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        actions.record(Organisation(slug="x"), "route.changed", Organisation(pk=1), actor.SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_worker_without_work_asks_two_things_and_writes_nothing(transactional_db: None) -> None:
    """Twice a second for as long as it runs: whether anybody wrote at all, and whether a parked event is due."""
    tell(Organisation.objects.create(slug="borgo", name="Borgo"))

    def is_idle() -> bool:
        before = settled_below()
        consumers.work()
        return settled_below() == before and consumers._seen.settled == before

    assert eventually(is_idle), "every cursor has reached the end, and asking took no transaction id"

    def asks_little() -> bool:  # where nobody else in this cluster writes meanwhile
        with CaptureQueriesContext(connection) as asked:
            consumers.work()
        return len(asked) == 2 and "journal_event " not in asked[0]["sql"] + asked[1]["sql"]

    assert eventually(asks_little)


@pytest.mark.django_db(transaction=True)
def test_the_last_events_are_found_from_the_end(transactional_db: None) -> None:
    borgo = Organisation.objects.create(slug="borgo", name="Borgo")
    begun = head()
    ids = [tell(borgo, number) for number in range(5)]
    assert eventually(lambda: [one.id for one in read_after(begun)] == ids)
    end = read_after(begun)[-1].position
    assert [one.id for one in read_before(end, 3)] == ids[-3:]
    assert [one.id for one in read_before(read_after(begun)[2].position, 2)] == ids[1:3]

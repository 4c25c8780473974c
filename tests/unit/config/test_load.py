"""`sportello load`: what it writes is what the product would have written, and the product goes on from it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from sportello.config.commands import load as command
from sportello.config.load import checking, office, running, telling, undisturbed, words_index
from sportello.config.load.planning import Plan
from sportello.config.load.promises import Promises
from sportello.config.supervisor.account import account_for
from sportello.config.supervisor.postgres import LIFTED_BY_LOADS
from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.journal import actor, consumers
from sportello.foundation.journal.models import Cursor, Event
from sportello.foundation.journal.partitions import ensure_month
from sportello.foundation.journal.reader import Position, read_after
from sportello.foundation.journal.verbs import known
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer
from sportello.records.tickets import moments, search_index, terms, tick
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Entry, Moment, Notice, SearchRow, Term, Ticket, TicketEvent
from sportello.records.tickets.queries.silent import silent_tickets
from sportello.records.tickets.words import Words
from sportello.service.backoffice.models import Complaint, ComplaintCounter, Filing
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail
from tests import cluster
from tests.cast import Cast
from tests.waiting import wait_until

PLAN = Plan(tickets=60, messages=3, seed=7, processes=1)
#: Much of it is still open.
RECENT = Plan(tickets=60, messages=3, seed=8, processes=1, days=45)


def loaded(cast: Cast, plan: Plan = PLAN) -> running.Loaded:
    return running.load(cast.borgo, plan)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_row_points_at_its_own_and_is_found_as_if_the_product_had_indexed_it(cast: Cast) -> None:
    told: list[tuple[int, int]] = []
    done = running.load(cast.borgo, PLAN, lambda tickets, rows: told.append((tickets, rows)))
    assert done.tickets == Ticket.objects.filter(organisation=cast.borgo).count() == 60
    assert told[-1] == (done.tickets, done.rows)
    assert checking.broken_keys(cast.borgo) == []
    entries = Entry.objects.filter(kind="message").select_related("ticket__customer", "message")
    assert SearchRow.objects.count() == entries.count() > 150
    for entry in entries:
        kept, made = checking.vectors(entry.ticket, entry)
        assert kept == made, entry.message.text
    for ticket in Ticket.objects.all():
        assert ticket.last_position == ticket.entries.count()
        assert TicketEvent.objects.filter(entry__ticket=ticket).count() == ticket.entries.filter(kind="event").count()


def test_no_ticket_is_silent_and_the_terms_are_those_the_product_counts(cast: Cast) -> None:
    loaded(cast, RECENT)
    assert silent_tickets(cast.person("Carla")) == []
    assert Ticket.objects.open().count() > 3
    for term in Term.objects.filter(met_at__isnull=True).select_related("ticket__procedure__calendar", "calendar"):
        planned = {
            (one.sort, one.code, one.at, one.due_at)
            for one in moments.of_term(term, term.calendar.calendar, term.starts_at)
        }
        kept = Moment.objects.filter(term=term)
        assert {(one.sort, one.code, one.at, one.due_at) for one in kept} == planned
        assert all(one.next_moment_at > clock.now(cast.borgo) - timedelta(minutes=1) for one in kept if not one.done_at)
    for ticket in Ticket.objects.open():
        running_now = Term.objects.filter(ticket=ticket, met_at__isnull=True).values_list("due_at", flat=True)
        assert ticket.next_promise_at == min(running_now)
    assert not Moment.objects.filter(ticket__status="closed", done_at__isnull=True).exists()
    assert not Notice.objects.exclude(state="given").exists()


def test_the_tick_finds_what_comes_due(cast: Cast) -> None:
    loaded(cast)
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=45))
    waiting = set(Moment.objects.filter(next_moment_at__isnull=False).values_list("ticket_id", flat=True))
    assert set(tick.due_tickets()) == waiting != set()
    while tick.work(cast.borgo.pk):
        pass
    assert not Moment.objects.filter(next_moment_at__lte=clock.now(cast.borgo)).exists()
    assert TicketEvent.objects.filter(code="term_missed").count() > 3


def test_lists_ticket_page_and_search_show_it(cast: Cast) -> None:
    loaded(cast)
    carla, ticket = signed_in(cast, "Carla"), Ticket.objects.filter(sensitivity="normal").latest("moved_at")
    for name in ("all", "unassigned", "waiting", "due", "mine"):
        assert carla.get(f"/desk/lists/{name}/").status_code == 200
    assert ticket.number in carla.get("/desk/lists/all/").content.decode()
    page = carla.get(f"/desk/borgo/tickets/{ticket.number}/")
    assert page.status_code == 200
    assert ticket.customer.name in page.content.decode()
    word = max(ticket.entries.get(position=1).message.text.split(), key=len).strip(".,")
    for asked in (ticket.customer.name, word):
        assert ticket.number in carla.get("/desk/search/", {"q": asked}).content.decode(), asked
    assert ticket.number in carla.get("/desk/search/", {"q": ticket.number}, follow=True).content.decode()


def test_what_came_in_is_what_was_settled_and_what_left_has_its_delivery(cast: Cast) -> None:
    loaded(cast)
    states = Counter(IncomingMail.objects.values_list("state", flat=True))
    assert states == {"ticketed": sum(states.values())} != {}
    received = Event.objects.filter(verb="mail.received")
    assert received.count() == Event.objects.filter(verb="mail.settled").count() == sum(states.values())
    assert Dispatch.objects.count() == Delivery.objects.count() == Event.objects.filter(verb="dispatch.sent").count()
    raw = IncomingMail.objects.select_related("raw").earliest("id").raw
    assert raw.size > 100  # its bytes are there, though they are nobody's mail


def test_complaints_are_in_their_register_without_gaps_and_what_closed_is_filed(cast: Cast) -> None:
    loaded(cast)
    complaints = Complaint.objects.order_by("year", "serial")
    assert complaints.count() == Ticket.objects.filter(kind__slug="complaint").count() > 10
    for counter in ComplaintCounter.objects.filter(organisation=cast.borgo):
        serials = list(complaints.filter(year=counter.year).values_list("serial", flat=True))
        assert serials == list(range(1, counter.last + 1))
    assert Filing.objects.count() == Ticket.objects.closed().count()
    assert complaints.filter(closed_at__isnull=True).count() == Ticket.objects.open().filter(
        kind__slug="complaint"
    ).count()


def test_the_journal_says_it_as_the_product_does(cast: Cast) -> None:
    """The same verbs with the same keys as those of a ticket that was played."""
    loaded(cast)
    loaded(cast, RECENT)
    written = _forms()
    for event in Event.objects.filter(xid=telling.BEFORE_ALL):
        assert _is_of(known(event.verb).payload, event.payload), (event.verb, event.payload)
    ticket = cast.ticket("Mensa: addebito doppio", kind="complaint", channel="webform")
    messages.answer(ticket, cast.member("Bruno"), "Ecco.", base_position=1, then="wait")
    words = Words(text="Grazie", subject="Re", sender_name="Maria", sender_address="maria@example.org", language="it")
    messages.receive(ticket, words, channel="webform", customer=ticket.customer, actor=actor.customer(None))
    ending.close(Ticket.objects.get(pk=ticket.pk), by=cast.member("Bruno"), outcome="solved", reason="Fatto.")
    played = _forms(Event.objects.filter(subject_id=ticket.pk, subject_kind="ticket").exclude(xid=telling.BEFORE_ALL))
    for verb, keys in played.items():
        assert written[verb] == keys, verb
    months = Event.objects.filter(xid=telling.BEFORE_ALL).dates("at", "month")
    assert len(months) > 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_event_rest")
        assert cursor.fetchone() == (0,)


def _forms(events: Any = None) -> dict[str, frozenset[str]]:
    rows = Event.objects.all() if events is None else events
    return {event.verb: frozenset(event.payload) for event in rows}


def _is_of(form: Any, payload: dict[str, Any]) -> bool:
    def fits(wanted: Any, value: Any) -> bool:
        if value is None:
            return True
        return datetime.fromisoformat(value).tzinfo is not None if wanted is datetime else isinstance(value, wanted)

    return payload.keys() <= form.keys() and all(fits(form[key], value) for key, value in payload.items())


def test_readers_of_the_journal_go_on_and_replay_nothing(cast: Cast) -> None:
    seen = Cursor.objects.create(name="notifications", epoch=1, xid="5000000000", event_id=7)
    loaded(cast)
    first = read_after(Position(1, "0", 0), 501)
    assert len(first) == 501 and {one.position.xid for one in first} == {telling.BEFORE_ALL}  # a reader that began before all would see them
    for consumer in consumers.durable():
        cursor = Cursor.objects.get(name=consumer.name)
        found = read_after(Position(cursor.epoch, cursor.xid, cursor.event_id), 500)
        assert [event for event in found if event.position.xid == telling.BEFORE_ALL] == []
    seen.refresh_from_db()
    assert (seen.xid, seen.event_id) == ("5000000000", 7)  # where somebody stood, they stand


def test_work_goes_on_with_the_next_number(cast: Cast) -> None:
    loaded(cast)
    year = clock.local(cast.borgo, clock.now(cast.borgo)).year
    newest = Ticket.objects.filter(number__startswith=f"{year}-").order_by("-number")[0]
    opened = cast.ticket("Lampione spento")
    assert int(opened.number[5:]) == int(newest.number[5:]) + 1
    waits = Ticket.objects.open().filter(owner__isnull=True).exclude(pk=opened.pk).latest("id")
    member = cast.member("Bruno" if waits.team.slug == "taxes" else "Anna")
    messages.answer(waits, member, "Buongiorno.", base_position=waits.last_public_position)
    ending.close(Ticket.objects.get(pk=waits.pk), by=member, outcome="solved", reason="Fatto.")
    connection.check_constraints()


def test_the_same_seed_says_the_same_and_a_second_load_adds(cast: Cast) -> None:
    said = []
    for _ in range(2):
        with transaction.atomic():
            loaded(cast)
            found = Ticket.objects.order_by("number").values_list("number", "subject", "customer__name", "status")
            said.append(list(found))
            transaction.set_rollback(True)
    assert said[0] == said[1]
    loaded(cast)
    loaded(cast)
    assert Ticket.objects.count() == 120
    assert checking.broken_keys(cast.borgo) == []
    assert Complaint.objects.count() == Ticket.objects.filter(kind__slug="complaint").count()


def test_one_long_ticket_and_one_customer_who_writes_often(cast: Cast) -> None:
    done = loaded(cast, Plan(tickets=40, messages=2, seed=3, processes=1, long=50, busy=20))
    long = Ticket.objects.get(number=done.long_number)
    assert 49 <= long.last_position <= 52
    most = Counter(Ticket.objects.values_list("customer_id", flat=True)).most_common(1)[0]
    assert most[1] > 10
    assert Customer.objects.get(pk=most[0]).identities.count() == 1


def test_who_asks_for_what_is_not_there_is_told_so(cast: Cast) -> None:
    with pytest.raises(Trouble, match="there is no organisation 'altrove' here \\(borgo, bottega\\)"):
        command._organisation("altrove")
    with pytest.raises(Trouble, match="say which organisation"):
        command._organisation(None)


@pytest.mark.django_db(transaction=True)
def test_the_index_of_words_is_made_anew_at_the_end_and_by_the_worker_where_a_load_was_killed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for least in ("MANY", "_MANY_TO_MAKE_ANEW"):
        monkeypatch.setattr(words_index, least, 1)
    there, seen = _index_of_words(), list[Any]()
    assert there == (True, "gin", ["fastupdate=on", "gin_pending_list_limit=1024"])

    def told(_tickets: int, _rows: int) -> None:
        search_index.keep()  # the worker's round: it leaves alone what the load will make
        seen.append(_index_of_words())

    running.load(cast.borgo, Plan(tickets=20, messages=3, seed=7, processes=1), told)
    assert seen == [None]
    assert _index_of_words() == there
    words_index._taken_away()  # by a load that was killed then
    search_index.keep()
    assert _index_of_words() == there
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'search_words'::regclass")
    search_index.keep()  # and where the worker was cut while it made it
    assert _index_of_words() == there
    running.load(cast.borgo, Plan(tickets=10, messages=3, seed=8, processes=1), told)
    assert seen[-1] == (*there[:2], ["fastupdate=on", "gin_pending_list_limit=16384"])  # more is there than comes
    assert _index_of_words() == there


def _index_of_words() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid, amname, ARRAY(SELECT unnest(reloptions) ORDER BY 1) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam"
            " WHERE indexrelid = to_regclass('search_words')"
        )
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_the_log_is_long_while_a_load_goes_on_and_a_start_puts_down_what_a_killed_one_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with undisturbed.with_a_long_log(100_000):
        _has_log_of("512MB")  # a server that is not of this home
    monkeypatch.setattr(undisturbed, "_data_of_our_own", lambda: "/")
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=14_250 * 2**20))
    with pytest.raises(KeyboardInterrupt), undisturbed.with_a_long_log(100_000):
        _has_log_of("5125MB")  # half of what 4,000 MB of tickets leave
        raise KeyboardInterrupt
    _has_log_of("512MB")
    assert [undisturbed.most_log(tickets, 2**50) for tickets in (2_000, 100_000, 10**6)] == [1_024, 11_000, 16_384]
    undisturbed._set({"max_wal_size": "4GB", "work_mem": "5MB"})  # killed now; and somebody has a wish of their own
    here = cluster.cluster()
    here.account = account_for(here.base)
    here._put_down()
    lines = (here.data / "postgresql.auto.conf").read_text().splitlines()
    usual = [f"{name} = '{value}'" for name, value in LIFTED_BY_LOADS.items()]
    assert [line for line in lines if line[:1] != "#"] == ["work_mem = '5MB'", *usual]
    assert "max_wal_size = '512MB'" in usual
    undisturbed._set({"max_wal_size": "512MB"})
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM RESET work_mem")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_tidied_up_while_a_load_goes_on_and_a_new_month_of_the_journal_waits_for_nobody() -> None:
    def is_free(table: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT")  # as VACUUM does
        except OperationalError:
            return False
        return True

    ensure_month(2031, 1)
    with undisturbed.undisturbed(["tickets_ticket", "journal_event"]):
        assert [is_free(name) for name in ("tickets_ticket", "journal_event_2031_01")] == [False, False]
        wait_until(lambda: is_free("tickets_entry"))  # the server itself may be at it just now
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20s'")
            assert ensure_month(2031, 2) == 1
            cursor.execute("RESET lock_timeout")
    wait_until(lambda: is_free("tickets_ticket"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE journal_event_2031_01, journal_event_2031_02")


def _has_log_of(size: str) -> None:
    """Once the server has read it; each new question of a connection does."""

    def shown() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SHOW max_wal_size")
            return str(cursor.fetchone()[0]) == size

    wait_until(shown, say=f"the log was not of {size}")


def test_a_first_answer_counted_once_for_a_closed_night_is_that_of_each_instant(cast: Cast) -> None:
    place = office.office_of(cast.borgo)
    kept, way = Promises(place), next(one for one in place.by_mail if one.procedure.first_answer_hours)
    start, told = clock.now(cast.borgo).replace(microsecond=0) - timedelta(days=20), 0
    for minute in range(0, 8 * 24 * 60, 41):
        at = start + timedelta(minutes=minute)
        for one, alone in zip(kept.of(way, at), Promises(place).of(way, at), strict=True):
            assert (one.due, one.safe, one.first, one.steps) == (alone.due, alone.safe, alone.first, alone.steps)
            if one.unit == "open_hours":
                term = terms.promised_by(Ticket(organisation=cast.borgo, kind=way.kind), way.procedure, at, place.prepared)[1]
                assert (json.loads(one.steps), one.due) == ([[code, facts] for code, facts in term.steps], term.due_at)
                told += 1
    assert told > 100, "each instant has one in open hours"

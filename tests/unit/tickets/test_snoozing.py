"""A ticket put aside comes back: at its time, with the customer's words, before anything promised passes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sportello.config import topics
from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.tickets import tick
from sportello.records.tickets.actions import ending, handling, messages, snoozing
from sportello.records.tickets.models import Moment, Reason, Snooze, Ticket
from sportello.records.tickets.queries import list_page, silent_tickets
from sportello.records.tickets.queries.work_lists import counts
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.unit.live.test_topics import about


def lists_with(cast: Cast, ticket: Ticket, name: str = "Anna") -> set[str]:
    person = cast.person(name)
    lists = ("mine", "unassigned", "waiting", "customer", "due", "overdue", "snoozed", "all")
    return {one for one in lists if any(row.id == ticket.pk for row in list_page(person, one).rows)}


def later(cast: Cast, moment: datetime) -> int:
    """The organisation's clock stands at `moment`, and the tick comes by."""
    clock.move_to(cast.borgo, moment)
    return tick.work()


def writes(ticket: Ticket, text: str = "Ecco la ricevuta.", *, machine: bool = False) -> None:
    messages.receive(ticket, Words(text=text, is_machine=machine), channel="email", customer=ticket.customer,
                     actor=actor.customer(ticket.customer_id))


def answered(cast: Cast) -> Ticket:
    """Anna has it, and answered: the term that ends next is the main one, weeks away whatever the day of the test."""
    ticket = cast.ticket()
    messages.answer(ticket, cast.member("Anna"), "Ci pensiamo.", base_position=ticket.last_public_position)
    return ticket


def test_until_a_time_it_leaves_what_waits_and_comes_back_announced(cast: Cast) -> None:
    ticket, anna = answered(cast), cast.member("Anna")
    writes(ticket)
    until = clock.now(cast.borgo) + timedelta(days=2)
    team, promise = ticket.team_id, ticket.next_promise_at
    snoozing.snooze(ticket, by=anna, until=until, reason="La ragioneria risponde mercoledì.")
    assert lists_with(cast, ticket) == {"snoozed", "all"}
    assert counts(cast.person("Anna"))["snoozed"] == 1
    assert (ticket.team_id, ticket.next_promise_at) == (team, promise)
    assert silent_tickets(cast.person("Anna")) == [], "it keeps team, promise, and the customer was told"
    gone = topics.tell_lists(topics.page().viewer(cast.users["Anna"]), about(ticket))
    assert gone is not None and '"entered":["snoozed"]' in gone.data
    assert '"left":["mine","waiting"]' in gone.data
    assert later(cast, until - timedelta(minutes=1)) == 0
    assert later(cast, until + timedelta(minutes=1)) == 1
    ticket.refresh_from_db()
    assert lists_with(cast, ticket) == {"mine", "waiting", "all"}
    back = topics.tell_lists(topics.page().viewer(cast.users["Anna"]), about(ticket))
    assert back is not None and '"entered":["mine","waiting"]' in back.data and '"left":["snoozed"]' in back.data
    assert Snooze.objects.get().woken_how == "time"
    assert Reason.objects.filter(ticket=ticket, about="snooze", code="woken_time").exists()
    assert later(cast, until + timedelta(hours=1)) == 0, "once"


def test_never_past_a_term_and_the_date_that_forbids_is_said(cast: Cast) -> None:
    ticket, anna = answered(cast), cast.member("Anna")
    term = ticket.terms.get(kind="conclusion")
    day = clock.local(cast.borgo, term.safe_at)
    with pytest.raises(Refusal) as said:
        snoozing.snooze(ticket, by=anna, until=term.safe_at + timedelta(minutes=1))
    assert str(day.year) in str(said.value) and f"{day:%H:%M}" in str(said.value)
    assert said.value.field == "day" and not Snooze.objects.exists()
    with pytest.raises(Refusal):
        snoozing.snooze(ticket, by=anna, until=clock.now(cast.borgo) - timedelta(minutes=1))
    snoozing.snooze(ticket, by=anna, until=term.safe_at - timedelta(days=2))
    # a promise made since ends earlier: it is awake again, and why is kept
    handling.promise(ticket, term.safe_at - timedelta(days=5), by=anna, reason="Serve ancora un giorno.")
    assert ticket.snoozed_until is None and Snooze.objects.get().woken_how == "promise"
    clock.move_to(cast.borgo, term.due_at + timedelta(days=1))
    with pytest.raises(Refusal):
        snoozing.snooze(ticket, by=anna, until=None)


def test_until_a_reply_the_customer_wakes_it_and_a_machine_does_not(cast: Cast) -> None:
    ticket, anna = answered(cast), cast.member("Anna")
    made = snoozing.snooze(ticket, by=anna, until=None)
    term = ticket.terms.get(kind="conclusion")
    assert clock.now(cast.borgo) < made.until_at < term.safe_at, "it comes back before its term, whoever writes"
    writes(ticket, "Sono in ferie fino a lunedì.", machine=True)
    ticket.refresh_from_db()
    assert ticket.is_snoozed
    writes(ticket)
    ticket.refresh_from_db()
    assert not ticket.is_snoozed and Snooze.objects.get().woken_how == "reply"
    # chosen again: one sleep at a time; by hand; handed on
    snoozing.snooze(ticket, by=anna, until=None)
    snoozing.snooze(ticket, by=anna, until=clock.now(cast.borgo) + timedelta(hours=3))
    assert Snooze.objects.filter(woken_at=None).count() == 1
    snoozing.wake(ticket, by=anna)
    snoozing.wake(ticket, by=anna)
    assert not ticket.is_snoozed and lists_with(cast, ticket) >= {"waiting"}
    snoozing.snooze(ticket, by=anna, until=None)
    handling.move(ticket, cast.team("taxes"), by=anna)
    assert not ticket.is_snoozed, "who has it now must see it"


def test_t21_no_timer_opens_a_closed_ticket_and_nothing_wakes_twice(cast: Cast) -> None:
    ticket, anna = answered(cast), cast.member("Anna")
    until = clock.now(cast.borgo) + timedelta(days=2)
    snoozing.snooze(ticket, by=anna, until=until)
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    assert not ticket.is_snoozed and Snooze.objects.get().woken_how == "closed"
    assert not Moment.objects.filter(ticket=ticket, next_moment_at__isnull=False).exists()
    version = ticket.version
    assert later(cast, until + timedelta(days=1)) == 0
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.version == version


def test_t21_a_sleep_and_an_absence_do_not_set_each_other_going(cast: Cast) -> None:
    """Two rules react to one message: each does its part once, and neither does anything at the other's."""
    from sportello.records.accounts.actions.absences import mark_absent
    from sportello.records.tickets import absences

    cast.at_noon()
    ticket, anna = answered(cast), cast.member("Anna")
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=1, hours=1))
    mark_absent(anna, today + timedelta(days=1), today + timedelta(days=3), by=cast.member("Carla"))
    snoozing.snooze(ticket, by=cast.member("Carla"), until=None)
    writes(ticket)
    ticket.refresh_from_db()
    assert ticket.owner_id is None and not ticket.is_snoozed
    codes = list(ticket.entries.filter(kind="event").order_by("position").values_list("event__code", flat=True))
    assert codes.count("woken") == 1 and codes.count("freed_away") == 1
    version = ticket.version
    assert absences.work() == 1 and absences.work() == 0 and tick.work() == 0
    ticket.refresh_from_db()
    assert ticket.version == version

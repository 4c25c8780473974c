"""One event, many who ask: each told once in their own ticket, whatever is cut; and what everybody may read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.faults import keeping, queries, telling
from sportello.service.backoffice.models import FaultTelling, KnownFault
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TEXTS = {"it": "La caldaia della scuola è ferma. Il tecnico arriva domani.", "en": "The boiler is out of order."}


def begun(cast: Cast, **more: object) -> KnownFault:
    kind = Kind.objects.get(organisation=cast.borgo, slug="information")
    at = clock.now(cast.borgo) - timedelta(hours=1)
    return keeping.begin(cast.borgo, titles={"it": "Caldaia ferma", "en": "Boiler out of order"}, began_at=at,
                         by=cast.member("Anna"), kind=kind, is_public=True, **more)  # type: ignore[arg-type]


def told(ticket: Ticket) -> int:
    return Message.objects.filter(entry__ticket=ticket, direction="out", text__contains="caldaia").count()


def test_tickets_of_the_same_kind_since_it_began_are_proposed_to_who_may_see_them(cast: Cast) -> None:
    fault = begun(cast)
    first, second, other = cast.ticket("Freddo"), cast.ticket("Gelo"), cast.ticket("Tassa", kind="complaint")
    hidden, closed = cast.ticket("Riservata"), cast.ticket("Chiusa")
    handling.change_sensitivity(hidden, "named", by=cast.member("Carla"))
    ending.close(closed, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    old = cast.ticket("Prima")
    Ticket.objects.filter(pk=old.pk).update(opened_at=fault.began_at - timedelta(days=1))
    assert {one.pk for one in queries.proposed(cast.person("Anna"), fault)} == {first.pk, second.pk}
    assert other.pk not in {one.pk for one in queries.proposed(cast.person("Carla"), fault)}
    assert keeping.link(fault, [first, first], by=cast.member("Anna")) == 1
    assert keeping.link(fault, [first], by=cast.member("Anna")) == 0
    assert [one.pk for one in queries.proposed(cast.person("Anna"), fault)] == [second.pk]
    with pytest.raises(Http404):
        queries.fault_of(cast.person("Hugo"), "bottega", fault.pk)


def test_each_who_asked_is_told_once_in_their_own_ticket_and_language(cast: Cast) -> None:
    fault = begun(cast)
    tickets = [cast.ticket(f"Freddo {n}", address=f"c{n}@example.org") for n in range(3)]
    Ticket.objects.filter(pk=tickets[2].pk).update(language="en")
    keeping.link(fault, tickets, by=cast.member("Anna"))
    update = keeping.write_update(fault, texts=TEXTS, state="found", by=cast.member("Anna"), tell=True)
    assert update.to_tell == 3 and queries.progress(fault)[0].waits == 3
    messages.receive(tickets[0], _words(), channel="email", customer=tickets[0].customer, actor=_actor(tickets[0]))
    ending.close(tickets[1], by=cast.member("Anna"), outcome="solved", reason="Ha ritirato.")
    assert telling.work() == 3
    assert telling.work() == 0
    assert [told(one) for one in tickets] == [1, 0, 0]
    assert Message.objects.filter(entry__ticket=tickets[2], text__contains="boiler").count() == 1
    progress = queries.progress(fault)[0]
    assert (progress.told, progress.skipped, progress.waits, progress.is_over) == (2, 1, 0, True)


def test_cut_in_the_middle_nobody_is_told_twice_nor_forgotten(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = begun(cast)
    tickets = [cast.ticket(f"Freddo {n}", address=f"c{n}@example.org") for n in range(4)]
    keeping.link(fault, tickets, by=cast.member("Anna"))
    keeping.write_update(fault, texts=TEXTS, state="found", by=cast.member("Anna"), tell=True)
    record, seen = telling.record, []

    def cut(*args: object, **facts: object) -> object:
        """The process dies after the message is written, before its row is marked."""
        seen.append(facts["ticket_id"])
        if len(seen) == 2:
            raise KeyboardInterrupt
        return record(*args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(telling, "record", cut)
    with pytest.raises(KeyboardInterrupt):
        telling.work()
    assert sum(told(one) for one in tickets) == 1, "what was half done is not done"
    telling.work()
    assert [told(one) for one in tickets] == [1, 1, 1, 1]


def test_one_that_fails_is_put_off_and_stops_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = begun(cast)
    tickets = [cast.ticket(f"Freddo {n}", address=f"c{n}@example.org") for n in range(2)]
    keeping.link(fault, tickets, by=cast.member("Anna"))
    keeping.write_update(fault, texts=TEXTS, state="found", by=cast.member("Anna"), tell=True)
    answer = messages.answer

    def sometimes(ticket: Ticket, *args: object, **more: object) -> object:
        if ticket.pk == tickets[0].pk:
            raise OSError("disk full")
        return answer(ticket, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(telling.messages, "answer", sometimes)
    telling.work()
    assert [told(one) for one in tickets] == [0, 1]
    row = FaultTelling.objects.get(ticket=tickets[0])
    assert (row.state, row.tries) == ("waits", 1)
    monkeypatch.undo()
    FaultTelling.objects.filter(pk=row.pk).update(next_at=clock.server_now())
    telling.work()
    assert told(tickets[0]) == 1


def test_taken_off_it_is_not_told_any_more(cast: Cast) -> None:
    fault = begun(cast)
    ticket = cast.ticket("Freddo")
    keeping.link(fault, [ticket], by=cast.member("Anna"))
    keeping.write_update(fault, texts=TEXTS, state="found", by=cast.member("Anna"), tell=True)
    keeping.take_off(fault, ticket, by=cast.member("Anna"))
    telling.work()
    assert told(ticket) == 0 and queries.linked_count(fault) == 0


def test_what_is_over_takes_no_update_and_leaves_the_status_page_after_two_weeks(cast: Cast) -> None:
    fault = begun(cast)
    with pytest.raises(Refusal):
        keeping.write_update(fault, texts={"it": " "}, state="found", by=cast.member("Anna"), tell=False)
    keeping.write_update(fault, texts=TEXTS, state="solved", by=cast.member("Anna"), tell=False)
    assert fault.is_over
    with pytest.raises(Refusal):
        keeping.write_update(fault, texts=TEXTS, state="found", by=cast.member("Anna"), tell=False)
    assert [one.pk for one in queries.public_faults(cast.borgo)] == [fault.pk]
    assert queries.public_faults(cast.bottega) == []
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=15))
    assert queries.public_faults(cast.borgo) == []


def test_what_is_not_public_is_nobodys(cast: Cast) -> None:
    fault = begun(cast)
    keeping.change(fault, expected_at=None, is_public=False, by=cast.member("Anna"))
    with pytest.raises(Http404):
        queries.public_fault(cast.borgo, fault.pk)


def _words() -> object:
    from sportello.records.tickets.words import Words

    return Words(text="Allora?", subject="Re: Freddo", language="it", sender_name="Maria", sender_address="c0@example.org")


def _actor(ticket: Ticket) -> object:
    from sportello.foundation.journal import actor

    return actor.customer(ticket.customer_id)

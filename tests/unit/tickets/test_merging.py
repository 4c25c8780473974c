"""Two tickets become one and two again; a part becomes its own; what stands on the wrong one goes to the right one."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.customers.actions import merging as customers
from sportello.records.procedures.models import Procedure
from sportello.records.tickets.access import public_entries
from sportello.records.tickets.actions import ending, handling, merging, messages, parting, passing, splitting
from sportello.records.tickets.models import (
    Entry,
    EntryMove,
    Link,
    Message,
    Notice,
    Participant,
    Term,
    Ticket,
    TicketMerge,
)
from sportello.records.tickets.queries import silent_tickets
from sportello.records.tickets.queries.timeline import public_timeline
from sportello.records.tickets.search import search
from sportello.records.tickets.surviving import surviving, together
from sportello.records.tickets.words import Words
from tests.cast import Cast, assemble
from tests.waiting import LIMIT, somebody_waits, wait_until


def writes(ticket: Ticket, text: str, address: str = "maria@example.org", **more: object) -> Message:
    return messages.receive(ticket, Words(text=text, sender_address=address, sender_name="Maria", **more),
                            channel="email", customer=ticket.customer, actor=actor.customer(ticket.customer_id))


def spine(ticket: Ticket) -> list[tuple[int, int]]:
    return list(Entry.objects.filter(ticket=ticket).exclude(kind="event").order_by("position").values_list("pk", "position"))


def pair(cast: Cast) -> tuple[Ticket, Ticket]:
    """The same of Maria twice; a note on the second, which has its words, an answer of ours and a file."""
    first, second = cast.ticket("Mensa"), cast.ticket("Ancora la mensa", text="Vi ho già scritto della mensa.")
    messages.note(second, cast.member("Anna"), "È la stessa: marmotta.")
    return first, second


def test_t23_replies_to_the_old_one_arrive_in_the_other_through_chains(cast: Cast) -> None:
    anna = cast.member("Anna")
    first, second = pair(cast)
    third = cast.ticket("Mensa, terza")
    before = spine(second)
    made = merging.merge(second, first, by=anna, reason="Due volte la stessa domanda.")
    assert second.is_closed and surviving(second).pk == first.pk
    assert [one.source_id for one in EntryMove.objects.filter(merge=made)] == [second.pk] * 2, "words and note"
    assert Entry.objects.filter(ticket=first, came_from=second).count() == 2
    said = writes(second, "Allora?")
    assert said.entry.ticket_id == first.pk
    merging.merge(first, third, by=anna)
    assert together(third) and set(together(third)) == {first.pk, second.pk, third.pk}
    late = writes(second, "E adesso?")
    assert late.entry.ticket_id == third.pk, "a chain is followed"
    third.refresh_from_db()
    assert third.unanswered_since is not None and not third.is_closed
    found = search(cast.person("Anna"), second.number).rows
    assert found and found[0][1] == third.pk, "the old number finds where it goes on"
    # a merge inside a later one is undone after it, and each entry goes to its place
    with pytest.raises(Refusal):
        merging.part(made, by=anna)
    merging.part(TicketMerge.objects.get(merged=first), by=anna)
    merging.part(TicketMerge.objects.get(pk=made.pk), by=anna)
    merging.part(TicketMerge.objects.get(pk=made.pk), by=anna)
    second.refresh_from_db()
    assert [one for one in spine(second) if one in before] == before
    assert not second.is_closed and second.merged_into_id is None and second.next_promise_at is not None
    assert writes(second, "Ora qui.").entry.ticket_id == second.pk
    assert silent_tickets(cast.person("Anna")) == []


def test_both_sides_are_told_once_where_they_are_reached_alike(cast: Cast) -> None:
    first, second = pair(cast)
    merging.merge(second, first, by=cast.member("Anna"))
    old, kept = Notice.objects.get(ticket=second, moment="merged"), Notice.objects.get(ticket=first, moment="merged")
    assert old.state == kept.state == "given" and old.message_id == kept.message_id, "one letter, a line in each ledger"
    assert old.message is not None and first.number in old.message.text and second.number in old.message.text
    assert "marmotta" not in "".join(item.message.text for item in public_timeline(first) if item.message)
    assert Event.objects.filter(verb="ticket.merged", subject_id=second.pk).count() == 1
    assert not Event.objects.filter(verb="ticket.closed", subject_id=second.pk).exists(), "no survey is owed for it"


def test_the_earlier_term_wins_and_undoing_gives_each_its_own(cast: Cast) -> None:
    anna = cast.member("Anna")
    first, second = pair(cast)
    early = first.terms.get(kind="conclusion")
    Term.objects.filter(ticket=first).update(due_at=early.due_at - timedelta(days=9))
    early.refresh_from_db()
    merging.merge(first, second, by=anna)
    second.refresh_from_db()
    running = second.terms.get(kind="conclusion", ended_at=None)
    assert running.due_at == early.due_at and running.starts_at == early.starts_at
    assert second.terms.filter(kind="conclusion", ended_at__isnull=False).count() == 1
    assert not first.terms.filter(met_at=None, ended_at=None).exists(), "kept elsewhere, neither met nor missed"
    assert second.reasons.filter(about="term", code="earlier_by_merge").exists()
    merging.part(TicketMerge.objects.get(), by=anna)
    assert first.terms.get(kind="conclusion").ended_at is None
    back = second.terms.filter(kind="conclusion", ended_at=None)
    assert [one.due_at > early.due_at for one in back] == [True]


def test_refused_where_words_or_law_would_be_hurt(cast: Cast) -> None:
    anna = cast.member("Anna")
    first, second = pair(cast)
    stranger = cast.ticket("Mensa", address="john@example.org", name="John Baker")
    with pytest.raises(Refusal, match=stranger.number):
        merging.merge(second, stranger, by=anna)
    shop = cast.ticket("Ordine", organisation=cast.bottega, kind="order")
    with pytest.raises(Refusal):
        merging.merge(second, shop, by=anna)
    # a procedure of law (confidence A: read in the text) owes its own decision: it is not swallowed, but may swallow
    law = cast.ticket("Reclamo", kind="complaint")
    Procedure.objects.filter(pk=law.procedure_id).update(confidence="A", source="D.Lgs. 33/2013 art. 5")
    with pytest.raises(Refusal, match="33/2013"):
        merging.merge(law, first, by=anna)
    merging.merge(first, Ticket.objects.get(pk=law.pk), by=anna)
    # fewer eyes: what few may read is not put before many
    handling.change_sensitivity(second, "named", named=[cast.member("Carla")], by=anna)
    open_one = cast.ticket("Aperta")
    with pytest.raises(Refusal):
        merging.merge(second, open_one, by=anna)
    ending.close(open_one, by=anna, outcome="solved", reason="Fatto.")
    with pytest.raises(Refusal):
        merging.merge(open_one, second, by=anna)
    assert not TicketMerge.objects.exclude(merged=first).exists()


def test_a_part_becomes_a_ticket_of_its_own(cast: Cast) -> None:
    anna, ticket = cast.member("Anna"), cast.ticket("Mensa e rifiuti", text="Ho due domande: zucchina.")
    other = writes(ticket, "E la tassa rifiuti? Peperone.").entry
    messages.note(ticket, anna, "La seconda è dei tributi.")
    note = Entry.objects.get(ticket=ticket, kind="note")
    said_at = clock.now(cast.borgo) - timedelta(days=3)
    Entry.objects.filter(pk=other.pk).update(happened_at=said_at)
    for wrong in ([], [note.pk], [other.pk, ticket.entries.get(position=1).pk], [10**9]):
        with pytest.raises(Refusal):
            splitting.split(ticket, wrong, by=anna, subject="Rifiuti")
    made = splitting.split(ticket, [other.pk, note.pk], by=anna, subject="Tassa rifiuti", team=cast.team("taxes"))
    assert made.number != ticket.number and made.team.slug == "taxes" and made.customer_id == ticket.customer_id
    assert made.terms.get(kind="conclusion").starts_at == said_at, "the request was made then, not today"
    receipt = Notice.objects.get(ticket=made, moment="receipt")
    assert receipt.state == "given" and receipt.message is not None and made.number in receipt.message.text
    assert Link.objects.get(ticket=made).kind == "split_from"
    texts = [item.message.text for item in public_timeline(made) if item.message and not item.message.notice_moment]
    assert texts == ["E la tassa rifiuti? Peperone."], "the note went along and stays a note"
    assert Entry.objects.get(pk=note.pk).visibility == "internal"
    assert search(cast.person("Anna"), made.number).rows[0][1] == made.pk
    assert search(cast.person("Anna"), ticket.number).rows[0][1] == ticket.pk
    assert [row[1] for row in search(cast.person("Anna"), "peperone").rows] == [made.pk]


def test_one_message_goes_to_the_right_ticket_and_nobody_of_the_old_one_gets_it(cast: Cast) -> None:
    anna, mine, johns = cast.member("Anna"), cast.ticket("Mensa"), cast.ticket("Buca", address="john@example.org", name="John Baker")
    stray = writes(mine, "La buca è ancora lì: gelsomino.", "john@example.org",
                   recipients=(("cc", "Vicina", "vicina@example.org"),)).entry
    Participant.objects.create(organisation=cast.borgo, ticket=mine, address="john@example.org", role="cc",
                               since=clock.now(cast.borgo))
    messages.note(mine, anna, "Questa è di John: tulipano.")
    note = Entry.objects.get(ticket=mine, kind="note")
    answer = messages.answer(mine, anna, "Grazie.", base_position=mine.last_public_position)
    with pytest.raises(Refusal):
        passing.pass_on(mine, [answer.entry.pk], johns, by=anna)
    written = Message.objects.filter(direction="out").count()
    passing.pass_on(mine, [stray.pk, note.pk], johns, by=anna)
    assert Message.objects.filter(direction="out").count() == written, "nothing leaves by moving"
    assert "gelsomino" not in str([item.message.text for item in public_timeline(mine) if item.message])
    assert not Participant.objects.filter(ticket=mine, address="john@example.org").exists()
    assert not public_entries(johns).filter(kind="note").exists()
    stray.refresh_from_db()
    assert stray.came_from_id == mine.pk and stray.ticket_id == johns.pk
    johns.refresh_from_db()
    assert johns.unanswered_since is not None
    # back again: it stands where it stood
    passing.pass_on(johns, [stray.pk], mine, by=anna)
    stray.refresh_from_db()
    assert stray.came_from_id is None and EntryMove.objects.filter(entry=stray).first().from_position == stray.position


def test_when_two_customers_come_apart_their_tickets_do_too(cast: Cast) -> None:
    """They were taken for one, and so were their tickets: nobody is led to another's words any more."""
    anna = cast.member("Anna")
    marias, johns = cast.ticket("Mensa"), cast.ticket("Mensa", address="john@example.org", name="John Baker")
    made = customers.merge(marias.customer, johns.customer, anna)
    merging.merge(Ticket.objects.get(pk=johns.pk), marias, by=anna)
    customers.undo(made, anna)
    event = Event.objects.get(verb="customer.parted")
    parting.give_back(SimpleNamespace(payload=event.payload))  # as the durable reaction is handed it
    johns.refresh_from_db()
    assert johns.merged_into_id is None and not johns.is_closed
    assert [item.message.text for item in public_timeline(marias) if item.message and not item.message.notice_moment] == [
        "Buongiorno, scrivo per: Mensa."]


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_each_into_the_other_end_with_one(django_db_blocker: object) -> None:
    """Locked in one order: the second waits, sees what was done and is refused."""
    cast = assemble()
    first, second = cast.ticket("Uno"), cast.ticket("Due")
    anna, said = cast.member("Anna"), []

    def merges(one: Ticket, other: Ticket) -> None:
        try:
            with transaction.atomic():
                merging.merge(Ticket.objects.get(pk=one.pk), Ticket.objects.get(pk=other.pk), by=anna)
            said.append("done")
        except Refusal:
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=merges, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert sorted(said) == ["done", "refused"]
    assert Ticket.objects.filter(merged_into__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_comes_in_while_the_two_are_being_merged_follows(django_db_blocker: object) -> None:
    """It waits for the lock of the old one, and finds where that goes on."""
    cast = assemble()
    kept, old = cast.ticket("Uno"), cast.ticket("Due")
    held, landed = threading.Event(), []

    def comes_in() -> None:
        held.wait(LIMIT)
        try:
            landed.append(writes(Ticket.objects.get(pk=old.pk), "Allora?").entry.ticket_id)
        finally:
            connection.close()

    thread = threading.Thread(target=comes_in)
    thread.start()
    with transaction.atomic():
        merging.merge(old, kept, by=cast.member("Anna"))
        held.set()
        wait_until(somebody_waits)
        assert not landed, "it waits"
    thread.join(LIMIT)
    assert landed == [kept.pk]

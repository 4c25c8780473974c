"""One person, several records: mail from each address, merged, parted; a reply always goes where the message came from."""

from __future__ import annotations

import pytest

from sportello.config import reactions
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.merging import merge, undo
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions import contacts, messages
from sportello.records.tickets.models import Recipient, Ticket
from sportello.records.tickets.queries.customer_pages import history_page
from sportello.records.tickets.words import Words
from tests.cast import Cast

pytestmark = pytest.mark.django_db

HOME, WORK = "maria@example.org", "m.popescu@lavoro.example"


def answered_to(ticket: Ticket, cast: Cast) -> str:
    ticket.refresh_from_db()
    message = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    return Recipient.objects.get(message=message).address


def writes_again(ticket: Ticket, address: str) -> None:
    customer = find_or_add(ticket.organisation, name="Maria Popescu", identities=[("email", address)], language="it",
                           actor=actor.MACHINE)
    messages.receive(ticket, Words(text="Novità?", subject="Re", sender_name="Maria", sender_address=address, language="it"),
                     channel="email", customer=customer, actor=actor.customer(customer.pk))


def test_a_merge_never_changes_where_a_reply_goes(cast: Cast) -> None:
    home, work = cast.ticket("Da casa", address=HOME), cast.ticket("Dal lavoro", address=WORK)
    kept, gone = (Customer.objects.select_related("organisation").get(pk=one.customer_id) for one in (home, work))
    assert kept.pk != gone.pk
    made = merge(kept, gone, cast.member("Anna"))
    for ticket, address in ((home, HOME), (work, WORK)):
        assert answered_to(ticket, cast) == address
        writes_again(ticket, address)
        assert answered_to(ticket, cast) == address
    later = cast.ticket("Ancora dal lavoro", address=WORK)
    assert later.customer_id == kept.pk, "one customer now"
    assert answered_to(later, cast) == WORK
    assert len(history_page(cast.person("Anna"), kept).lines) == 3

    undo(made, cast.member("Anna"))
    _react()
    _react()
    later.refresh_from_db()
    assert later.customer_id == gone.pk, "what came from their address is theirs again"
    for ticket, address in ((home, HOME), (work, WORK), (later, WORK)):
        assert answered_to(ticket, cast) == address
    assert [line.ticket.subject for line in history_page(cast.person("Anna"), kept).lines if line.ticket] == ["Da casa"]


def _react() -> None:
    """What the worker does after the commit, for the reactions on this page."""
    for consumer in reactions.DURABLE:
        if consumer.name == "tickets-of-who-parted":
            for event in Event.objects.filter(verb="customer.parted"):
                consumer.react(event)  # type: ignore[arg-type]  # a row has what a reader's line has


def test_history_is_paged_over_tickets_and_contacts_and_shows_what_one_may_see(cast: Cast) -> None:
    tickets = [cast.ticket(f"Numero {turn}", address=HOME) for turn in range(5)]
    customer = Customer.objects.get(pk=tickets[0].customer_id)
    for _turn in range(4):
        call = contacts.begin(cast.borgo, cast.member("Anna"), "phone")
        contacts.end(call, "answered", customer=customer)
    Ticket.objects.filter(pk=tickets[2].pk).update(sensitivity="named")
    seen: list[object] = []
    after = ""
    for _turn in range(10):
        page = history_page(cast.person("Anna"), customer, after, size=3)
        assert len(page.lines) <= 3
        seen += [line.ticket.id if line.ticket else ("contact", line.contact and line.contact.id) for line in page.lines]
        after = page.older
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8
    assert tickets[2].pk not in seen
    for nonsense in ("x", "1-t", "1-z-1", "nan-t-1", "1e400-t-3"):
        assert history_page(cast.person("Anna"), customer, nonsense, size=3).lines

"""The page of topics agrees with the lists themselves, and with who may see what."""

from __future__ import annotations

import itertools
import json

import pytest

from sportello.config import topics
from sportello.foundation.journal.models import Event
from sportello.foundation.journal.reader import Position, Read
from sportello.foundation.live.page import Change
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import LISTS, list_page
from tests.cast import Cast

EVERYBODY = ("Anna", "Bruno", "Carla", "Dario", "Elena", "Fabio", "Hugo", "Irene", "Leo", "Root")


def last_change(ticket: Ticket) -> Change:
    event = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("-id")[0]
    read = Read(event.id, Position(1, "1", event.id), event.at, event.happened_at, event.organisation_id,
                event.actor_kind, event.actor_id, event.verb, event.subject_kind, event.subject_id, event.payload)
    return Change(read, read)


def about(ticket: Ticket) -> topics.About:
    (found,) = topics.about([last_change(ticket)])
    return found


@pytest.fixture
def tickets(cast: Cast) -> list[Ticket]:
    """One of every sort: whose, where, in which state, for whose eyes."""
    made = [cast.ticket("Libera"), cast.ticket("Reclamo", kind="complaint"),
            cast.ticket("Negozio", organisation=cast.bottega, kind="order")]
    for subject, sensitivity, named in (("Di gruppo", "team", []), ("Riservata", "named", ["Anna", "Dario"])):
        ticket = cast.ticket(subject)
        handling.change_sensitivity(ticket, sensitivity, named=[cast.member(one) for one in named], by=cast.member("Carla"))
        made.append(ticket)
    taken = cast.ticket("Presa")
    handling.take(taken, cast.member("Anna"))
    messages.note(taken, cast.member("Anna"), "Nota")
    closed = cast.ticket("Chiusa")
    ending.close(closed, by=cast.member("Carla"), outcome="solved", reason="Fatto")
    return [*made, taken, closed]


def test_lists_on_values_are_the_lists_of_the_database(cast: Cast, tickets: list[Ticket]) -> None:
    for name, ticket in itertools.product(EVERYBODY, tickets):
        person = cast.person(name)
        held = {one for one in LISTS if ticket.pk in {row.id for row in list_page(person, one).rows}}
        change = about(ticket)
        assert topics.lists_of(topics.page().viewer(person.user), change, change.now) == held, (name, ticket.subject)


def test_only_who_may_see_a_ticket_may_hear_of_it(cast: Cast, tickets: list[Ticket]) -> None:
    for name, ticket in itertools.product(EVERYBODY, tickets):
        person = cast.person(name)
        hearer = topics.page().viewer(person.user)
        change, topic = about(ticket), f"ticket:{ticket.organisation.slug}/{ticket.number}"
        sees = tickets_for(person).filter(pk=ticket.pk).exists()
        (admitted,) = topics.admit_to_tickets([(hearer, [topic])])
        assert (topic in admitted) is sees, (name, ticket.subject)
        told = topics.tell_ticket(hearer, change)
        assert told is not None
        assert told.event == ("ticket" if sees else "gone")


def test_what_is_said_holds_no_word_of_the_ticket(cast: Cast, tickets: list[Ticket]) -> None:
    hearer = topics.page().viewer(cast.person("Carla").user)
    for ticket in tickets:
        for told in (topics.tell_lists(hearer, about(ticket)), topics.tell_ticket(hearer, about(ticket))):
            if told is not None:
                known = json.loads(told.data)
                assert set(known) <= {"ticket", "id", "version", "entered", "left", "topic"}
                assert ticket.subject.lower() not in told.data.lower()


def test_gathering_costs_two_queries_at_most(cast: Cast, tickets: list[Ticket], django_assert_max_num_queries) -> None:
    changes = [last_change(ticket) for ticket in tickets]
    with django_assert_max_num_queries(2):
        assert len(topics.about(changes)) == len(tickets)


def test_rights_compared_are_written_alike(cast: Cast) -> None:
    for name in EVERYBODY:
        user = cast.person(name).user
        assert topics.rights_now([user.pk])[user.pk] == topics.page().viewer(user).rights, name


def test_the_page_hears_every_event_of_a_ticket() -> None:
    page = topics.page()
    assert {"ticket.opened", "message.received", "note.written", "ticket.closed"} <= page.verbs
    assert set(page.cuts) == {"membership.began", "membership.changed", "membership.ended"}

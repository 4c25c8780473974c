"""A ticket's life, verb by verb."""

from datetime import timedelta

import pytest
from django.http import Http404

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.tickets import codes
from sportello.records.tickets.access import by_code, get_ticket, public_entries, tickets_for
from sportello.records.tickets.actions import codes as code_actions
from sportello.records.tickets.actions import contacts, ending, handling, messages
from sportello.records.tickets.models import AccessCode, Entry, Message, Notice, SearchRow, Term, Ticket
from sportello.records.tickets.queries import (
    Filters,
    counts,
    customer_history,
    list_page,
    public_timeline,
    silent_tickets,
    timeline,
)
from sportello.records.tickets.search import search
from sportello.records.tickets.standing import standing
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.waiting import LIMIT, somebody_waits, wait_until


def test_marias_mail_becomes_a_ticket_with_a_receipt(cast: Cast) -> None:
    opened = cast.opened()
    ticket = opened.ticket
    assert ticket.number.endswith("-0000001")
    assert ticket.team.slug == "front"
    assert ticket.next_promise_at is not None
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    assert [one.address for one in receipt.recipients.all()] == ["maria@example.org"]
    assert ticket.number in receipt.text
    assert codes.MARK in receipt.text, "the code itself is never stored"
    assert opened.code not in receipt.text
    assert opened.code in codes.filled(ticket, receipt)
    notice = Notice.objects.get(ticket=ticket)
    assert (notice.state, notice.how, notice.moment) == ("given", "email", "receipt")
    assert silent_tickets(cast.person("Anna")) == []


def test_the_journal_tells_it_without_personal_data(cast: Cast) -> None:
    ticket = cast.ticket()
    events = list(Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("id"))
    assert [event.verb for event in events] == [
        "ticket.opened",
        "message.received",
        "message.written",
        "notice.given",
    ]
    assert "maria" not in repr([event.payload for event in events]).lower()


def test_anna_answers_and_the_ball_is_not_with_us(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    assert ticket.waits_for_us
    answer = messages.answer(ticket, anna, "Gentile Maria, ecco.", base_position=ticket.last_public_position)
    assert answer.channel == "email"
    assert answer.token
    assert (ticket.status, ticket.owner_id, ticket.waits_for_us) == ("in_progress", anna.pk, False)
    assert Term.objects.get(ticket=ticket, kind="first_answer").met_at is not None


def test_a_reply_begun_before_something_new_is_refused(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    base = ticket.last_public_position
    messages.receive(ticket, Words(text="Ancora io"), channel="email", customer=ticket.customer, actor=actor.MACHINE)
    with pytest.raises(Stale):
        messages.answer(ticket, anna, "Ecco", base_position=base)
    assert Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").count() == 0


def test_two_who_take_at_once(cast: Cast) -> None:
    ticket = cast.ticket()
    handling.take(ticket, cast.member("Anna"), expected_owner_id=None)
    with pytest.raises(Stale):
        handling.take(ticket, cast.member("Hugo"), expected_owner_id=None)
    assert Ticket.objects.get(pk=ticket.pk).owner_id == cast.member("Anna").pk


def test_closing_needs_outcome_and_reason_and_tells_maria(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    with pytest.raises(Refusal):
        ending.close(ticket, by=anna, outcome="solved", reason=" ")
    with pytest.raises(Refusal):
        ending.close(ticket, by=anna, outcome="gone", reason="Fatto")
    ending.close(ticket, by=anna, outcome="solved", reason="Rimborso disposto.")
    assert ticket.next_promise_at is None
    last = Message.objects.filter(entry__ticket=ticket).latest("id")
    assert last.notice_moment == "closed"
    assert "Rimborso disposto." in last.text
    assert standing(ticket, "it").is_closed


def test_maria_confirms_or_reopens(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    ending.confirm(ticket)
    ending.confirm(ticket)
    assert Entry.objects.filter(ticket=ticket, event__code="customer_confirmed").count() == 1
    ending.reopen(ticket, reason="Non è vero")
    assert not ticket.is_closed
    assert ticket.waits_for_us
    assert ticket.next_promise_at is not None


def test_words_long_after_the_end_do_not_reopen(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    late = clock.now(cast.borgo) + timedelta(days=31)
    with pytest.raises(messages.TooLate):
        messages.receive(
            ticket, Words(text="?"), channel="email", customer=ticket.customer, actor=actor.MACHINE, at=late
        )
    assert Ticket.objects.get(pk=ticket.pk).is_closed


def test_an_out_of_office_changes_neither_state_nor_clock(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    messages.answer(ticket, anna, "Ecco", base_position=ticket.last_public_position, then="wait")
    messages.receive(
        ticket,
        Words(text="Sono in ferie", is_machine=True),
        channel="email",
        customer=ticket.customer,
        actor=actor.MACHINE,
    )
    assert ticket.status == "waiting_customer"
    assert not ticket.waits_for_us


def test_a_note_never_leaves_the_house(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    messages.note(ticket, anna, "SEGRETO d'ufficio")
    assert not public_entries(ticket).filter(kind="note").exists()
    assert "SEGRETO" not in repr(public_timeline(ticket))
    assert "SEGRETO" in repr([item.note_text for item in timeline(cast.person("Anna"), ticket)])


@pytest.mark.parametrize(
    ("sensitivity", "seen_by"),
    [
        ("normal", {"Anna", "Bruno", "Carla", "Hugo"}),
        ("team", {"Anna", "Carla", "Hugo"}),
        ("named", {"Anna"}),
    ],
)
def test_who_sees_what(cast: Cast, sensitivity: str, seen_by: set[str]) -> None:
    ticket = cast.ticket()
    handling.change_sensitivity(ticket, sensitivity, by=cast.member("Anna"))
    for name in cast.users:
        sees = tickets_for(cast.person(name)).filter(pk=ticket.pk).exists()
        assert sees == (name in seen_by), name
        found = search(cast.person(name), "addebito")
        assert bool(found.rows) == (name in seen_by), f"search of {name}"
    with pytest.raises(Http404):
        get_ticket(cast.person("Irene"), "borgo", ticket.number)


def test_dario_the_specialist_sees_his_teams_tickets(cast: Cast) -> None:
    ticket = cast.ticket(kind="complaint")
    assert ticket.team.slug == "taxes"
    assert tickets_for(cast.person("Dario")).filter(pk=ticket.pk).exists()
    handling.move(ticket, cast.team("front"), by=cast.member("Bruno"), reason="È dello Sportello")
    assert not tickets_for(cast.person("Dario")).filter(pk=ticket.pk).exists()
    assert not search(cast.person("Dario"), "addebito").rows, "search rows follow the team"
    assert Notice.objects.filter(ticket=ticket, moment="moved", state="given").exists()


def test_lists_and_their_counts(cast: Cast) -> None:
    anna = cast.person("Anna")
    first, second = cast.ticket("Prima"), cast.ticket("Seconda")
    assert {row.subject for row in list_page(anna, "unassigned").rows} == {"Prima", "Seconda"}
    handling.take(first, cast.member("Anna"))
    assert [row.subject for row in list_page(anna, "mine").rows] == ["Prima"]
    assert [row.subject for row in list_page(anna, "unassigned").rows] == ["Seconda"]
    assert counts(anna)["waiting"] == 2
    messages.answer(second, cast.member("Anna"), "Ecco", base_position=second.last_public_position)
    assert [row.subject for row in list_page(anna, "waiting").rows] == ["Prima"]


@pytest.mark.parametrize("sort", ["due", "newest", "oldest_waiting", "opened"])
def test_pages_by_key_show_every_ticket_once(cast: Cast, sort: str) -> None:
    for number in range(7):
        ticket = cast.ticket(f"Domanda {number}")
        if number % 3 == 0:
            messages.answer(ticket, cast.member("Anna"), "Ecco", base_position=ticket.last_public_position)
    seen: list[str] = []
    after = ""
    for _ in range(10):
        page = list_page(cast.person("Anna"), "all", sort, after, limit=2)
        seen += [row.number for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 7


def test_filters(cast: Cast) -> None:
    cast.ticket("Una")
    complaint = cast.ticket("Reclamo", kind="complaint")
    page = list_page(cast.person("Anna"), "all", filters=Filters(kind_id=complaint.kind_id))
    assert [row.subject for row in page.rows] == ["Reclamo"]
    assert page.complete


def test_search_finds_words_beginnings_accents_and_numbers(cast: Cast) -> None:
    ticket = cast.ticket("Perché la refezione è così cara?", text="La quota della mensa scolastica è doppia")
    for typed in ("refezione", "perche", "mens", "scolastiche", ticket.number, "001", "maria@example.org", "Popescu"):
        assert [found[1] for found in search(cast.person("Anna"), typed).rows][:1] == [ticket.pk], typed
    assert not search(cast.person("Anna"), "inesistente").rows
    assert not search(cast.person("Irene"), "refezione").rows
    assert SearchRow.objects.filter(ticket=ticket).count() >= 1


@pytest.mark.parametrize("typed", ["'", "a & b", "! | (", "'; DROP TABLE x --", "%", "\\", "", "   ", "*:*"])
def test_search_survives_whatever_is_typed(cast: Cast, typed: str) -> None:
    cast.ticket()
    search(cast.person("Anna"), typed)


def test_a_code_opens_only_its_ticket_and_shuts_after_too_many_wrong(cast: Cast) -> None:
    opened, other = cast.opened(), cast.opened("Altra")
    assert by_code(cast.borgo, opened.ticket.number, opened.code.lower().replace("-", " ")) == opened.ticket
    assert by_code(cast.borgo, other.ticket.number, opened.code) is None
    assert by_code(cast.bottega, opened.ticket.number, opened.code) is None
    AccessCode.objects.filter(ticket=opened.ticket).update(failed_tries=codes.TRIES - 1)
    assert by_code(cast.borgo, opened.ticket.number, opened.code) == opened.ticket
    assert by_code(cast.borgo, opened.ticket.number, "BBBB-BBBB-CCCC") is None
    assert by_code(cast.borgo, opened.ticket.number, opened.code) is None
    code_actions.renew(opened.ticket, actor.customer(None))
    fresh = codes.code_of(opened.ticket)
    assert fresh != opened.code
    assert by_code(cast.borgo, opened.ticket.number, fresh) == opened.ticket
    assert AccessCode.objects.filter(ticket=opened.ticket, ended_at__isnull=True).count() == 1


def test_an_anonymous_question_counts_with_one_key(cast: Cast) -> None:
    contact = contacts.count_question(cast.borgo, cast.member("Anna"), "counter")
    assert contact.customer_id is None
    assert contact.outcome == "answered"
    assert contact.intervals.count() == 1


def test_a_visit_is_the_sum_of_its_intervals(cast: Cast) -> None:
    anna, ticket = cast.member("Anna"), cast.ticket()
    began = clock.now(cast.borgo) - timedelta(minutes=10)
    visit = contacts.begin(cast.borgo, anna, "counter", at=began)
    contacts.enter(visit, "hold", at=began + timedelta(minutes=2))
    contacts.enter(visit, "serving", at=began + timedelta(minutes=5))
    contacts.record_on(ticket, visit, "Ha portato la ricevuta", member=anna)
    contacts.end(visit, "ticket", customer=ticket.customer, at=began + timedelta(minutes=9))
    item = next(item for item in timeline(cast.person("Anna"), ticket) if item.kind == "contact")
    assert item.contact_seconds == (2 + 4) * 60
    assert not item.is_public
    assert len(customer_history(cast.person("Anna"), ticket.customer).tickets) == 1


def test_a_new_promise_is_told_with_its_reason(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    until = clock.now(cast.borgo) + timedelta(hours=5)
    handling.promise(ticket, until, by=anna, reason="Serve il parere dei Tributi")
    assert ticket.next_promise_at == until
    told = Message.objects.filter(entry__ticket=ticket, notice_moment="promise").get()
    assert "parere dei Tributi" in told.text
    with pytest.raises(Refusal):
        handling.promise(ticket, clock.now(cast.borgo) - timedelta(days=1), by=anna, reason="Ieri")


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_lock_finds_the_ticket_though_its_team_changed() -> None:
    """A joined row that changes while we wait must not make the ticket vanish."""
    import threading

    from django.db import connection, transaction

    from tests.cast import assemble

    people = assemble()
    ticket, anna, bruno = people.ticket(), people.member("Anna"), people.member("Bruno")
    failed: list[BaseException] = []

    def write_a_note() -> None:
        try:
            messages.note(Ticket.objects.get(pk=ticket.pk), bruno, "Nel frattempo")
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    waiter = threading.Thread(target=write_a_note)
    with transaction.atomic():
        handling.move(ticket, people.team("taxes"), by=anna, reason="È dei Tributi")
        waiter.start()
        wait_until(somebody_waits)
    waiter.join(LIMIT)
    assert failed == []
    assert Entry.objects.filter(ticket=ticket, kind="note").exists()


@pytest.mark.django_db(transaction=True)
def test_when_anna_leaves_her_tickets_go_back_to_the_team() -> None:
    from sportello.foundation.journal import consumers
    from sportello.records.accounts.actions.members import end_member
    from tests.cast import assemble

    people = assemble()
    open_one, closed_one = people.ticket("Aperta"), people.ticket("Chiusa")
    for ticket in (open_one, closed_one):
        handling.take(ticket, people.member("Anna"))
    ending.close(closed_one, by=people.member("Anna"), outcome="solved", reason="Fatto.")
    end_member(people.member("Anna"), actor.person(people.users["Elena"].pk))
    # readers wait for every writer of the server, its own upkeep included
    wait_until(lambda: consumers.work() >= 0 and Ticket.objects.get(pk=open_one.pk).owner_id is None)
    assert Ticket.objects.get(pk=open_one.pk).owner_id is None
    assert Ticket.objects.get(pk=closed_one.pk).owner_id == people.member("Anna").pk, "history stays"
    assert open_one.number in {row.number for row in list_page(people.person("Carla"), "unassigned").rows}

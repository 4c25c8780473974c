"""Mails that have nothing to do with each other share a transaction: with the same rows as alone, none harmed by
another, and a number of statements that is pinned here because it does not depend on the machine."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sportello.foundation.files.actions import read
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Customer, Identity
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import (
    Entry,
    Message,
    Moment,
    Notice,
    Participant,
    Reason,
    Recipient,
    SearchRow,
    Term,
    Ticket,
)  # fmt: skip
from sportello.service.channels import intake
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import BlockedSender, Delivery, Dispatch, IncomingMail
from sportello.service.channels.steps import known
from sportello.service.routing.models import Route
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, adds_up, arrive, letter, stored, ticket_of
from tests.waiting import LIMIT, somebody_waits, wait_until

set_up_moves = import_module("sportello.config.migrations.0002_set_up_moves")
#: What opening a ticket makes, one row or more of each.
_MADE = (Entry, Message, Moment, Notice, Participant, Reason, Recipient, SearchRow, Term, Dispatch, Delivery)


def sender(number: int) -> str:
    return f"Persona {number} <persona{number}@example.org>"


def strangers(count: int, first: int = 0) -> list[IncomingMail]:
    return [
        stored(letter(f"Domanda {number}", sender=sender(number), subject=f"Cosa {number}"),
               envelope_from=f"persona{number}@example.org")
        for number in range(first, first + count)
    ]  # fmt: skip


def settled_in(mails: list[IncomingMail]) -> int:
    """Statements of one round of intake that settles all of them; the empty look that ends it is left out."""
    with CaptureQueriesContext(connection) as asked:
        assert intake.work() == len(mails)
    for mail in mails:
        mail.refresh_from_db()
        assert mail.state == "ticketed"
    statements = [one["sql"] for one in asked.captured_queries]
    end = max(place for place, sql in enumerate(statements) if sql.startswith(("WITH", "INSERT", "UPDATE")))
    return len(statements[: end + 2])  # with what commits


def reply_to(ticket: Ticket, text: str) -> IncomingMail:
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    to = tokens.reply_address(URP, receipt.token)
    address = receipt.recipients.get().address
    return stored(letter(text, sender=address, to=to), to, envelope_from=address)


def made(ticket: Ticket) -> dict[str, Any]:
    """What stands of a ticket, without what differs from one to the next."""
    events = Event.objects.filter(payload__has_key="version", subject_kind="ticket", subject_id=ticket.pk)
    return {
        "ticket": [ticket.status, ticket.version, ticket.last_position, ticket.last_public_position, ticket.team_id],
        "promise": ticket.next_promise_at == min(ticket.terms.values_list("due_at", flat=True)),
        "entries": list(ticket.entries.order_by("position").values_list("position", "kind", "visibility")),
        "reasons": list(Reason.objects.filter(ticket=ticket).order_by("pk").values_list("about", "code")),
        "notices": list(ticket.notices.values_list("moment", "state", "how", "is_required")),
        "terms": sorted(ticket.terms.values_list("kind", "value", "unit")),
        "moments": sorted(ticket.moments.values_list("sort", "code", "whom")),
        "search": ticket.search_rows.count(),
        "deliveries": list(Delivery.objects.filter(dispatch__message__entry__ticket=ticket).values_list("state")),
        "events": list(events.order_by("id").values_list("verb", "payload__before_status")),
    }


def test_twelve_strangers_at_once_get_what_one_alone_gets(cast: Cast) -> None:
    (alone,) = strangers(1)
    intake.work()
    many = strangers(12, first=1)
    assert intake.work() == 12
    pattern = made(ticket_of(IncomingMail.objects.get(pk=alone.pk)))
    assert len(pattern["reasons"]) == 6
    assert pattern["events"]
    for mail in many:
        mail.refresh_from_db()
        ticket = ticket_of(mail)
        assert made(ticket) == pattern
        assert ticket.customer is not None
        assert mail.sender == ticket.customer.identities.get().value
        assert mail.message.text == f"Domanda {mail.sender[7:].partition('@')[0]}"
    numbers = [int(one.partition("-")[2]) for one in Ticket.objects.order_by("pk").values_list("number", flat=True)]
    assert numbers == list(range(1, 14)), "one number each, in the order they came"
    told = Event.objects.filter(organisation_id=cast.borgo.pk).values_list("verb", flat=True)
    assert Counter(told)["mail.settled"] == 13


def test_statements_of_mails_alone_and_together(cast: Cast) -> None:
    """What an organisation is set up as is asked once, and again when it has changed. Two of each are the
    transaction's."""
    warm = strangers(3)
    intake.work()
    tickets = [ticket_of(IncomingMail.objects.get(pk=mail.pk)) for mail in warm]
    settled_in([reply_to(tickets[0], "Grazie")])
    assert settled_in(strangers(1, first=10)) <= 11
    assert settled_in([reply_to(tickets[1], "Ancora")]) <= 14
    assert settled_in(strangers(20, first=20)) <= 11, "twenty cost what one costs"
    assert settled_in([reply_to(tickets[2], "E io"), *strangers(9, first=50)]) <= 16


def test_what_somebody_sets_up_elsewhere_counts_for_the_next_mail(cast: Cast) -> None:
    """As another process does it, past everything that is kept here: by statements of its own."""
    strangers(2)
    while intake.work():
        pass
    team = cast.team("taxes")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_mailbox SET team_id = %s WHERE address = %s", [team.pk, URP])
    assert ticket_of(arrive(letter("Terza", sender=sender(3), subject="Tre"))).team == team
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_mailbox SET team_id = NULL WHERE address = %s", [URP])
        cursor.execute("DELETE FROM routing_route WHERE organisation_id = %s AND kind_id IS NOT NULL", [cast.borgo.pk])
        cursor.execute("UPDATE routing_route SET team_id = %s WHERE organisation_id = %s", [team.pk, cast.borgo.pk])
    fourth = ticket_of(arrive(letter("Quarta", sender=sender(4), subject="Quattro")))
    assert (fourth.team, Reason.objects.get(ticket=fourth, about="route").code) == (team, "rest_team")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenancy_organisation SET languages = '[\"en\"]' WHERE id = %s", [cast.borgo.pk])
    assert ticket_of(arrive(letter("Quinta", sender=sender(5), subject="Cinque"))).language == "en"
    block(cast, "persona6@example.org")
    sixth = arrive(letter("Sesta", sender=sender(6), subject="Sei"))
    assert (sixth.state, sixth.cause) == ("quarantined", "blocked")


def block(cast: Cast, address: str) -> None:
    now = clock.now(cast.borgo)
    by = cast.member("Anna")
    BlockedSender.objects.bulk_create(
        [BlockedSender(organisation=cast.borgo, sender=address, reason="x", blocked_by=by, blocked_at=now - timedelta(1))]
    )


@pytest.mark.parametrize("table", set_up_moves.TABLES)
def test_every_table_of_the_set_up_moves_its_mark(cast: Cast, table: str) -> None:
    """Also where a row is only deleted; of a collector, not where it stands with its server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'set_up%%'", [table])
        assert {name for (name,) in cursor.fetchall()} == {"set_up_made", "set_up_changed"}
        before = mark(cast)
        cursor.execute(f"UPDATE {table} SET organisation_id = organisation_id")
        assert mark(cast) == before, "nothing was changed"


def mark(cast: Cast) -> object:
    return Organisation.objects.values_list("set_up", flat=True).get(pk=cast.borgo.pk)


def test_the_mark_moves_with_every_change_and_comes_back_with_none(cast: Cast) -> None:
    marks = [mark(cast)]
    with transaction.atomic():
        Route.objects.filter(organisation=cast.borgo).delete()
        marks.append(mark(cast))
        transaction.set_rollback(True)
    assert mark(cast) == marks[0], "it was undone"
    Route.objects.filter(organisation=cast.borgo).delete()
    marks.append(mark(cast))
    cast.borgo.name = "Comune di Borgo Nuovo"
    cast.borgo.save()
    marks.append(mark(cast))
    assert None not in marks
    assert len(set(marks)) == 4, "a mark that was undone never comes again, and a stale instance does not bring one back"


def test_statements_of_an_answer(cast: Cast) -> None:
    """The verb itself: two to lock, two for where it goes, one for all ids, one of terms, one for all rows, two of the
    transaction; whether it waits for an approval is known."""
    ticket, member = ticket_of(arrive(letter())), cast.member("Anna")
    messages.answer(ticket, member, "Ecco.", base_position=ticket.last_public_position)
    with CaptureQueriesContext(connection) as asked:
        messages.answer(ticket, member, "E ancora.", base_position=ticket.last_public_position)
    assert len(asked.captured_queries) <= 9


def test_a_poisoned_mail_harms_itself_only(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = strangers(6)
    write = intake._write

    def fails(row: IncomingMail, settled: Any) -> None:
        if row.pk == mails[3].pk:
            raise RuntimeError("poison")
        write(row, settled)

    monkeypatch.setattr(intake, "_write", fails)
    while intake.work():
        pass
    assert adds_up() == {"pending": 1, "ticketed": 5}
    mails[3].refresh_from_db()
    assert (mails[3].attempts, mails[3].state) == (1, "pending")
    assert Ticket.objects.count() == Customer.objects.filter(name__startswith="Persona").count() == 5
    monkeypatch.setattr(intake, "_write", write)
    IncomingMail.objects.filter(pk=mails[3].pk).update(next_attempt_at=clock.server_now() - timedelta(seconds=1))
    later = strangers(2, first=10)
    assert intake.work() == 3
    for mail in (mails[3], *later):
        mail.refresh_from_db()
        assert mail.state == "ticketed"
    assert Ticket.objects.count() == 8


def test_what_concerns_an_earlier_one_sees_what_became_of_it(cast: Cast) -> None:
    """One person twice, an answer to a mail of the same round, and the same message by another mailbox."""
    first = stored(letter("Prima", sender=sender(1), message_id="<a@example.org>"), envelope_from="p@example.org")
    again = stored(letter("Seconda", sender=sender(1), subject="Altro"), envelope_from="p@example.org")
    answer = stored(letter("Ancora sulla prima", sender=sender(1), In_Reply_To="<a@example.org>"))
    other = stored(letter("Prima", sender=sender(1), message_id="<a@example.org>"), "tributi@borgo.test")
    strangers(3, first=5)
    while intake.work():
        pass
    for mail in (first, again, answer, other):
        mail.refresh_from_db()
    assert Customer.objects.filter(name="Persona 1").count() == 1
    assert ticket_of(answer) == ticket_of(first)
    assert answer.cause == "by_reference"
    assert ticket_of(again) != ticket_of(first)
    assert ticket_of(other) != ticket_of(first)
    assert ticket_of(other).links.get().kind == "same_message"


def test_two_who_answer_on_one_ticket_both_stand_on_it(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    member = cast.member("Anna")
    messages.answer(ticket, member, "Ecco.", base_position=ticket.last_public_position, then="wait")
    ours = Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="")
    to = tokens.reply_address(URP, ours.token)
    replies = [stored(letter(f"Risposta {number}", sender=sender(number), to=to), to) for number in range(3)]
    while intake.work():
        pass
    assert adds_up() == {"ticketed": 4}
    assert {ticket_of(IncomingMail.objects.get(pk=one.pk)) for one in replies} == {ticket}
    positions = list(ticket.entries.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.last_position) == ("in_progress", len(positions))


def test_a_round_of_two_organisations_gives_each_its_own_numbers(cast: Cast) -> None:
    for number in range(6):
        to = URP if number % 2 else "aiuto@bottega.test"
        stored(letter(f"Domanda {number}", sender=sender(number), to=to), to)
    while intake.work():
        pass
    by_organisation: dict[int, list[str]] = {}
    for organisation_id, number in Ticket.objects.order_by("pk").values_list("organisation_id", "number"):
        by_organisation.setdefault(organisation_id, []).append(number[5:])
    assert list(by_organisation.values()) == [["0000001", "0000002", "0000003"]] * 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_new_people_make_each_once() -> None:
    """A lost race undoes a batch; its mails are then settled one by one."""
    from tests.cast import assemble

    assemble()
    for turn in range(4):
        for number in range(6):
            stored(letter(f"Domanda {turn}.{number}", sender=sender(number), subject=f"Cosa {turn} {number}"))
    failed: list[BaseException] = []

    def works() -> None:
        try:
            while intake.work():
                pass
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=works) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(LIMIT)
    assert not failed
    assert adds_up() == {"ticketed": 24}
    assert Identity.objects.filter(value__startswith="persona").count() == 6
    assert Ticket.objects.count() == Notice.objects.count() == Dispatch.objects.count() == 24
    assert Ticket.objects.values("number").distinct().count() == 24


def test_numbers_are_taken_ahead_while_many_wait_and_given_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "TOGETHER", 4)
    strangers(11)
    with CaptureQueriesContext(connection) as asked:
        assert intake.work() == 11
    numbers = [int(one.partition("-")[2]) for one in Ticket.objects.order_by("pk").values_list("number", flat=True)]
    assert numbers == list(range(1, 12))
    ahead = [one["sql"] for one in asked.captured_queries if one["sql"] == "SET LOCAL synchronous_commit TO off"]
    assert len(ahead) == 2, "after each of the two full rounds"
    # nobody waits any more: what was taken and not used is left out, and numbers follow time again
    assert not any(known._TAKEN.values())
    cast.ticket()
    strangers(1, first=20)
    intake.work()
    newest, before = Ticket.objects.order_by("-pk").values_list("number", flat=True)[:2]
    assert newest > before


def test_numbers_taken_ahead_are_not_given_when_the_database_went_away(cast: Cast) -> None:
    """Nobody waited for the commit of the counter: after a failover another worker may be given the same ones."""
    known._TAKEN[cast.borgo.pk] = {2026: [7, 8]}
    known.Known().forget()
    assert not any(known._TAKEN.values())


@pytest.mark.django_db(transaction=True)
def test_a_reply_or_a_copy_that_another_worker_is_at_waits_and_keeps_nobody_waiting() -> None:
    from tests.cast import assemble

    assemble()
    (first,) = strangers(1)
    intake.work()
    ticket = Ticket.objects.get()
    reply, (other,), (copy,) = reply_to(ticket, "Grazie"), strangers(1, first=7), strangers(1, first=8)
    elsewhere = connection.copy()  # as another worker: its round goes on
    try:
        elsewhere.set_autocommit(False)
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR NO KEY UPDATE", [ticket.pk])
            rfc_id = parse(read(copy.raw)).message_id  # of which it has another copy
            name = f"mail {copy.organisation_id} {rfc_id or copy.raw_id}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        assert intake._settle_some(known.Known(), 50) == (1, [])
        states = IncomingMail.objects.order_by("pk").values_list("pk", "state")
        assert dict(states) == {
            first.pk: "ticketed", reply.pk: "pending", other.pk: "ticketed", copy.pk: "pending",
        }  # fmt: skip
        # nothing else is left: now it is waited for, and joins as soon as the other has done
        done = threading.Thread(target=lambda: (wait_until(somebody_waits), elsewhere.connection.rollback(), connection.close()))
        done.start()
        assert intake.work() == 2
        done.join(LIMIT)
        reply.refresh_from_db()
        assert ticket_of(reply) == ticket
    finally:
        elsewhere.close()

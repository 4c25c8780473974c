"""The walk of a letter by real SMTP: in by our door, out to a real server, and back again."""

from __future__ import annotations

import smtplib
import socket

import pytest
from django.db import OperationalError, connection

from sportello.foundation.files.models import Blob
from sportello.records.customers.models import Customer
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels import intake, outbox
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import (
    TAXES,
    URP,
    adds_up,
    closed_port,
    in_threads,
    letter,
    open_door,
    send_by,
    sink,
)
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    """What the worker does, until nothing is left."""
    while intake.work() or outbox.work():
        pass


def test_from_her_letter_to_her_reply(cast: Cast) -> None:
    with open_door() as door, sink() as server:
        send_by(server)
        door.send(letter("Buongiorno, a che ora aprite?", message_id="<maria1@example.org>"))
        work()
        (receipt,) = server.letters()
        ticket = Ticket.objects.get()
        assert receipt["To"] == "Maria Popescu <maria@example.org>"
        assert receipt["Auto-Submitted"] == "auto-replied"
        assert receipt["In-Reply-To"] == "<maria1@example.org>"
        assert ticket.number in receipt.get_body(("plain",)).get_content()

        answer = messages.answer(
            ticket, cast.member("Anna"), "Gentile Maria,\napriamo alle 8:30.", base_position=ticket.last_public_position
        )
        work()
        letter_back = server.letters()[1]
        assert "apriamo alle 8:30." in letter_back.get_body(("plain",)).get_content()
        assert "Auto-Submitted" not in letter_back
        assert letter_back["Message-ID"] == f"<sp.{answer.token}@borgo.test>"
        assert "<maria1@example.org>" in letter_back["References"]
        assert letter_back["In-Reply-To"] == "<maria1@example.org>"
        assert server.taken[1][0] == tokens.reply_address(URP, answer.token)
        assert Dispatch.objects.get(message=answer).state == "sent"
        assert "4711" in Delivery.objects.get(dispatch__message=answer).answer

        reply_to = letter_back["Reply-To"].addresses[0].addr_spec
        door.send(letter("Grazie!", to=reply_to, subject="Re: Orari"), to=reply_to)
        work()
    ticket.refresh_from_db()
    assert Message.objects.get(entry__position=ticket.last_public_position, entry__ticket=ticket).text.strip() == "Grazie!"
    assert ticket.unanswered_since is not None
    assert adds_up() == {"ticketed": 2}
    assert len(server.taken) == 2, "a reply on an open ticket is answered by nobody's program"


def test_a_note_leaves_by_no_way(cast: Cast) -> None:
    """T12: the marker of a note and of its file stands in nothing that leaves."""
    from sportello.foundation.files.actions import keep

    with open_door() as door, sink() as server:
        send_by(server)
        door.send(letter())
        work()
        ticket, anna = Ticket.objects.get(), cast.member("Anna")
        file = File("SEGRETO.txt", keep(cast.borgo, b"SEGRETO nel file"))
        messages.note(ticket, anna, "SEGRETO tra noi", files=[file])
        shown = File("modulo.txt", keep(cast.borgo, b"il modulo"))
        ticket.refresh_from_db()
        messages.answer(ticket, anna, "Ecco il modulo.", base_position=ticket.last_public_position, files=[shown])
        work()
        assert b"SEGRETO" not in b"".join(raw for _s, _t, raw in server.taken)
        (attached,) = server.letters()[1].iter_attachments()
        assert (attached.get_filename(), attached.get_content().strip()) == ("modulo.txt", "il modulo")


# The door ------------------------------


def test_the_door_refuses_what_is_not_ours_and_tells_its_size(cast: Cast, settings) -> None:
    settings.MAIL_BYTES = 10_000
    with open_door() as door, smtplib.SMTP("127.0.0.1", door.port, timeout=LIMIT) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "10000"
        client.mail("maria@example.org")
        code, words = client.rcpt("nessuno@borgo.test")
        assert code == 550
        assert b"no mailbox with this address" in words
        assert client.rcpt(URP)[0] == 250
        assert client.rcpt(f"urp+sp-{'a' * 24}@borgo.test")[0] == 250
        assert client.rcpt("urp+rifiuti@borgo.test")[0] == 250
        client.rset()
        assert client.mail("maria@example.org", ["size=20000"])[0] == 552
        client.mail("maria@example.org")
        client.rcpt(URP)
        assert client.data(letter(("y" * 70 + "\r\n") * 200))[0] == 552, "also who did not say it before"
    assert IncomingMail.objects.count() == 0


def test_one_letter_to_two_mailboxes_and_an_alias_is_stored_once_each(cast: Cast) -> None:
    with open_door() as door:
        door.send(letter(to=f"{URP}, {TAXES}"), to=[URP, "urp+x@borgo.test", TAXES, "aiuto@bottega.test"])
    rows = IncomingMail.objects.order_by("mailbox__address").values_list("mailbox__address", "organisation__slug")
    assert list(rows) == [("aiuto@bottega.test", "bottega"), (TAXES, "borgo"), (URP, "borgo")]
    assert Blob.objects.count() == 2, "bytes are never shared between organisations"
    work()
    assert adds_up() == {"ticketed": 3}


def test_it_speaks_lmtp_too(cast: Cast) -> None:
    with open_door() as door, smtplib.LMTP("127.0.0.1", door.lmtp_port) as client:
        client.ehlo()
        client.mail("")
        assert [client.rcpt(to)[0] for to in (URP, TAXES, "nessuno@borgo.test")] == [250, 250, 550]
        assert client.docmd("DATA")[0] == 354
        client.send(letter() + b".\r\n")
        assert [client.getreply()[0], client.getreply()[0]] == [250, 250], "an answer for each recipient"
    assert list(IncomingMail.objects.values_list("door", "envelope_from")) == [("lmtp", "<>")] * 2


def test_without_the_database_nobody_is_told_250(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_door() as door:
        real = "sportello.service.channels.email.listener."

        def away(*_args: object, **_more: object) -> None:
            raise OperationalError("the connection is lost")

        monkeypatch.setattr(real + "take", away)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            door.send(letter())
        assert refused.value.smtp_code == 451
        monkeypatch.setattr(real + "mailbox_for", away)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused_too:
            door.send(letter())
        assert next(iter(refused_too.value.recipients.values()))[0] == 451


def test_the_door_outlives_lost_connections(cast: Cast) -> None:
    """The database drops every connection, as at a restart: the next letter is taken all the same."""
    with open_door() as door:
        for _round in range(3):
            door.send(letter())
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        door.send(letter())
    assert IncomingMail.objects.count() == 4


def test_a_client_that_hangs_up_half_way_leaves_nothing(cast: Cast) -> None:
    with open_door() as door:
        with socket.create_connection(("127.0.0.1", door.port)) as raw:
            file = raw.makefile("rwb")
            for line in (b"EHLO x\r\n", b"MAIL FROM:<a@example.org>\r\n", f"RCPT TO:<{URP}>\r\n".encode(), b"DATA\r\n"):
                file.write(line)
            file.write(b"From: a@example.org\r\n\r\nhalf a let")
            file.flush()
        door.send(letter())
    assert IncomingMail.objects.count() == 1


def test_odd_bytes_are_stored_as_they_came(cast: Cast) -> None:
    raw = b"From: Maria <maria@example.org>\r\nSubject: \xe8\xe8\r\nX: \0\r\n\r\n" + b"z" * 5_000 + b"\r\n..\r\n\xff\xfe\r\n"
    with open_door() as door:
        door.send(raw)
    from sportello.foundation.files.actions import read

    assert read(IncomingMail.objects.get().raw) == raw
    work()
    assert adds_up() == {"ticketed": 1}


# Many at once ------------------------------


def test_fifty_letters_of_a_new_customer_at_once_are_one_customer(cast: Cast) -> None:
    """T17: by SMTP all at once, and read by four workers at once."""
    with open_door() as door:
        raws = [letter(f"numero {number}", subject=f"Cosa {number}") for number in range(50)]
        assert in_threads(lambda number: door.send(raws[number]), 50) == [{}] * 50

    def read_all(_number: int) -> int:
        done = 0
        while got := intake.work():
            done += got
        return done

    results = in_threads(read_all, 4)
    assert all(isinstance(one, int) for one in results), results
    while intake.work():
        pass
    assert adds_up() == {"ticketed": 50}
    assert Customer.objects.count() == 1
    assert Ticket.objects.count() == 50
    assert Message.objects.filter(direction="in").count() == 50


def test_copies_read_at_the_same_moment_go_on_once(cast: Cast) -> None:
    """A server that was not told 250 in time sends again; several workers read both at once."""
    with open_door() as door:
        for number in range(6):
            raw = letter(f"numero {number}")
            for _copy in range(4):
                door.send(raw)
    in_threads(lambda _number: [intake.work() for _round in range(3)], 4)
    while intake.work():
        pass
    assert adds_up() == {"duplicate": 18, "ticketed": 6}


# Loops ------------------------------


def test_two_desks_that_answer_each_other_stop(cast: Cast) -> None:
    """T11: Borgo writes to the shop's mailbox, as a customer would, and every receipt goes by real SMTP to the
    other's door."""
    with open_door() as door:
        Mailbox.objects.update(smtp_host="127.0.0.1", smtp_port=door.port, smtp_security="none")
        door.send(letter(sender=f"URP <{URP}>", to="aiuto@bottega.test"), to="aiuto@bottega.test", sender=URP)
        for _round in range(30):
            if not (intake.work() + outbox.work()):
                break
        else:
            pytest.fail("they go on for ever")
        assert Ticket.objects.count() == 1
        assert IncomingMail.objects.count() == 2
        assert adds_up() == {"machine": 1, "ticketed": 1}


def test_a_program_that_hides_what_it_is_is_bounded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """T11: an answering program without any mark, which answers every receipt with a fresh letter."""
    monkeypatch.setattr("sportello.service.channels.steps.guarding.BURST", 8)
    with open_door() as door, sink() as server:
        send_by(server)
        door.send(letter(sender="robot@example.net"))
        answered = 0
        for _round in range(40):
            work()
            if len(server.taken) == answered:
                break
            for _more in server.taken[answered:]:
                answered += 1
                door.send(letter("Abbiamo ricevuto la sua richiesta.", sender="robot@example.net"))
        assert Ticket.objects.count() == 8
        assert IncomingMail.objects.filter(state="quarantined", cause="burst").count() == 1


def test_a_storm_of_reports_opens_nothing(cast: Cast) -> None:
    with open_door() as door:
        for number in range(20):
            door.send(
                letter("no", sender="MAILER-DAEMON@mx.example", subject=f"Undelivered {number}"), sender=""
            )
        work()
    assert adds_up() == {"machine": 20}
    assert (Ticket.objects.count(), Dispatch.objects.count()) == (0, 0)


# A server that refuses ------------------------------


def written(cast: Cast) -> tuple[Ticket, Message]:
    """A ticket whose receipt is out of the way, and an answer that waits to leave."""
    ticket = cast.ticket()
    Dispatch.objects.update(state="sent", next_attempt_at=None)  # the receipt is out of the way
    answer = messages.answer(
        ticket,
        cast.member("Anna"),
        "Ecco.\n.\n..fine",
        base_position=ticket.last_public_position,
        to=[("Maria", "maria@example.org")],
        cc=[("", "figlia@example.org")],
    )
    return ticket, answer


def due_again() -> None:
    Dispatch.objects.exclude(next_attempt_at=None).update(next_attempt_at="2020-01-01T00:00:00Z")


TEMPORARY = {
    "mail": "451 4.7.1 greylisted, come later",
    "rcpt:maria@example.org": "450 4.2.0 busy",
    "data": "451 4.3.0 not now",
    "end": "452 4.3.1 no room",
}


@pytest.mark.parametrize("stage", TEMPORARY)
def test_what_may_heal_is_tried_again(cast: Cast, stage: str) -> None:
    """T24: a temporary refusal at each stage."""
    with sink() as server:
        send_by(server)
        _ticket, answer = written(cast)
        server.says = {stage: TEMPORARY[stage]}
        outbox.work()
        dispatch = Dispatch.objects.get(message=answer)
        assert (dispatch.state, dispatch.attempts) == ("queued", 1)
        assert outbox.work() == 0, "not at once"
        server.says = {}
        due_again()
        outbox.work()
        dispatch.refresh_from_db()
        assert (dispatch.state, dispatch.attempts) == ("sent", 2)
        got = sorted(address for _sender, to, _raw in server.taken for address in to)
        assert got == ["figlia@example.org", "maria@example.org"], "each once"
        assert {raw.split(b"Message-ID: ")[1].split(b"\r\n")[0] for _s, _t, raw in server.taken} == {
            answer_id(answer).encode()
        }
        assert server.letters()[-1].get_body(("plain",)).get_content().splitlines() == ["Ecco.", ".", "..fine"]


def answer_id(answer: Message) -> str:
    return f"<sp.{answer.token}@borgo.test>"


FINAL = {
    "mail": "552 5.3.4 too big",
    "data": "554 5.7.1 not wanted",
    "end": "554 5.6.0 content refused",
}


@pytest.mark.parametrize("stage", FINAL)
def test_what_will_not_heal_comes_back_to_the_operator(cast: Cast, stage: str) -> None:
    with sink() as server:
        send_by(server)
        ticket, answer = written(cast)
        server.says = {stage: FINAL[stage]}
        outbox.work()
        dispatch = Dispatch.objects.get(message=answer)
        assert dispatch.state == "failed"
        assert FINAL[stage] in dispatch.answer
        assert set(dispatch.deliveries.values_list("state", flat=True)) == {"failed"}
        ticket.refresh_from_db()
        assert ticket.unanswered_since is not None
        due_again()
        assert outbox.work() == 0
        assert Customer.objects.get().identities.get().undeliverable_at is None, "the message was refused, not she"


def test_one_recipient_refused_the_other_told(cast: Cast) -> None:
    with sink() as server:
        send_by(server)
        ticket, answer = written(cast)
        server.says = {"rcpt:maria@example.org": "550 5.1.1 no such user"}
        outbox.work()
        states = dict(Delivery.objects.filter(dispatch__message=answer).values_list("address", "state"))
        assert states == {"maria@example.org": "failed", "figlia@example.org": "sent"}
        assert Dispatch.objects.get(message=answer).state == "sent"
        ticket.refresh_from_db()
        assert ticket.unanswered_since is not None
        assert Customer.objects.get().identities.get().undeliverable_at is not None


@pytest.mark.parametrize("stage", ["mail", "rcpt:maria@example.org", "data"])
def test_hanging_up_before_the_letter_is_no_doubt(cast: Cast, stage: str) -> None:
    with sink() as server:
        send_by(server)
        _ticket, answer = written(cast)
        server.says = {stage: "cut"}
        outbox.work()
        assert Dispatch.objects.get(message=answer).state == "queued"


def test_hanging_up_after_the_letter_is_doubt_and_the_repeat_is_the_same(cast: Cast) -> None:
    with sink() as server:
        send_by(server)
        _ticket, answer = written(cast)
        server.says = {"end": "cut"}
        outbox.work()
        dispatch = Dispatch.objects.get(message=answer)
        assert dispatch.state == "in_doubt"
        assert set(dispatch.deliveries.values_list("state", flat=True)) == {"in_doubt"}
        server.says = {}
        due_again()
        outbox.work()
        dispatch.refresh_from_db()
        assert dispatch.state == "sent"
        first, second = (raw for _sender, _to, raw in server.taken)
        assert first == second


def test_no_server_no_tls_no_loss(cast: Cast) -> None:
    send_by(closed_port())
    _ticket, answer = written(cast)
    outbox.work()
    dispatch = Dispatch.objects.get(message=answer)
    assert dispatch.state == "queued"
    assert "ConnectionRefusedError" in dispatch.answer
    with sink() as server:
        send_by(server)
        Mailbox.objects.filter(address=URP).update(smtp_security="starttls")
        due_again()
        outbox.work()
        dispatch.refresh_from_db()
        assert dispatch.state == "queued"
        assert "STARTTLS" in dispatch.answer
        assert server.taken == [], "never in the clear when TLS was asked for"


def test_after_seven_days_it_is_given_up(cast: Cast) -> None:
    send_by(closed_port())
    ticket, answer = written(cast)
    Dispatch.objects.filter(message=answer).update(attempts=outbox.ATTEMPTS - 1)
    outbox.work()
    assert Dispatch.objects.get(message=answer).state == "failed"
    ticket.refresh_from_db()
    assert ticket.unanswered_since is not None


def test_two_senders_never_take_the_same_letter(cast: Cast) -> None:
    with sink() as server:
        send_by(server)
        for number in range(12):
            cast.opened(f"Cosa {number}", address=f"c{number}@example.org")
        in_threads(lambda _number: [outbox.work() for _round in range(3)], 4)
        assert len(server.taken) == 12
        assert len({to[0] for _sender, to, _raw in server.taken}) == 12


def test_a_sender_that_died_leaves_a_doubt_that_is_sent_at_once(cast: Cast) -> None:
    with sink() as server:
        send_by(server)
        _ticket, answer = written(cast)
        outbox._claim()
        assert outbox.work() == 0, "somebody may be at it this very moment"
        Dispatch.objects.filter(message=answer).update(claimed_at="2020-01-01T00:00:00Z")
        outbox.work()
        assert len(server.taken) == 1
        from sportello.foundation.journal.models import Event

        verbs = list(Event.objects.filter(subject_kind="dispatch").order_by("id").values_list("verb", flat=True))
        assert verbs[-2:] == ["dispatch.in_doubt", "dispatch.sent"]

"""Our mail through a real Postfix: what was composed is what arrives (T24), notes never leave (T12), a server that goes away
loses nothing. Postfix needs root; without it these say so and are skipped."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from sportello.foundation.files.actions import keep
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels import outbox
from sportello.service.channels.email import letters
from sportello.service.channels.email.sender import Server, hand_over
from sportello.service.channels.models import Dispatch, LearnedServer, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, ticket_of
from tests.postfix import Postfix, postfix
from tests.scripted_smtp import Scripted, authority, scripted
from tests.waiting import wait_until

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postfix, Scripted, Path]]:
    """A Postfix with STARTTLS that hands on to a server of ours."""
    signer = authority(tmp_path_factory.mktemp("authority"))
    with scripted() as end, postfix(end.port, tls=signer.issue("localhost"), default_destination_recipient_limit="50") as it:
        yield it, end, signer.bundle


@pytest.fixture
def relay(
    place: tuple[Postfix, Scripted, Path], monkeypatch: pytest.MonkeyPatch
) -> tuple[Postfix, Scripted]:
    server, end, bundle = place
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    end.says = {}
    wait_until(lambda: server.waiting() == 0)  # what the test before sent
    end.taken.clear()
    return server, end


def send_by(server: Postfix) -> Mailbox:
    Mailbox.objects.filter(address=URP).update(smtp_host="localhost", smtp_port=server.port, smtp_security="starttls")
    return Mailbox.objects.get(address=URP)


def leave(ticket: Ticket, message: Message) -> None:
    Dispatch.objects.exclude(message=message).update(state="sent", next_attempt_at=None)
    outbox.work()
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "sent", dispatch.answer


def arrived(end: Scripted) -> bytes:
    """The bytes that came, without what the relay put above them."""
    wait_until(lambda: bool(end.taken))
    raw = end.taken[-1][2]
    return raw[raw.index(b"Date: ") :]


def written(cast: Cast, ticket: Ticket, text: str, *, to: list[tuple[str, str]], files: tuple[File, ...] = ()) -> Message:
    ticket.refresh_from_db()
    return messages.answer(
        ticket, cast.member("Anna"), text, base_position=ticket.last_public_position, to=to, files=files
    )


@pytest.mark.django_db
def test_what_was_composed_is_what_arrives(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    """T24: files, a picture in the text, words of every script, lines that look like the end of a mail."""
    server, end = relay
    mailbox = send_by(server)
    mailbox.signatures = {"it": "Anna\nURP Borgo Lieto"}
    mailbox.save()
    ticket = cast.ticket("Città: perché?")
    files = (
        File("pianta.png", keep(cast.borgo, PICTURE)), File("modulo è pronto.pdf", keep(cast.borgo, b"%PDF-1.4\n" * 3_000)),
        File("una.eml", keep(cast.borgo, b"Subject: x\r\n\r\nciao\r\n")),
    )
    text = (
        "Gentile Maria — ciò che chiede:\n\n- il modulo\n- la pianta\n\n![pianta.png]\n\n.\nFrom qui in poi\n" + "parola " * 400
        + "\n\nVeda https://borgo.example/orari?a=1&b=2. <b>non HTML</b>"
    )
    message = written(cast, ticket, text, to=[("Maria Popescu", "maria@example.org")], files=files)
    leave(ticket, message)
    raw = arrived(end)
    assert raw == letters.write(message, mailbox).raw, "not a byte was changed on the way"
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [one.get_filename() for one in mail.iter_attachments()] == ["modulo è pronto.pdf", "una.eml"]
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and page is not None
    assert plain.get_content().splitlines()[-3:] == ["-- ", "Anna", "URP Borgo Lieto"]
    html = page.get_content()
    assert "<li>il modulo</li>" in html and "&lt;b&gt;non HTML&lt;/b&gt;" in html
    assert '<a href="https://borgo.example/orari?a=1&amp;b=2">' in html
    (shown,) = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert f'src="cid:{str(shown["Content-ID"]).strip("<>")}"' in html and shown.get_content() == PICTURE
    assert "Auto-Submitted" not in mail and "X-Auto-Response-Suppress" not in mail
    assert LearnedServer.objects.get().has_smtputf8


@pytest.mark.django_db
def test_a_thread_of_long_ids_stays_whole_and_within_lines(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    """T24: References grown over forty messages, ids of hundreds of letters."""
    server, end = relay
    mailbox = send_by(server)
    first = f"<{'a' * 300}@example.org>"
    raw = letter("Prima.", message_id=first)
    ticket = ticket_of(arrive(raw))
    for number in range(40):
        last = f"<{number}.{'b' * 220}@example.org>"
        answered = Message.objects.filter(entry__ticket=ticket, direction="out").latest("id")
        letters.write(answered, mailbox)
        answered.refresh_from_db()
        arrive(letter(f"Messaggio {number}", message_id=last, In_Reply_To=answered.rfc_id, subject="Re: Orari"))
    message = written(cast, ticket, "Ecco.", to=[("", "maria@example.org")])
    leave(ticket, message)
    got = arrived(end)
    assert got == letters.write(message, mailbox).raw
    mail = email.message_from_bytes(got, policy=policy.compat32)
    ids = mail["References"].split()
    assert ids[0] == first and ids[-1] == last == mail["In-Reply-To"].strip()
    assert len(ids) <= 20 and len(mail["References"]) < 8_000
    assert max(map(len, got.split(b"\r\n"))) <= 998


@pytest.mark.django_db
def test_an_automatic_notice_says_so_and_keeps_bounces_coming(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    server, end = relay
    send_by(server)
    ticket = ticket_of(arrive(letter("Buongiorno.")))
    notice = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    leave(ticket, notice)
    mail = email.message_from_bytes(arrived(end), policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-replied"
    silenced = {one.strip() for one in mail["X-Auto-Response-Suppress"].split(",")}
    assert silenced == {"DR", "RN", "NRN", "OOF", "AutoReply"}, "All would silence bounces too"
    # RFC 2369, 8058: these belong to mailing lists; a notice about one's own request is none
    assert not [name for name in mail if name.lower().startswith("list-") or name.lower() == "precedence"]
    assert mail.get_content_type() == "multipart/alternative"


@pytest.mark.django_db
def test_no_byte_of_a_note_leaves(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    """T12: a marker in notes, their files and a call's summary, before, between and after answers and notices."""
    from sportello.records.tickets.actions import contacts, ending, handling

    server, end = relay
    send_by(server)
    anna, marker = cast.member("Anna"), "GIRASOLE"
    secret = File(f"{marker}.txt", keep(cast.borgo, f"{marker} nel file".encode()))
    ticket = ticket_of(arrive(letter("Buongiorno.")))
    messages.note(ticket, anna, f"{marker} prima", files=[secret])
    written(cast, ticket, "Prima risposta.", to=[("", "maria@example.org")])
    messages.note(ticket, anna, f"{marker} fra le due")
    call = contacts.begin(cast.borgo, anna, "phone")
    contacts.end(call, "ticket", customer=ticket.customer)
    contacts.record_on(ticket, call, f"{marker} al telefono", member=anna)
    arrive(letter("E poi?", subject="Re: Orari"))
    written(cast, ticket, "Seconda risposta.", to=[("", "maria@example.org")])
    messages.note(ticket, anna, f"{marker} dopo")
    handling.move(ticket, cast.team("taxes"), by=anna, reason=f"{marker} interno")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    before = len(end.taken)
    while outbox.work():
        pass
    assert not Dispatch.objects.exclude(state="sent").exists()
    wait_until(lambda: len(end.taken) - before >= Dispatch.objects.count())
    sent = b"".join(raw for _sender, _to, raw in end.taken)
    decoded = "".join(
        part.get_content() if part.get_content_maintype() == "text" else str(part.get_filename())
        for _s, _t, raw in end.taken for part in email.message_from_bytes(raw, policy=policy.default).walk()
        if not part.is_multipart()
    )
    assert b"GIRASOLE" not in sent and marker not in decoded
    assert "Prima risposta." in decoded and "Seconda risposta." in decoded, "the test reads what left"


@pytest.mark.django_db
def test_the_server_behind_refuses_for_a_while_and_nothing_is_lost(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    server, end = relay
    send_by(server)
    end.says = {"end": "451 4.3.0 not now"}
    ticket = cast.ticket()
    message = written(cast, ticket, "Ecco.", to=[("", "maria@example.org"), ("", "figlia@example.org")])
    leave(ticket, message)
    wait_until(lambda: "451 4.3.0 not now" in server.log)
    assert end.taken == [] and server.waiting() == 1
    end.says = {}

    def came() -> bool:
        server.flush()  # what is just being put aside is not tried by the first
        return len(end.taken) == 1

    wait_until(came)
    assert sorted(end.taken[0][1]) == ["figlia@example.org", "maria@example.org"]


@pytest.mark.django_db
def test_a_refused_recipient_comes_back_by_a_report_of_a_real_server(cast: Cast, relay: tuple[Postfix, Scripted]) -> None:
    """Postfix takes it, the server behind refuses one of two, Postfix writes the report: it finds its message, its
    recipient, its ticket; the address is marked and the other ways are offered."""
    from sportello.records.customers.models import Identity
    from sportello.service.channels import recipients, sending_again

    server, end = relay
    send_by(server)
    ticket = cast.ticket(address="maria@example.org")
    Identity.objects.create(
        organisation=cast.borgo, customer=ticket.customer, sort="email", value="lavoro@example.net",
        shown="lavoro@example.net", added_at=ticket.opened_at,
    )
    message = written(cast, ticket, "Ecco.", to=[("Maria", "maria@example.org"), ("", "figlia@example.org")])
    end.says = {"rcpt:maria@example.org": "550 5.1.1 no such user here"}
    leave(ticket, message)
    wait_until(lambda: len(end.taken) == 2)
    (report,) = [one for one in end.taken if one[0] == ""]
    mail = arrive(report[2], to=report[1][0], envelope_from="")
    assert (mail.state, mail.cause) == ("machine", "bounce")
    states = dict(message.dispatch.deliveries.values_list("address", "state"))
    assert states == {"maria@example.org": "failed", "figlia@example.org": "sent"}
    assert Identity.objects.get(value="maria@example.org").undeliverable_at is not None
    ticket.refresh_from_db()
    assert ticket.unanswered_since is not None
    assert recipients.other_addresses(ticket, ["maria@example.org"]) == ["lavoro@example.net"]
    again = sending_again.reply_of(ticket, message)
    assert again.to == [("Maria", "maria@example.org")] and again.repeats == message, "not to whom it reached"
    instead = sending_again.reply_of(ticket, message, instead="lavoro@example.net")
    assert [address for _name, address in instead.to] == ["lavoro@example.net"]


def test_a_blank_mail_and_eight_bits_go_through(relay: tuple[Postfix, Scripted]) -> None:
    server, end = relay
    head = b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nFrom: urp@borgo.test\r\nMessage-ID: <x@borgo.test>\r\n"
    for raw in (head + b"Subject: nulla\r\n\r\n", head + "Subject: città\r\n\r\nperché\r\n".encode()):
        end.taken.clear()
        said = hand_over(Server("localhost", server.port, "starttls"), "urp@borgo.test", ["maria@example.org"], raw, utf8=True)
        assert said.what == "sent", said.answer
        assert arrived(end) == raw

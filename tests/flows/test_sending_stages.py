"""A server that refuses at every stage, or hangs up: nothing is lost, nothing doubled but what is in doubt, and why is said
in words. TLS is real, with certificates of an authority made up here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import outbox
from sportello.service.channels.email import plain, secrets, sender
from sportello.service.channels.email.sender import Server, hand_over, probe
from sportello.service.channels.models import Attempt, Dispatch, LearnedServer, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, closed_port
from tests.scripted_smtp import Authority, Scripted, authority, scripted

THREE = ["maria@example.org", "figlia@example.org", "nonno@example.org"]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


def written(cast: Cast, server: Scripted | None = None, **more: Any) -> tuple[Ticket, Dispatch]:
    """An answer to three people that waits to leave by `server`; the receipt is out of the way."""
    ticket = cast.ticket()
    Dispatch.objects.update(state="sent", next_attempt_at=None)
    if server is not None:
        set_server(server)
    answer = messages.answer(
        ticket, cast.member("Anna"), "Ecco.\n.\nFrom qui in poi.", base_position=ticket.last_public_position,
        to=[("Maria", THREE[0])], cc=[("", THREE[1]), ("", THREE[2])], **more,
    )
    return ticket, Dispatch.objects.get(message=answer)


def set_server(server: Scripted, **more: object) -> Mailbox:
    fields = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none", **more}
    Mailbox.objects.filter(address=URP).update(**fields)
    return Mailbox.objects.get(address=URP)


def send(dispatch: Dispatch) -> Dispatch:
    """One attempt, now."""
    Dispatch.objects.exclude(next_attempt_at=None).update(next_attempt_at="2020-01-01T00:00:00Z")
    Mailbox.objects.update(held_until=None)
    outbox.work()
    dispatch.refresh_from_db()
    return dispatch


def states(dispatch: Dispatch) -> dict[str, str]:
    return dict(dispatch.deliveries.values_list("address", "state"))


def who_has_it(server: Scripted) -> list[str]:
    return sorted(address for _sender, to, _raw in server.taken for address in to)


#: stage → (what the server says, what becomes of the dispatch, the SMTP code that is kept)
STAGES: dict[str, tuple[str, str, int | None]] = {
    "connect": ("421 4.3.2 closing", "queued", 421),
    "ehlo": ("502 5.5.1 no", "queued", 502),
    "mail": ("451 4.7.1 greylisted", "queued", 451),
    "data": ("451 4.3.0 later", "queued", 451),
    "end": ("452 4.3.1 no room", "queued", 452),
    "connect 5": ("554 5.7.1 not you", "queued", 554),
    "mail 5": ("552 5.3.4 too big", "failed", 552),
    "data 5": ("554 5.7.1 not wanted", "failed", 554),
    "end 5": ("554 5.6.0 content refused", "failed", 554),
    # a pace, not a refusal
    "mail 55": ("550 MAIL from: blocked Class Of Service - Too much traffic from this sender", "queued", 550),
    "end 55": ("550 5.4.5 Daily user sending limit exceeded", "queued", 550),
}


@pytest.mark.django_db
@pytest.mark.parametrize("about", STAGES)
def test_a_refusal_is_kept_in_its_own_words(cast: Cast, about: str) -> None:
    says, becomes, code = STAGES[about]
    with scripted() as server:
        ticket, dispatch = written(cast, server)
        server.says = {about.split(" ")[0]: says}
        send(dispatch)
        assert (dispatch.state, server.taken) == (becomes, [])
        tried = Attempt.objects.get(dispatch=dispatch)
        assert (tried.number, tried.code) == (1, code)
        assert says.split(" ", 1)[1] in tried.words
        ticket.refresh_from_db()
        assert (ticket.unanswered_since is not None) == (becomes == "failed"), "a final one is the operators' again"
        server.says = {}
        send(dispatch)
        if becomes == "failed":
            assert server.taken == [], "a final refusal is not asked again"
        else:
            assert dispatch.state == "sent" and who_has_it(server) == sorted(THREE)
            assert list(Attempt.objects.filter(dispatch=dispatch).values_list("number", "outcome")) == [
                (1, "retry"), (2, "sent")
            ]


@pytest.mark.django_db
def test_too_fast_holds_back_every_letter_of_the_mailbox_also_one_written_later(cast: Cast) -> None:
    with scripted() as server:
        ticket, first = written(cast, server)
        server.says = {"mail": "550 5.4.5 Daily user sending limit exceeded"}

        def another(text: str) -> Dispatch:
            ticket.refresh_from_db()
            words = messages.answer(
                ticket, cast.member("Anna"), text, base_position=ticket.last_public_position, to=[("Maria", THREE[0])]
            )
            return Dispatch.objects.get(message=words)

        second = another("E ancora.")
        outbox.work()
        later = another("E poi.")
        assert outbox.work() == 0
        for one in (first, second, later):
            one.refresh_from_db()
        assert Attempt.objects.count() == 1, "the others did not have to hear it too"
        assert [one.attempts for one in (first, second, later)] == [1, 0, 0]
        assert {one.state for one in (first, second, later)} == {"queued"}
        assert first.next_attempt_at == second.next_attempt_at == later.next_attempt_at
        server.says = {}
        send(first)  # the delay is over
        assert set(Dispatch.objects.filter(message__entry__ticket=ticket).values_list("state", flat=True)) == {"sent"}


CUTS = {
    "connect": "queued", "ehlo": "queued", "mail": "queued", "rcpt:figlia@example.org": "queued", "data": "queued",
    "half": "in_doubt", "end": "in_doubt", "end lost": "in_doubt",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("stage", CUTS)
def test_hanging_up_loses_nothing_and_doubles_only_what_is_in_doubt(cast: Cast, stage: str) -> None:
    with scripted() as server:
        _ticket, dispatch = written(cast, server)
        name, _space, how = stage.partition(" ")
        server.says = {name: how or "cut"}
        send(dispatch)
        assert dispatch.state == CUTS[stage]
        words = Attempt.objects.get(dispatch=dispatch).words
        assert plain.apart(words)[0], "said in plain words"
        server.says = {}
        send(dispatch)
        assert dispatch.state == "sent" and set(states(dispatch).values()) == {"sent"}
        once = 2 if stage == "end" else 1
        assert len(server.taken) == once
        assert len({raw for _sender, _to, raw in server.taken}) == 1, "the repeat is the same to the byte"


@pytest.mark.django_db
def test_one_of_three_is_refused_for_good_another_for_now(cast: Cast) -> None:
    with scripted() as server:
        ticket, dispatch = written(cast, server)
        server.says = {f"rcpt:{THREE[1]}": "550 5.1.1 no such user", f"rcpt:{THREE[2]}": "450 4.2.0 greylisted"}
        send(dispatch)
        assert states(dispatch) == dict(zip(THREE, ("sent", "failed", "queued"), strict=True))
        ticket.refresh_from_db()
        assert ticket.unanswered_since is not None
        server.says = {}
        send(dispatch)
        assert states(dispatch) == dict(zip(THREE, ("sent", "failed", "sent"), strict=True))
        assert who_has_it(server) == [THREE[0], THREE[2]], "each once, nobody twice"


@pytest.mark.django_db
def test_a_server_that_takes_one_at_a_time_gets_them_one_at_a_time_at_once(cast: Cast) -> None:
    with scripted() as server:
        _ticket, dispatch = written(cast, server)
        server.says = {"limit": "1"}
        for _round in range(3):
            assert outbox.work() >= 1 or dispatch.state == "sent"
            dispatch.refresh_from_db()
        assert dispatch.state == "sent" and who_has_it(server) == sorted(THREE)
        assert len({raw for _sender, _to, raw in server.taken}) == 1


# Encryption ------------------------------


def ask(server: Scripted, security: str, host: str = "localhost", **login: str) -> sender.Outcome:
    place = Server(host, server.port, security, **login)
    return hand_over(place, "urp@borgo.test", ["maria@example.org"], b"Subject: x\r\n\r\nEcco.\r\n")


def test_starttls_with_a_trusted_certificate(signer: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(signer.bundle))
    with scripted(signer.context("localhost")) as server:
        assert ask(server, "starttls", user="urp", password="segreto").what == "sent"
        assert server.encrypted == 1 and server.passwords()
        assert server.heard.index("STARTTLS") < server.heard.index(server.passwords()[0])
    with scripted(signer.context("localhost"), from_the_first_byte=True) as server:
        assert ask(server, "tls").what == "sent"


@pytest.mark.parametrize("about", ["unknown authority", "another name", "expired"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_cannot_be_trusted(
    signer: Authority, monkeypatch: pytest.MonkeyPatch, about: str, security: str
) -> None:
    if about != "unknown authority":
        monkeypatch.setenv("SSL_CERT_FILE", str(signer.bundle))
    context = signer.context("localhost" if about != "another name" else "altrove.test", days=-1 if about == "expired" else 9)
    with scripted(context, from_the_first_byte=security == "tls") as server:
        outcome = ask(server, security, user="urp", password="segreto")
        assert (outcome.what, server.taken, server.passwords()) == ("retry", [], [])
        assert outcome.answer.split("\n")[0] == plain.BAD_CERTIFICATE
        if security == "starttls":
            assert ask(server, "optional").what == "sent", "it would have gone in the clear"


def test_nothing_goes_in_the_clear_when_encryption_was_asked_for(signer: Authority) -> None:
    with scripted() as server:
        outcome = ask(server, "starttls", user="urp", password="segreto")
        assert (outcome.what, outcome.answer) == ("retry", plain.NO_STARTTLS)
        clear = ask(server, "optional", user="urp", password="segreto")
        assert (clear.what, clear.answer) == ("retry", plain.CLEAR_PASSWORD)
        assert (server.taken, server.passwords()) == ([], [])
        assert ask(server, "optional").what == "sent"
        assert ask(server, "tls").answer.split("\n")[0] == plain.NO_TLS
    with scripted(signer.context("localhost")) as server:
        server.says = {"starttls": "454 4.7.0 TLS not available"}
        outcome = ask(server, "starttls")
        assert (outcome.what, server.taken) == ("retry", [])
        assert "TLS not available" in outcome.answer


def test_a_wrong_password_and_what_a_probe_says(signer: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(signer.bundle))
    with scripted(signer.context("localhost")) as server:
        place = Server("localhost", server.port, "starttls", "urp", "sbagliata")
        assert probe(place).what == "sent" and probe(place).features["size"] == "10485760"
        server.says = {"auth": "535 5.7.8 wrong password"}
        outcome = probe(place)
        assert outcome.what == "retry" and outcome.code == 535
        assert outcome.answer.split("\n") == [plain.NO_LOGIN, "535 5.7.8 wrong password"]
    assert probe(Server("127.0.0.1", closed_port(), "none")).answer.split("\n")[0] == plain.NO_CONNECTION
    assert probe(Server("non-esiste.invalid", 25, "none")).answer.split("\n")[0] == plain.NO_NAME


# Addresses and sizes ------------------------------


def test_letters_of_every_script_before_and_after_the_at() -> None:
    with scripted() as server:
        place = Server("127.0.0.1", server.port, "none")
        raw = "To: <josé@xn--caff-8oa.example>\r\nSubject: x\r\n\r\nEcco.\r\n".encode()
        assert hand_over(place, "urp@borgo.test", ["josé@xn--caff-8oa.example"], raw, utf8=True).what == "sent"
        assert any(line.upper().startswith("MAIL FROM") and "SMTPUTF8" in line for line in server.heard)
        assert server.taken[0][1] == ["josé@xn--caff-8oa.example"]
        server.offers = ("SIZE 1000",)
        refused = hand_over(place, "urp@borgo.test", ["josé@xn--caff-8oa.example"], raw, utf8=True)
        assert (refused.what, refused.answer) == ("failed", plain.NO_SMTPUTF8)
        heavy = hand_over(place, "urp@borgo.test", ["maria@example.org"], b"x" * 2_000)
        assert (heavy.what, heavy.answer.split("\n")[0]) == ("failed", plain.TOO_LARGE)
        assert len(server.taken) == 1, "known before a byte of it left"


@pytest.mark.django_db
def test_an_address_of_a_caffe_leaves_with_its_domain_in_ascii(cast: Cast) -> None:
    with scripted() as server:
        ticket = cast.ticket()
        Dispatch.objects.update(state="sent", next_attempt_at=None)
        set_server(server)
        answer = messages.answer(
            ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position,
            to=[("José", "josé@caffè.example"), ("", "maria@caffè.example")],
        )
        send(Dispatch.objects.get(message=answer))
        (taken,) = server.taken
        assert taken[1] == ["josé@xn--caff-8oa.example", "maria@xn--caff-8oa.example"]
        assert "josé@xn--caff-8oa.example".encode() in taken[2]


@pytest.mark.django_db
def test_the_servers_size_is_known_before_the_next_send(cast: Cast) -> None:
    from sportello.foundation.core.errors import Refusal
    from sportello.foundation.files.actions import keep
    from sportello.records.tickets.words import File
    from sportello.service.channels import waiting
    from sportello.service.channels.waiting import Reply

    with scripted() as server:
        server.offers = ("SIZE 2000000",)
        ticket, dispatch = written(cast, server)
        send(dispatch)
        assert LearnedServer.objects.get().most_bytes == 2_000_000
        heavy = File("grande.bin", keep(cast.borgo, b"\0" * 1_500_000))
        ticket.refresh_from_db()
        reply = Reply("Ecco.", ticket.last_public_position, to=[("", THREE[0])], files=[heavy])
        with pytest.raises(Refusal) as refused:
            waiting.send(ticket, cast.member("Anna"), reply)
        assert refused.value.field == "files" and "1.3" in str(refused.value.sentence)


@pytest.mark.django_db
def test_a_password_that_is_not_in_this_home_is_said(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    with scripted() as server:
        mailbox = set_server(server, smtp_user="urp", smtp_password=secrets.MARK)
        _ticket, dispatch = written(cast)
        send(dispatch)
        assert dispatch.state == "queued" and dispatch.answer.startswith(plain.NO_PASSWORD)
        secrets.keep(mailbox, "segreto")
        assert send(dispatch).state == "sent"
        assert set(states(dispatch).values()) == {"sent"}
        assert Message.objects.get(pk=dispatch.message_id).rfc_id

"""Sending by XOAUTH2 with the consent of the collector: refreshed, asked again when refused, said when it has ended."""

from __future__ import annotations

import base64

import pytest

from sportello.foundation.tenancy import clock
from sportello.service.channels.collecting import oauth, secrets
from sportello.service.channels.collecting.sending import server_of
from sportello.service.channels.collecting.trials import try_sending
from sportello.service.channels.email import plain
from sportello.service.channels.email.sender import Server, hand_over
from sportello.service.channels.models import Collector, Dispatch, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, send_by, tray
from tests.scripted_smtp import Scripted, scripted
from tests.tokens import Tokens, token_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokens(cast: Cast, settings, tmp_path):
    settings.HOME, settings.KEYS = str(tmp_path), tmp_path / "keys"
    with token_server(URP) as found:
        mailbox = Mailbox.objects.get(address=URP)
        collector = Collector.objects.create(
            organisation=cast.borgo, mailbox=mailbox, host="imap.test", user=URP, proof="oauth2", token_url=found.url,
            client_id="sportello", began_at=clock.server_now(),
        )
        secrets.keep(collector.pk, "refresh_token", found.refresh)
        oauth.forget(collector.pk)
        yield found
        oauth.forget(collector.pk)


def connected(server: Scripted) -> Mailbox:
    mailbox = send_by(server)
    Mailbox.objects.filter(pk=mailbox.pk).update(smtp_user=URP)
    mailbox.refresh_from_db()
    return mailbox


def shown(server: Scripted) -> list[str]:
    lines = [line.split(" ")[2] for line in server.heard if line.startswith("AUTH XOAUTH2 ")]
    return [base64.b64decode(line).decode().split("Bearer ")[1].strip("\x01") for line in lines]


def test_the_receipt_leaves_with_a_token_asked_once(cast: Cast, tokens: Tokens) -> None:
    with scripted() as server:
        connected(server)
        arrive(letter())
        arrive(letter("Ancora una cosa", subject="Altro"))
        tray()
    assert len(server.taken) == 2
    assert shown(server) == ["access-1", "access-1"], "good for an hour"
    assert server.passwords() == []
    assert "refresh-1" not in "".join(server.heard)


def test_a_refused_token_is_asked_anew_once(cast: Cast, tokens: Tokens) -> None:
    with scripted() as server:
        place = server_of(connected(server))
        server.says = {"auth": "535 5.7.3 Authentication unsuccessful"}
        outcome = hand_over(place, URP, ["maria@example.org"], letter())
        assert (outcome.what, outcome.code) == ("retry", 535)
        assert outcome.answer.startswith(plain.NO_TOKEN_TAKEN)
        assert shown(server) == ["access-1", "access-2"]
        server.says = {}
        assert hand_over(place, URP, ["maria@example.org"], letter()).what == "sent"
        assert tokens.asked[1]["refresh_token"] == "refresh-2", "the server replaced it, and the new one was kept"


def test_a_consent_that_has_ended_is_said_and_the_letter_waits(cast: Cast, tokens: Tokens) -> None:
    tokens.refuses = "invalid_grant"
    with scripted() as server:
        mailbox = connected(server)
        mail = arrive(letter())
        tray()
        assert server.taken == [] and shown(server) == []
        dispatch = Dispatch.objects.get(message__entry__ticket=mail.message.entry.ticket)
        assert (dispatch.state, dispatch.answer.splitlines()[0]) == ("queued", plain.NO_TOKEN)
        assert not try_sending(mailbox, "elena@borgo.test").went_well


def test_a_token_goes_to_nobody_else_and_never_in_the_clear(cast: Cast, tokens: Tokens) -> None:
    with scripted() as server:
        mailbox = connected(server)
        Mailbox.objects.filter(pk=mailbox.pk).update(smtp_user="altro@borgo.test")
        mailbox.refresh_from_db()
        assert server_of(mailbox).token is None, "another account has not consented"
        asked: list[bool] = []
        # our own machine, by a name that is not among those we trust with a token
        place = Server("127.1", server.port, "none", URP, "", lambda fresh: str(asked.append(fresh)))
        outcome = hand_over(place, URP, ["maria@example.org"], letter())
    assert outcome.answer.startswith(plain.CLEAR_PASSWORD)
    assert (asked, shown(server)) == ([], [])

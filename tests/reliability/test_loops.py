"""T11: programs that answer each other stop after a handful, and reports in storms open nothing."""

from __future__ import annotations

import re

import pytest

from sportello.foundation.files.actions import read
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Entry, Notice, Ticket
from sportello.service.channels import intake, outbox, quarantine
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Delivery, IncomingMail, OutTrayMail
from sportello.service.channels.steps import guarding
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, adds_up, arrive, letter, ticket_of, tray
from tests.unit.channels.test_intake import bounce, receipt_address

pytestmark = pytest.mark.django_db
HELP = "aiuto@bottega.test"
_TOLD = re.compile(
    rb"^(?:Auto-Submitted|X-Auto-Response-Suppress|X-Sportello-Loop|In-Reply-To|References|Reply-To|Message-ID|"
    rb"Precedence|List-[A-Za-z]+):.*\r?\n(?:[ \t].*\r?\n)*", re.IGNORECASE | re.MULTILINE,
)  # fmt: skip


def test_t11_two_desks_stop_even_where_a_relay_takes_every_sign_away(cast: Cast) -> None:
    """Each receipt comes to the other organisation as a fresh letter: no mark, no token, no id."""
    arrive(letter(sender=f"URP <{URP}>", to=HELP), HELP, envelope_from=URP)
    seen = 0
    for _round in range(60):
        outbox.work()
        fresh = list(OutTrayMail.objects.filter(pk__gt=seen).order_by("pk"))
        if not fresh:
            break
        for one in fresh:
            seen = one.pk
            to = HELP if one.recipients == [HELP] else URP
            arrive(_TOLD.sub(b"", read(one.raw)), to, envelope_from="relay@example.net")
    else:
        pytest.fail("they go on for ever")
    assert Ticket.objects.count() <= 2 * guarding.HANDFUL + 1, "each desk a handful, and the letter that began it"
    assert IncomingMail.objects.filter(state="quarantined", cause="ping_pong").count() == 1


def test_t11_an_anxious_customer_is_no_loop(cast: Cast) -> None:
    """Many mails in a row on one ticket, or of many matters: all of them are read."""
    ticket = ticket_of(arrive(letter()))
    address = receipt_address(ticket)
    for number in range(12):
        assert arrive(letter(f"e ancora {number}", to=address, subject="Re: Orari"), address).cause == "by_token"
    for subject in ["mensa", "scuola", "strada", "buca", "tassa", "sede", "albo", "lampione", "nido", "parco"]:
        assert arrive(letter(subject=subject)).cause == "opened"
    for number in range(12):
        assert arrive(letter(subject=f"Ordine {number}")).cause == "opened"
    assert adds_up() == {"ticketed": 35}


def test_t11_what_a_throttled_sender_wrote_comes_out_when_released(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BURST", 2)
    for number in range(4):
        arrive(letter(f"numero {number}", subject=f"Matter {number}"))
    held = IncomingMail.objects.filter(state="quarantined").order_by("pk")
    assert [one.cause for one in held] == ["burst"] * 2
    quarantine.release(quarantine.get_mail(cast.person("Anna"), "borgo", held[0].pk), cast.member("Anna"))
    intake.work()
    assert adds_up() == {"quarantined": 1, "ticketed": 3}
    assert arrive(letter(sender="altri@example.org")).state == "ticketed"


def test_t11_vacation_without_our_token_is_still_its_tickets(cast: Cast) -> None:
    """A program that keeps only a reference to what its owner wrote."""
    ticket = ticket_of(arrive(letter(message_id="<m@example.org>")))
    version = Ticket.objects.get(pk=ticket.pk).unanswered_since
    away = arrive(letter("torno lunedì", subject="Assente", Auto_Submitted="auto-replied", In_Reply_To="<m@example.org>"))
    assert (away.state, ticket_of(away)) == ("ticketed", ticket)
    assert away.message.is_machine
    assert Ticket.objects.get(pk=ticket.pk).unanswered_since == version
    stranger = letter("via", sender="x@evil.test", Auto_Submitted="auto-replied", In_Reply_To="<m@example.org>")
    assert arrive(stranger).state == "machine"


def test_t11_a_storm_of_reports_tells_once(cast: Cast) -> None:
    """A hundred reports about one letter: one delivery failed, one line for the colleague, no ticket, no receipt."""
    ticket = ticket_of(arrive(letter()))
    answer = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    tray()
    address = tokens.reply_address(URP, answer.token)
    raw = bounce(address, "maria@example.org")
    for number in range(30):
        arrive(raw.replace(b"<bmaria", f"<b{number}maria".encode()), address, envelope_from="")
    assert adds_up() == {"machine": 30, "ticketed": 1}
    assert Delivery.objects.filter(state="failed").count() == 1
    assert Entry.objects.filter(ticket=ticket, event__code="undelivered").count() == 1
    assert (Ticket.objects.count(), Notice.objects.count(), OutTrayMail.objects.count()) == (1, 1, 2)


def test_t11_a_no_reply_and_our_own_address_are_answered_by_nobody(cast: Cast) -> None:
    arrive(letter(sender="no-reply@negozio.example"))
    arrive(letter(sender=URP))
    assert adds_up() == {"quarantined": 1, "ticketed": 1}
    assert tray() == []


def test_t11_a_complaint_about_our_letter_is_told_once_and_closes_nothing(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    token = receipt_address(ticket).partition("+sp-")[2].partition("@")[0]
    tray()
    raw = (
        f"From: fbl@provider.example\r\nTo: {URP}\r\nSubject: Abuse\r\nMessage-ID: <f1@provider.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\nUser-Agent: x\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: {URP}\r\nMessage-ID: <sp.{token}@borgo.test>\r\nSubject: x\r\n\r\nciao\r\n--b--\r\n"
    ).encode()
    for number in (1, 2):
        mail = arrive(raw.replace(b"<f1@", f"<f{number}@".encode()), envelope_from="")
        assert mail.state == "machine"
    assert Entry.objects.filter(ticket=ticket, event__code="complained").count() == 1
    assert Delivery.objects.get().state == "delivered", "who complains has it"

"""What becomes of a letter once it has left: read, thrown away unread; and of a notice that can reach nobody."""

from __future__ import annotations

import pytest
from django.test import Client

from sportello.faces.desk.timeline_lines import lines
from sportello.foundation.journal.actor import MACHINE
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.registering import mark_undeliverable
from sportello.records.customers.models import Identity
from sportello.records.tickets.actions import messages
from sportello.records.tickets.actions.ending import close
from sportello.records.tickets.models import Closure, Notice, Reason, Ticket
from sportello.records.tickets.queries import timeline
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Delivery
from tests.cast import Cast
from tests.flows.mail_fixtures import MARIA, URP, adds_up, arrive, letter, ticket_of, tray
from tests.unit.channels.test_intake import bounce

pytestmark = pytest.mark.django_db


def mdn(token: str, action: str, *, who: str = "maria@example.org", mode: str = "manual-action/MDN-sent-manually") -> bytes:
    """A receipt of reading (RFC 8098) about the message of ours with this token."""
    return (
        f"From: {MARIA}\r\nTo: {URP}\r\nSubject: Letto\r\nMessage-ID: <{action}.{who}>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIl messaggio.\r\n"
        f"--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; {who}\r\n"
        f"Original-Message-ID: <sp.{token}@borgo.test>\r\nDisposition: {mode}; {action}\r\n\r\n--b--\r\n"
    ).encode()


def answered(cast: Cast, ticket: Ticket) -> str:
    said = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    tray()
    return str(said.token)


def test_a_receipt_of_reading_says_read_and_opens_nothing(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    token = answered(cast, ticket)
    delivery = Delivery.objects.get(dispatch__message__token=token)
    for unread in ("deleted", "dispatched", "failed"):
        mail = arrive(mdn(token, unread))
        assert (mail.state, mail.cause, mail.cause_facts["matched"]) == ("machine", "read_receipt", True)
        delivery.refresh_from_db()
        assert delivery.state == "sent", "gone unread is not read, and not undelivered"
    assert arrive(mdn("a" * 24, "displayed")).cause_facts["matched"] is False, "who does not know the token says nothing"
    before = Ticket.objects.get(pk=ticket.pk).version
    mail = arrive(mdn(token, "displayed"))
    delivery.refresh_from_db()
    assert (delivery.state, mail.message.token) == ("read", token)
    assert Ticket.objects.get(pk=ticket.pk).version == before, "nobody's clock or list moves"
    arrive(bounce(tokens.reply_address(URP, token), "maria@example.org"), tokens.reply_address(URP, token), envelope_from="")
    delivery.refresh_from_db()
    assert delivery.state == "read", "what was read arrived, whatever comes late"
    assert adds_up() == {"machine": 6, "ticketed": 1}


def test_the_ticket_says_how_far_a_letter_came(cast: Cast) -> None:
    """Sent, delivered, read; of two recipients the one it came least far to speaks."""
    ticket = ticket_of(arrive(letter()))
    said = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position,
                           to=[("", "maria@example.org")], cc=[("", "figlia@example.org")])  # fmt: skip
    tray()

    def shown() -> str:
        drawn = lines(ticket, timeline(cast.person("Anna"), ticket))
        return next(one.leaving.state for one in drawn if one.item.message is not None and one.item.message.pk == said.pk)

    assert shown() == "sent"
    arrive(mdn(said.token, "displayed"))
    assert shown() == "sent", "the other has it from her server only"
    arrive(mdn(said.token, "displayed", who="figlia@example.org"))
    assert shown() == "read"
    Delivery.objects.filter(address="figlia@example.org").update(state="delivered")
    assert shown() == "arrived"


def closing_notice(cast: Cast, ticket: Ticket) -> Notice:
    close(Ticket.objects.get(pk=ticket.pk), by=cast.member("Anna"), outcome=Closure.Outcome.SOLVED, reason="Fatto.")
    return Notice.objects.get(ticket=ticket, moment="closed")


@pytest.mark.parametrize("sign", ["no_reply_sender", "no_address", "undeliverable"])
def test_the_ledger_never_says_that_somebody_was_told_who_was_not(cast: Cast, sign: str) -> None:
    """Who wrote by mail knows the follow-up page from our letters alone."""
    if sign == "no_reply_sender":
        ticket = ticket_of(arrive(letter(sender="no-reply@negozio.example")))
    else:
        ticket = ticket_of(arrive(letter()))
        tray()
    if sign == "no_address":
        ticket.participants.update(address="")
    if sign == "undeliverable":
        token = ticket.entries.get(message__notice_moment="receipt").message.token
        address = tokens.reply_address(URP, token)
        arrive(bounce(address, "maria@example.org"), address, envelope_from="")
    sent = len(tray())
    notice = closing_notice(cast, ticket)
    assert (notice.state, notice.message, notice.given_at) == ("no_way", None, None)
    assert Reason.objects.filter(ticket=ticket, about="notice").order_by("-pk")[0].facts["sign"] == sign
    assert len(tray()) == sent, "and nothing left"


def test_who_can_be_told_is_told(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    assert closing_notice(cast, ticket).state == "given"
    assert [one.to[0].address for one in tray()] == ["maria@example.org"] * 2


def test_what_is_too_long_for_a_page_can_be_had_as_it_came(cast: Cast, client: Client) -> None:
    """Not a word of the customer is out of reach; nobody else's mail is in reach."""
    long = letter("riga di molte parole\n" * 12_000 + "ULTIMA RIGA\n")
    ticket, other = ticket_of(arrive(long)), ticket_of(arrive(letter(sender="altri@example.org")))
    client.force_login(cast.users["Anna"])
    page = f"/desk/borgo/tickets/{ticket.number}/"
    shown = client.get(page).content.decode()
    position = ticket.entries.get(message__direction="in").position
    assert "troppo lungo per una pagina" in shown and "ULTIMA RIGA" not in shown and f"messages/{position}/raw/" in shown
    got = client.get(f"{page}messages/{position}/raw/")
    assert got.content == long
    assert got["Content-Disposition"].startswith("attachment") and got["Content-Type"] == "application/octet-stream"
    sent = ticket.entries.get(message__notice_moment="receipt").position
    assert client.get(f"{page}messages/{sent}/raw/").status_code == 404, "what left did not come"
    assert "troppo lungo" not in client.get(f"/desk/borgo/tickets/{other.number}/").content.decode()


def test_who_writes_from_an_address_that_bounced_is_told_again(cast: Cast, client: Client) -> None:
    """A mailbox that was full is emptied one day: its owner writes, and is answered. So does a colleague who knows."""
    ticket = ticket_of(arrive(letter()))
    token = ticket.entries.get(message__notice_moment="receipt").message.token
    tray()
    address = tokens.reply_address(URP, token)
    arrive(bounce(address, "maria@example.org"), address, envelope_from="")
    identity = Identity.objects.get(value="maria@example.org")
    assert identity.undeliverable_at is not None
    arrive(letter("Assente", Auto_Submitted="auto-replied", In_Reply_To=f"<sp.{token}@borgo.test>"))
    identity.refresh_from_db()
    assert identity.undeliverable_at is not None, "a program that answers has read nothing"
    before = len(tray())
    again = ticket_of(arrive(letter("Mi sente?", subject="Altro")))
    identity.refresh_from_db()
    assert identity.undeliverable_at is None
    assert Notice.objects.get(ticket=again, moment="receipt").state == "given"
    assert len(tray()) == before + 1
    assert Event.objects.filter(verb="identity.deliverable").count() == 1

    mark_undeliverable(identity, MACHINE)
    client.force_login(cast.users["Anna"])
    card = f"/desk/borgo/customers/{identity.customer_id}/"
    assert "Funziona di nuovo" in client.get(card).content.decode()
    client.post(f"{card}identities/{identity.pk}/undeliverable/", {"undo": "1"})
    identity.refresh_from_db()
    assert identity.undeliverable_at is None

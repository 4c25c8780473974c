"""T3, T4, T5, T7, T8: what a message is, and which ticket it belongs to, when its headers are no help."""

from __future__ import annotations

import random

import pytest

from sportello.foundation.files.actions import read
from sportello.records.tickets.models import Link, Message, Reason, Ticket
from sportello.service.channels import intake
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import TAXES, URP, adds_up, arrive, letter, stored, ticket_of

pytestmark = pytest.mark.django_db


def token_of(ticket: Ticket) -> str:
    return str(Message.objects.get(entry__ticket=ticket, notice_moment="receipt").token)


def test_t03_one_message_id_with_other_words_is_another_message(cast: Cast) -> None:
    """freescout#5591: both are kept, and the second says so."""
    one = arrive(letter("la prima cosa", message_id="<same@example.org>"))
    two = arrive(letter("la seconda cosa", message_id="<same@example.org>", subject="Altro"))
    assert adds_up() == {"ticketed": 2}
    assert (one.message.text, two.message.text) == ("la prima cosa", "la seconda cosa")
    flags = {reason.ticket_id: reason.facts.get("flags") for reason in Reason.objects.filter(about="door")}
    assert flags == {ticket_of(one).pk: None, ticket_of(two).pk: ["message_id_reused"]}


@pytest.mark.parametrize("given", ["", "Message-ID:", "Message-ID:   ", "Message-ID: <>", "Message-ID: <@>",
                                   "Message-ID: <" + "x" * 2_000 + "@example.org>", "Message-ID: senza parentesi",
                                   "Message-ID: <a@b> <c@d>", "Message-ID: =?utf-8?q?<a=40b>?="])
def test_t04_a_bad_message_id_neither_loses_nor_glues(cast: Cast, given: str) -> None:
    """libredesk drops them, freescout#4740 glued every later one to the first."""
    for number in range(3):
        raw = letter(f"cosa {number}", message_id="", subject=f"Cosa {number}")
        arrive((given.encode() + b"\r\n" if given else b"") + raw)
    assert adds_up() == {"ticketed": 3}
    assert Ticket.objects.count() == 3


def test_t05_what_cannot_be_read_is_kept_with_its_bytes(cast: Cast) -> None:
    """Mutated letters: as many rows as letters, each in one state, each byte for byte."""
    chance = random.Random(5)
    rows = []
    for number in range(60):
        raw = bytearray(letter("perché no? àèì " * 5, subject=f"Numero {number}", sender=f"a{number}@example.org"))
        for _bite in range(chance.randrange(1, 40)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        rows.append((stored(bytes(raw)), bytes(raw)))
    while intake.work():
        pass
    assert sum(adds_up().values()) == 60
    assert set(adds_up()) <= {"ticketed", "quarantined", "machine"}
    for row, raw in rows:
        row.refresh_from_db()
        assert read(row.raw) == raw


def test_t07_one_mail_to_two_mailboxes_is_a_ticket_each_linked_and_once(cast: Cast) -> None:
    """freescout#4748, osTicket PR 866: neither department misses it, and a second copy makes no third ticket."""
    raw = letter("per entrambi", to=URP, Cc=TAXES)
    first, second = ticket_of(arrive(raw, URP)), ticket_of(arrive(raw, TAXES))
    assert (first.team.slug, second.team.slug) == ("front", "taxes")
    assert list(Link.objects.values_list("ticket", "other", "kind")) == [(second.pk, first.pk, "same_message")]
    assert [arrive(raw, box).state for box in (URP, TAXES)] == ["duplicate", "duplicate"]
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("where", ["To", "Cc", "Delivered-To", "Resent-To", "X-Original-To", "envelope", "alias"])
def test_t08_the_token_counts_wherever_it_stands(cast: Cast, where: str) -> None:
    """chatwoot#15365: a reply address in Cc was thrown away and answered 200."""
    ticket = ticket_of(arrive(letter()))
    address = tokens.reply_address(URP, token_of(ticket))
    if where == "To":
        mail = arrive(letter("rispondo", to=address))
    elif where == "envelope":
        mail = arrive(letter("rispondo", to="elenco@example.org"), address)
    elif where == "alias":
        mail = arrive(letter("rispondo", to=address.replace("urp+", "urp+rifiuti+")), URP)
    else:
        mail = arrive(f"{where}: {address}\r\n".encode() + letter("rispondo"))
    assert (mail.cause, ticket_of(mail)) == ("by_token", ticket)
    assert IncomingMail.objects.filter(state="ticketed").count() == 2

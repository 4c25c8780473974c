""" "Send and close" with an undo: the ticket closes when the answer leaves, and not before; and T13 where letters leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sportello.records.tickets.models import Notice, Ticket
from sportello.service.channels import outbox, waiting
from sportello.service.channels.models import Delivery, Dispatch, OutTrayMail, WaitingReply
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter, ticket_of
from tests.flows.test_sending_later import answers, at, maria_writes, pass_time, reply

pytestmark = pytest.mark.django_db
CLOSE: dict[str, Any] = {"then": "close", "outcome": "information_given", "reason": "Risposto."}


def status(ticket: Ticket) -> str:
    return Ticket.objects.values_list("status", flat=True).get(pk=ticket.pk)


def test_it_closes_when_it_leaves_and_not_before(cast: Cast) -> None:
    ticket = cast.ticket()
    before = status(ticket)
    waiting.send(ticket, cast.member("Anna"), reply(ticket, **CLOSE), seconds=10)
    assert waiting.work() == 0
    assert (status(ticket), answers(ticket)) == (before, [])
    assert not Notice.objects.filter(ticket=ticket, moment="closed").exists(), "nobody was told that it is over"
    pass_time(ticket, timedelta(seconds=11))
    assert waiting.work() == 1
    assert (status(ticket), answers(ticket)) == ("closed", ["Ecco la risposta."])
    assert waiting.work() == 0 and not WaitingReply.objects.exists()


def test_undone_in_time_it_neither_leaves_nor_closes(cast: Cast) -> None:
    ticket = cast.ticket()
    before = status(ticket)
    sent = waiting.send(ticket, cast.member("Anna"), reply(ticket, **CLOSE), seconds=10)
    back = waiting.take_back(ticket, sent.pk, cast.member("Anna"))
    assert (back.then, back.outcome, back.reason) == ("close", "information_given", "Risposto.")
    pass_time(ticket, timedelta(seconds=11))
    assert waiting.work() == 0
    assert (status(ticket), answers(ticket)) == (before, [])


def test_the_customer_who_writes_meanwhile_finds_it_open(cast: Cast) -> None:
    ticket = cast.ticket()
    waiting.send(ticket, cast.member("Anna"), reply(ticket, **CLOSE), seconds=10)
    maria_writes(ticket)
    pass_time(ticket, timedelta(seconds=11))
    assert waiting.work() == 1
    assert (status(ticket) != "closed", answers(ticket)) == (True, [])
    assert WaitingReply.objects.get().held_code == "news"


def test_where_closing_is_refused_nothing_leaves(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it or nothing: a letter that says "we close" from a ticket that stays open would be a lie."""
    from sportello.foundation.core.errors import Refusal
    from sportello.records.tickets.actions import ending

    def refused(*_given: Any, **_more: Any) -> None:
        raise Refusal("Un termine corre ancora.")

    ticket = cast.ticket()
    waiting.send(ticket, cast.member("Anna"), reply(ticket, **CLOSE), seconds=10)
    monkeypatch.setattr(ending, "close", refused)
    pass_time(ticket, timedelta(seconds=11))
    assert waiting.work() == 1
    held = WaitingReply.objects.get()
    assert (held.state, held.held_code, held.held_words) == ("held", "refused", "Un termine corre ancora.")
    assert answers(ticket) == [] and not Dispatch.objects.filter(message__text="Ecco la risposta.").exists()


def test_on_the_desk_the_page_says_that_it_waits(cast: Cast, client: Client) -> None:
    ticket = cast.ticket()
    anna = cast.users["Anna"]
    anna.undo_seconds = 30
    anna.save()
    client.force_login(anna)
    sent = client.post(at(ticket, "replies/"), {
        "text": "Ecco.", "to": "maria@example.org", "base_position": ticket.last_public_position, **CLOSE,
    })  # fmt: skip
    assert sent.status_code == 302
    assert status(ticket) != "closed" and WaitingReply.objects.get().then == "close"
    pass_time(ticket, timedelta(seconds=61))
    waiting.work()
    assert status(ticket) == "closed"


def test_t13_letters_leave_to_the_parties_of_their_own_ticket_alone(cast: Cast) -> None:
    """chatwoot#3503, at sending: two tickets of one customer, each with people in copy of its own; what leaves about
    one, answers and notices alike, names and reaches nobody of the other."""
    first = ticket_of(arrive(letter(message_id="<m@example.org>", Cc="figlia@example.org")))
    other = ticket_of(arrive(letter("altra cosa", subject="Altro", Cc="geometra@example.net")))
    arrive(letter("io?", sender="x@evil.test", In_Reply_To="<m@example.org>", Cc="complice@evil.test"))
    assert first.customer_id == other.customer_id and first.pk != other.pk
    wanted = {first.pk: {"maria@example.org", "figlia@example.org"}, other.pk: {"maria@example.org", "geometra@example.net"}}
    anna = cast.member("Anna")
    for ticket in (first, other):
        copied = sorted(wanted[ticket.pk] - {"maria@example.org"})
        waiting.send(ticket, anna, waiting.Reply(f"Su {ticket.subject}", Ticket.objects.get(pk=ticket.pk).last_public_position,
                     to=[("", "maria@example.org")], cc=[("", address) for address in copied], **CLOSE))  # fmt: skip
    outbox.work()
    for ticket in (first, other):
        reached = set(Delivery.objects.filter(dispatch__message__entry__ticket=ticket).values_list("address", flat=True))
        assert reached == wanted[ticket.pk]
        ids = Dispatch.objects.filter(message__entry__ticket=ticket).values_list("message__rfc_id", flat=True)
        trays = OutTrayMail.objects.filter(rfc_id__in=list(ids))
        assert len(trays) >= 2, "an answer and at least the receipt"
        assert {address for tray in trays for address in tray.recipients} == wanted[ticket.pk]

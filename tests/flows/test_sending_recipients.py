"""Nobody gets a message who does not stand on its chips: whatever was typed, replied to, merged or forwarded."""

from __future__ import annotations

import email
from email import policy
from email.utils import getaddresses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.faces.desk.forms.writing import parse_addresses, write_addresses
from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import read
from sportello.records.tickets.models import Ticket
from sportello.service.channels import outbox, recipients, waiting
from sportello.service.channels.email import letters
from sportello.service.channels.email.addresses import our_addresses
from sportello.service.channels.models import Dispatch, Mailbox, OutTrayMail, WaitingReply
from sportello.service.channels.waiting import Reply
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, ticket_of

pytestmark = pytest.mark.django_db
#: Each example lives in the test's own transaction: hypothesis sees the fixture once, the rows are per ticket.
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

_NAMES = st.sampled_from(["", "Maria", "D'Angelo, Ugo", 'Ada "la Nonna"', "Müller", "李雷", "a@b", "<x>", "x" * 120])
_LOCAL = st.sampled_from(["maria", "MARIA", "Maria.Rossi", "o'brien", "a+b", "x_y", "josé", "a=b", "1"])
_DOMAIN = st.sampled_from(["example.org", "Example.ORG", "caffè.example", "xn--caff-8oa.example", "borgo.test"])
_ADDRESS = st.builds(lambda local, domain: f"{local}@{domain}", _LOCAL, _DOMAIN)
_OURS = st.sampled_from([URP, "URP@Borgo.test", f"urp+sp-{'a' * 24}@borgo.test", "tributi@borgo.test", "urp+x@borgo.test"])
_PEOPLE = st.lists(st.tuples(_NAMES, _ADDRESS), max_size=6)


def keys(people: list[tuple[str, str]]) -> set[str]:
    return {recipients.key(address) for _name, address in people}


def left(dispatch: Dispatch) -> tuple[set[str], bytes]:
    """(envelope, bytes) of what was put in the out-tray."""
    mail = OutTrayMail.objects.get(rfc_id=f"<sp.{dispatch.message.token}@borgo.test>")
    return {recipients.key(address) for address in mail.recipients}, read(mail.raw)


def fields(raw: bytes) -> set[str]:
    mail = email.message_from_bytes(raw, policy=policy.SMTPUTF8)
    return {recipients.key(address) for name in ("To", "Cc") for _n, address in getaddresses([str(one) for one in mail.get_all(name, [])])}


def test_the_envelope_is_the_chips(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    outbox.work()

    @QUICK
    @given(to=_PEOPLE, cc=_PEOPLE)
    def check(to: list[tuple[str, str]], cc: list[tuple[str, str]]) -> None:
        ticket.refresh_from_db()
        typed_to, typed_cc = parse_addresses(write_addresses(to)), parse_addresses(write_addresses(cc))
        assert keys(typed_to) == keys(to) and keys(typed_cc) == keys(cc), "the chips say who was chosen"
        reply = Reply("Ecco.", ticket.last_public_position, to=typed_to, cc=typed_cc)
        try:
            message = waiting.send(ticket, anna, reply)
        except Refusal:
            assert not to and cc, "only a copy without anybody to write to is refused here"
            return
        assert not isinstance(message, WaitingReply)
        outbox.work()
        if not to:
            assert message.channel == "portal" and not Dispatch.objects.filter(message=message).exists()
            return
        envelope, raw = left(message.dispatch)
        assert envelope == keys(to) | keys(cc)
        assert fields(raw) == envelope, "who gets it is seen by all: nothing hidden, nothing left out"
        assert b"\nbcc:" not in raw.lower() and not raw.lower().startswith(b"bcc:")
        assert b"resent-" not in raw.lower()

    check()


def test_our_own_mailboxes_are_refused_with_their_name(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")

    @QUICK
    @given(people=_PEOPLE, ours=_OURS, copy=st.booleans())
    def check(people: list[tuple[str, str]], ours: str, copy: bool) -> None:
        to, cc = ([*people, ("", ours)], []) if not copy else ([("", "maria@example.org"), *people], [("", ours)])
        with pytest.raises(Refusal) as refused:
            waiting.send(ticket, anna, Reply("Ecco.", ticket.last_public_position, to=to, cc=cc))
        assert ours in str(refused.value.sentence)

    check()


def test_an_answer_to_all_goes_to_who_stood_there_and_not_to_us(cast: Cast) -> None:
    @QUICK
    @given(sender=_ADDRESS, others=st.lists(st.tuples(_NAMES, st.one_of(_ADDRESS, _OURS)), max_size=8))
    def check(sender: str, others: list[tuple[str, str]]) -> None:
        to, cc = recipients.reply_all(our_addresses(cast.borgo), ("Maria", sender), others)
        ours = keys([("", one.address) for one in Mailbox.objects.filter(organisation=cast.borgo)])
        got = keys(to) | keys(cc)
        assert got <= keys(others) | {recipients.key(sender)}, "nobody new"
        assert not got & ours and not any("+sp-" in one for one in got)
        assert len(to) + len(cc) == len(got), "each once"
        assert keys(to) == {recipients.key(sender)} - ours

    check()


def test_the_composer_offers_those_of_the_message_replied_to(cast: Cast, client) -> None:
    raw = letter(to=f"{URP}, Ion <ion@example.org>", Cc="tributi@borgo.test, figlia@example.org", Bcc="spia@example.org")
    ticket = ticket_of(arrive(raw))
    client.force_login(cast.users["Anna"])
    page = client.get(f"/desk/borgo/tickets/{ticket.number}/").content.decode()
    to = page.split('id="reply-to"')[0].rpartition("<input")[2] + page.split('id="reply-to"')[1].split(">")[0]
    cc = page.split('id="reply-cc"')[0].rpartition("<input")[2] + page.split('id="reply-cc"')[1].split(">")[0]
    assert "maria@example.org" in to and "ion@" not in to
    assert "ion@example.org" in cc and "figlia@example.org" in cc
    assert "borgo.test" not in to + cc and "spia" not in page


def test_a_merged_customer_is_answered_where_they_wrote_from(cast: Cast) -> None:
    from sportello.foundation.journal import actor
    from sportello.records.customers.actions import merging, registering

    ticket = cast.ticket(address="maria@example.org")
    other = registering.find_or_add(
        cast.borgo, name="Maria P.", identities=[("email", "lavoro@example.net")], language="it", actor=actor.MACHINE
    )
    merging.merge(other, ticket.customer, cast.member("Anna"))
    ticket.refresh_from_db()
    from sportello.records.tickets.reach import reach

    assert reach(ticket).address == "maria@example.org"
    assert "lavoro@example.net" in recipients.other_addresses(ticket, ["maria@example.org"])


def test_a_form_that_sends_as_no_reply_is_answered_to_the_person(cast: Cast, client) -> None:
    raw = letter(
        "Vorrei gli orari.", sender="no-reply@borgo.test", Reply_To="Maria Popescu <maria@example.org>", to=URP
    )
    mail = arrive(raw, envelope_from="no-reply@borgo.test")
    assert mail.message is not None, f"no ticket: {mail.state} {mail.cause}"
    client.force_login(cast.users["Anna"])
    page = client.get(f"/desk/borgo/tickets/{ticket_of(mail).number}/").content.decode()
    assert "maria@example.org" in page.split('id="reply-to"')[0].rpartition("<input")[2] + page.split('id="reply-to"')[1][:400]


def test_what_is_composed_names_nobody_else(cast: Cast) -> None:
    """The bytes of the letter hold no address but the chips, ours, and the ticket's own words."""
    ticket = cast.ticket(address="maria@example.org")
    ticket.refresh_from_db()
    message = waiting.send(
        ticket, cast.member("Anna"), Reply("Ecco.", ticket.last_public_position, to=[("", "figlia@example.org")])
    )
    raw = letters.write(message, Mailbox.objects.get(address=URP)).raw
    assert b"maria@example.org" not in raw
    assert Ticket.objects.get(pk=ticket.pk).unanswered_since is None

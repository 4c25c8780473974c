"""From stored bytes to a ticket: each guard, who, which ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Customer, Identity
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import Link, Message, Notice, Participant, Reason, Ticket
from sportello.service.channels import intake
from sportello.service.channels.email.addresses import mailbox_for
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import MARIA, TAXES, URP, adds_up, arrive, letter, stored, ticket_of, tray


def receipt_address(ticket: Ticket) -> str:
    token = Message.objects.get(entry__ticket=ticket, notice_moment="receipt").token
    return tokens.reply_address(URP, token)


def links(ticket: Ticket) -> list[tuple[int, str]]:
    return list(Link.objects.filter(ticket=ticket).values_list("other_id", "kind"))


def reasons(ticket: Ticket, about: str) -> list[str]:
    return list(Reason.objects.filter(ticket=ticket, about=about).order_by("pk").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("urp@borgo.test", URP),
        ("URP@Borgo.Test", URP),
        ("urp+rifiuti@borgo.test", URP),
        (f"urp+sp-{'a' * 24}@borgo.test", URP),
        (f"urp+x+sp-{'a' * 24}@borgo.test", URP),
        ("urp@altro.test", None),
        ("+urp@borgo.test", None),
        ("borgo.test", None),
        ("@borgo.test", None),
        ("urp\0@borgo.test", None),
        ("u" * 400 + "@borgo.test", None),
    ],
)
def test_which_mailbox_an_address_means(cast: Cast, address: str, mailbox: str | None) -> None:
    found = mailbox_for(address)
    assert (found.address if found else None) == mailbox


def test_a_retired_mailbox_is_unknown(cast: Cast) -> None:
    Mailbox.objects.filter(address=URP).update(retired_at=clock.now(cast.borgo))
    assert mailbox_for(URP) is None


def test_marias_letter_becomes_a_ticket_and_she_is_told(cast: Cast) -> None:
    mail = arrive(letter())
    ticket = ticket_of(mail)
    assert (mail.state, mail.cause, mail.sender) == ("ticketed", "opened", "maria@example.org")
    assert (ticket.subject, ticket.channel, ticket.customer.name, ticket.team.slug) == (
        "Orari", "email", "Maria Popescu", "front",
    )
    assert reasons(ticket, "door") == ["email"]
    assert reasons(ticket, "customer") == ["by_sender"]
    (receipt,) = tray()
    assert receipt.to[0].address == "maria@example.org"
    assert receipt.auto_submitted
    assert receipt.in_reply_to == mail.rfc_id
    assert ticket.number in receipt.text
    assert "{access_code}" not in receipt.text


def test_a_mailbox_of_a_team_goes_to_the_team(cast: Cast) -> None:
    assert ticket_of(arrive(letter(to=TAXES), TAXES)).team.slug == "taxes"


def test_her_reply_joins_by_token_wherever_it_stands(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    address = receipt_address(ticket)
    receipt_id = tokens.message_id(address.partition("+sp-")[2].partition("@")[0], "borgo.test")
    written = [
        (letter("a", to=address), address),
        (letter("b", to=URP, Cc=address), URP),
        (letter("c", to=URP, Delivered_To=address), URP),
        (letter("d", to=URP, Resent_To=address), URP),
        (letter("e", to=URP, In_Reply_To=receipt_id), URP),
        (letter("f", to=URP, References=f"<x@y> {receipt_id}"), URP),
        (letter("g", to="undisclosed@example.org"), address),
        (letter("h", sender="marito@example.net", to=address), address),
    ]
    for raw, to in written:
        mail = arrive(raw, to)
        assert (mail.state, mail.cause, ticket_of(mail)) == ("ticketed", "by_token", ticket)
    assert Ticket.objects.count() == 1
    assert Identity.objects.get(value="maria@example.org").verified == "by_reply"
    assert Identity.objects.get(value="marito@example.net").verified == ""


def test_a_reference_counts_only_from_who_takes_part(cast: Cast) -> None:
    first = arrive(letter(message_id="<first@example.org>", Cc="Figlia <figlia@example.org>"))
    ticket = ticket_of(first)
    again = arrive(letter("ancora", subject="Re: Orari", In_Reply_To="<first@example.org>"))
    daughter = arrive(
        letter("sono la figlia", sender="figlia@example.org", subject="Re: Orari", References="<first@example.org>")
    )
    assert {ticket_of(again), ticket_of(daughter)} == {ticket}
    assert again.cause == daughter.cause == "by_reference"
    stranger = arrive(letter("e io?", sender="x@evil.test", In_Reply_To="<first@example.org>"))
    assert ticket_of(stranger) != ticket
    assert links(ticket_of(stranger)) == [(ticket.pk, "perhaps")]


def test_a_number_in_a_subject_proves_nothing(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    for number in range(1, 30):
        mail = arrive(letter(sender=f"guess{number}@evil.test", subject=f"Re: Orari [2026-{number:07d}]"))
        assert ticket_of(mail) != ticket
        assert links(ticket_of(mail)) == []
    own = arrive(letter(subject=f"Ancora su [{ticket.number}]"))
    assert links(ticket_of(own)) == [(ticket.pk, "perhaps")]
    assert Message.objects.filter(entry__ticket=ticket, direction="in").count() == 1


def test_a_forged_token_is_no_token(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    mail = arrive(letter(sender="x@evil.test"), f"urp+sp-{'a' * 24}@borgo.test")
    assert ticket_of(mail) != ticket


def test_a_token_of_another_organisation_is_none_here(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    token = receipt_address(ticket).partition("+sp-")[2].partition("@")[0]
    mail = arrive(letter(to="aiuto@bottega.test"), f"aiuto+sp-{token}@bottega.test")
    assert ticket_of(mail).organisation == cast.bottega


def test_similar_subject_of_the_same_customer_is_perhaps_related(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter(subject="Mensa scolastica")))
    other = ticket_of(arrive(letter(subject="Re: R: mensa  Scolastica")))
    assert links(other) == [(ticket.pk, "perhaps")]
    assert links(ticket_of(arrive(letter(sender="altro@example.org", subject="Mensa scolastica")))) == []


def test_the_same_id_with_other_words_is_kept_and_flagged(cast: Cast) -> None:
    one = arrive(letter("uno", message_id="<same@example.org>"))
    two = arrive(letter("due", message_id="<same@example.org>"))
    assert (one.state, two.state) == ("ticketed", "ticketed")
    facts = Reason.objects.get(ticket=ticket_of(two), about="door").facts
    assert facts["flags"] == ["message_id_reused"]


def test_the_same_bytes_again_are_a_duplicate(cast: Cast) -> None:
    raw = letter()
    one, two = arrive(raw), arrive(raw)
    assert (two.state, two.duplicate_of) == ("duplicate", one)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("message_id", ["", " ", "<>", "<" + "x" * 2000 + "@y>", "no-brackets"])
def test_without_a_good_message_id_nothing_is_lost_or_glued(cast: Cast, message_id: str) -> None:
    head = letter("una cosa", message_id="")
    for words in (b"prima", b"seconda"):
        raw = head.replace(b"una cosa", words)
        if message_id:
            raw = b"Message-ID: " + message_id.encode() + b"\r\n" + raw
        assert arrive(raw).state == "ticketed"
    assert Ticket.objects.count() == 2


def test_two_mailboxes_one_ticket_each_and_linked(cast: Cast) -> None:
    raw = letter(to=f"{URP}, {TAXES}")
    first, second = ticket_of(arrive(raw, URP)), ticket_of(arrive(raw, TAXES))
    assert (first.team.slug, second.team.slug) == ("front", "taxes")
    assert links(second) == [(first.pk, "same_message")]
    # our own mailboxes are no party to it
    assert set(Participant.objects.values_list("address", flat=True)) == {"maria@example.org"}


def test_a_reply_to_all_is_on_the_ticket_once(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    address = receipt_address(ticket)
    raw = letter("a tutti", to=address, Cc=TAXES)
    assert arrive(raw, address).state == "ticketed"
    copy = arrive(raw, TAXES)
    assert (copy.state, copy.cause) == ("duplicate", "already_there")
    assert Message.objects.filter(entry__ticket=ticket, text="a tutti").count() == 1


def test_long_after_closing_a_new_ticket_follows(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    address = receipt_address(ticket)
    anna = cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Risposto")
    soon = arrive(letter("grazie ma non basta", to=address), address)
    assert ticket_of(soon) == ticket
    ticket.refresh_from_db()
    assert not ticket.is_closed
    ending.close(ticket, by=anna, outcome="solved", reason="Risposto")
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=40))
    late = arrive(letter("di nuovo", to=address), address)
    assert ticket_of(late) != ticket
    assert links(ticket_of(late))[0] == (ticket.pk, "follows")


def test_reply_to_decides_only_where_from_is_no_person(cast: Cast) -> None:
    wish = ticket_of(arrive(letter(Reply_To="altrove@example.net")))
    assert wish.customer.name == "Maria Popescu"
    assert Reason.objects.get(ticket=wish, about="customer").facts["other_reply_to"] is True
    form = arrive(letter(sender=f"Sito <{URP}>", Reply_To="Luca <luca@example.org>"))
    assert form.state == "ticketed"
    assert ticket_of(form).customer.name == "Luca"
    assert [one.to[0].address for one in tray()][-1] == "luca@example.org"
    no_reply = arrive(letter(sender="noreply@moduli.example", Reply_To="Sara <sara@example.org>"))
    assert ticket_of(no_reply).customer.name == "Sara"


def test_who_must_not_be_answered_by_a_program_is_answered_by_people(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter(sender="noreply@negozio.example")))
    assert tray() == []
    answer = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    assert [one.address for one in answer.recipients.all()] == ["noreply@negozio.example"]


def test_copies_become_participants_but_never_our_own(cast: Cast) -> None:
    mail = arrive(letter(Cc=f"Figlia <figlia@example.org>, {TAXES}, urp+x@borgo.test, {MARIA}"))
    people = dict(Participant.objects.filter(ticket=ticket_of(mail)).values_list("address", "role"))
    assert people == {"maria@example.org": "requester", "figlia@example.org": "cc"}


# What does not go on ------------------------------


def test_our_own_message_coming_back_is_held(cast: Cast) -> None:
    arrive(letter())
    from sportello.foundation.files.actions import read
    from sportello.service.channels.models import OutTrayMail

    tray()
    raw = read(OutTrayMail.objects.get().raw)
    mail = arrive(raw)
    assert (mail.state, mail.cause) == ("quarantined", "loop")


def test_out_of_office_is_kept_without_moving_anything(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    anna = cast.member("Anna")
    messages.answer(ticket, anna, "Mandi il modulo.", base_position=ticket.last_public_position, then="wait")
    token = Message.objects.get(entry__ticket=ticket, notice_moment="", direction="out").token
    address = tokens.reply_address(URP, token)
    before = (ticket.status, ticket.unanswered_since)
    mail = arrive(letter("Sono fuori sede", subject="Assente", to=address, Auto_Submitted="auto-replied"), address)
    ticket.refresh_from_db()
    assert mail.state == "ticketed"
    assert mail.message.is_machine
    assert (ticket.status, ticket.unanswered_since) == before
    assert len(tray()) == 2  # receipt and answer, nothing for the machine


def test_machine_mail_without_a_ticket_is_kept_apart(cast: Cast) -> None:
    mail = arrive(letter(Auto_Submitted="auto-generated", subject="Rapporto notturno"))
    assert (mail.state, mail.cause) == ("machine", "auto_submitted")
    assert (Ticket.objects.count(), tray()) == (0, [])


def bounce(address: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        f"From: Mail Delivery <mailer-daemon@mx.example>\r\nTo: {address}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <b{recipient}{status}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n--b--\r\n"
    ).encode()


def test_a_letter_that_came_back_is_the_operators_again(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    answer = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    tray()
    ticket.refresh_from_db()
    assert ticket.unanswered_since is None
    address = tokens.reply_address(URP, answer.token)
    mail = arrive(bounce(address, "maria@example.org"), address, envelope_from="")
    assert (mail.state, mail.cause, mail.cause_facts["failed"]) == ("machine", "bounce", 1)
    delivery = Delivery.objects.get(dispatch__message=answer)
    assert (delivery.state, delivery.status_code) == ("failed", "5.1.1")
    assert "no such user" in delivery.answer
    ticket.refresh_from_db()
    assert ticket.unanswered_since is not None
    assert Identity.objects.get(value="maria@example.org").undeliverable_at is not None
    assert reasons(ticket, "dispatch") == ["came_back"]
    # told twice is known once; and from now on she is reached on the follow-up page
    again = arrive(bounce(address, "maria@example.org").replace(b"<b", b"<c"), address, envelope_from="")
    assert again.cause_facts["failed"] == 0


def test_a_receipt_that_came_back_is_due_again(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    tray()
    arrive(bounce(receipt_address(ticket), "maria@example.org"), receipt_address(ticket), envelope_from="")
    assert Notice.objects.get(ticket=ticket, moment="receipt").state == "due"


def test_a_delay_and_a_full_mailbox_condemn_no_address(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    tray()
    address = receipt_address(ticket)
    arrive(bounce(address, "maria@example.org", "4.4.1", "delayed"), address, envelope_from="")
    assert Delivery.objects.get().state == "sent"
    arrive(bounce(address, "maria@example.org", "5.2.2"), address, envelope_from="")
    assert Delivery.objects.get().state == "failed"
    assert Identity.objects.get(value="maria@example.org").undeliverable_at is None


def test_a_stranger_cannot_declare_a_letter_undelivered(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    tray()
    mail = arrive(bounce(f"urp+sp-{'a' * 24}@borgo.test", "maria@example.org"), URP, envelope_from="")
    assert (mail.state, mail.cause_facts["matched"]) == ("machine", False)
    assert Dispatch.objects.get(message__entry__ticket=ticket).state == "sent"


def test_nobody_who_wrote_it(cast: Cast) -> None:
    for sender in ("", "Qualcuno <>", "undisclosed", "@"):
        mail = arrive(letter(sender="").replace(b"To:", f"From: {sender}\r\nTo:".encode(), 1))
        assert (mail.state, mail.cause) == ("quarantined", "no_sender"), sender


def test_a_flood_from_one_address_is_held_and_others_are_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sportello.service.channels.steps.guarding.BURST", 5)
    states = [arrive(letter(sender="robot@example.net")).state for _ in range(8)]
    assert states == ["ticketed"] * 5 + ["quarantined"] * 3
    assert IncomingMail.objects.filter(cause="burst").count() == 3
    assert arrive(letter()).state == "ticketed"
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(minutes=11))
    assert arrive(letter(sender="robot@example.net")).state == "ticketed"


# Failures ------------------------------


def test_a_poisonous_message_is_held_and_the_others_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    poison = stored(letter("veleno"))
    after = stored(letter("buono"))
    real = intake.parse

    def fails(raw: bytes, **more: object):
        if b"veleno" in raw:
            raise RuntimeError("boom")
        return real(raw, **more)

    monkeypatch.setattr(intake, "parse", fails)
    for _attempt in range(intake.ATTEMPTS):
        intake.work()
        IncomingMail.objects.filter(state="pending").update(next_attempt_at=None)
    poison.refresh_from_db()
    after.refresh_from_db()
    assert (poison.state, poison.cause, poison.attempts) == ("quarantined", "unreadable", 5)
    assert poison.error == "RuntimeError: boom"
    assert after.state == "ticketed"
    assert adds_up() == {"quarantined": 1, "ticketed": 1}


def test_it_waits_longer_after_each_failure(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = stored(letter())
    monkeypatch.setattr(intake, "parse", lambda *a, **k: 1 / 0)
    assert intake.work() == 1
    assert intake.work() == 0, "not due again yet"
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("pending", 1)
    assert mail.next_attempt_at > clock.server_now()


def test_a_failure_in_the_middle_leaves_nothing_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(letter())
    monkeypatch.setattr(intake, "_write", lambda *a: 1 / 0)
    intake.work()
    assert (Ticket.objects.count(), Customer.objects.count(), Dispatch.objects.count()) == (0, 0, 0)


def test_huge_words_are_bounded_and_nul_is_harmless(cast: Cast) -> None:
    raw = letter("x") + b"\0" + b"parola " * 100_000
    mail = arrive(raw)
    assert mail.state == "ticketed"
    assert len(mail.message.text) < 210_000
    assert Reason.objects.get(ticket=ticket_of(mail), about="door").facts["text_cut"] is True

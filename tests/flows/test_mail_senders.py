"""Whom we do not listen to, which programs speak for people, and who can be told nothing by a program."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Notice, Reason
from sportello.records.tickets.queries import silent_tickets
from sportello.service.channels import intake, quarantine, senders
from sportello.service.channels.models import FormSender, IncomingMail
from sportello.service.channels.steps.forms import customer_in_text
from sportello.service.channels.steps.senders import pattern, patterns_of
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, ticket_of, tray

pytestmark = pytest.mark.django_db


def test_a_blocked_domain_is_held_until_its_time_is_over_and_released_at_will(cast: Cast) -> None:
    carla = cast.member("Carla")
    senders.block(cast.borgo, "*.Rumore.example", "Pubblicità", carla, days=1)
    assert Event.objects.filter(verb="sender.blocked", actor_id=carla.user_id).count() == 1
    held = arrive(letter(sender="x@news.rumore.example"))
    assert (held.state, held.cause, held.cause_facts["rule"]) == ("quarantined", "blocked", "rumore.example")
    assert arrive(letter(sender="x@rumore.example.net")).state == "ticketed", "another domain"
    assert arrive(letter(sender="x@rumore.example", to="aiuto@bottega.test"), "aiuto@bottega.test").state == "ticketed"
    quarantine.release(quarantine.get_mail(cast.person("Anna"), "borgo", held.pk), cast.member("Anna"))
    intake.work()
    held.refresh_from_db()
    assert held.state == "ticketed"
    assert arrive(letter(sender="x@news.rumore.example")).state == "quarantined", "the next one is held again"
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=2))
    assert arrive(letter(sender="x@news.rumore.example")).state == "ticketed"


def test_unblocking_is_heard_at_once_and_stays_known(cast: Cast) -> None:
    row = senders.block(cast.borgo, "uno@example.net", "Insulti", cast.member("Carla"))
    assert [one.sender for one in senders.blocked(cast.borgo)] == ["uno@example.net"]
    with pytest.raises(Refusal):
        senders.block(cast.borgo, "UNO@example.net", "Ancora", cast.member("Carla"))
    senders.unblock(cast.borgo, row.pk, cast.member("Carla"))
    assert arrive(letter(sender="uno@example.net")).state == "ticketed"
    row.refresh_from_db()
    assert (row.reason, row.ended_by) == ("Insulti", cast.member("Carla"))


@pytest.mark.parametrize("wrong", ["", "it", "borgo.test", "urp@borgo.test", "non un indirizzo", "@"])
def test_nobody_blocks_everybody_or_ourselves(cast: Cast, wrong: str) -> None:
    with pytest.raises(Refusal):
        senders.block(cast.borgo, wrong, "Perché", cast.member("Carla"))


def test_patterns() -> None:
    assert patterns_of("a@x.example.org") == ("a@x.example.org", "x.example.org", "example.org")
    assert (pattern(" @Example.ORG "), pattern("A@Example.org"), pattern("x..y")) == ("example.org", "a@example.org", "")


def test_a_form_that_sends_as_a_program_is_a_request_where_a_rule_says_so(cast: Cast) -> None:
    robot = "wordpress@sito.example"
    text = "Nome: Luca\nCognome: Bianchi\nE-mail: luca@example.org\nMessaggio: la mensa?"
    before = arrive(letter(text, sender=robot, Auto_Submitted="auto-generated"))
    assert (before.state, before.cause) == ("machine", "auto_submitted"), "kept apart, not thrown away"
    senders.add_form(cast.borgo, robot, cast.member("Carla"), customer_in=FormSender.CustomerIn.BODY)
    mail = arrive(letter(text, sender=robot, Auto_Submitted="auto-generated"))
    ticket = ticket_of(mail)
    assert (ticket.customer.name, mail.message.sender_address) == ("Luca Bianchi", "luca@example.org")
    assert [one.to[0].address for one in tray()] == ["luca@example.org"], "the customer is told, not the form"
    nobody = arrive(letter("la mensa?", sender=robot, Precedence="bulk"))
    assert nobody.state == "ticketed"
    assert Notice.objects.get(ticket=ticket_of(nobody)).state == "no_way"


def test_a_program_of_our_own_domain_with_a_stranger_in_reply_to_is_a_form(cast: Cast) -> None:
    head = {"Auto_Submitted": "auto-generated", "sender": "sito@borgo.test"}
    form = arrive(letter(Reply_To="Luca <luca@example.org>", **head))
    assert ticket_of(form).customer.name == "Luca"
    assert arrive(letter(Reply_To="capo@borgo.test", **head)).state == "machine"
    assert arrive(letter(Reply_To="x@evil.test", sender="a@evil.test", Auto_Submitted="auto-generated")).state == "machine"


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Nome e cognome: Ada Neri\nEmail: ada@example.org", "Ada Neri", "ada@example.org"),
        ("*Nome*\nAda\n\n*E-mail*\nada@example.org", "", ""),
        ("Nome:\nAda Neri\nIndirizzo e-mail:\nada@example.org", "Ada Neri", "ada@example.org"),
        ("From: Ada Neri <ada@example.org>\nSubject: x", "Ada Neri", "ada@example.org"),
        ("mi scriva a ada@example.org", "", ""),
        ("E-mail: non ce l'ho", "", ""),
    ],
)
def test_who_filled_a_form_in(text: str, name: str, address: str) -> None:
    found = customer_in_text(text, FormSender(sender="x@y.it"))
    assert (found.name, found.address) == (name, address) if found else address == ""


def test_a_list_that_writes_in_its_own_name(cast: Cast) -> None:
    mail = arrive(letter(
        sender="Maria Popescu via Genitori <genitori@liste.example>", Reply_To="Maria Popescu <maria@example.org>",
        List_Id="<genitori.liste.example>",
    ))  # fmt: skip
    ticket = ticket_of(mail)
    assert (ticket.customer.name, mail.message.sender_address) == ("Maria Popescu", "maria@example.org")
    assert tray() == []
    assert Notice.objects.get(ticket=ticket).state == "no_way"


def test_who_cannot_be_told_is_in_the_ledger_and_not_silent(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter(sender="noreply@negozio.example")))
    notice = Notice.objects.get(ticket=ticket)
    assert (notice.state, notice.message, notice.given_at) == ("no_way", None, None)
    assert Reason.objects.get(ticket=ticket, about="notice").code == "no_way"
    assert [one for one in silent_tickets(cast.person("Anna")) if one.ticket == ticket] == []


def test_the_page_is_for_who_answers_for_colleagues(cast: Cast, client) -> None:
    for name, status in (("Carla", 200), ("Elena", 200), ("Anna", 404), ("Irene", 404)):
        client.force_login(cast.users[name])
        assert client.get("/desk/borgo/senders/").status_code == status, name
    client.force_login(cast.users["Carla"])
    said = client.post("/desk/borgo/senders/", {"do": "block", "sender": "borgo.test", "reason": "x", "days": "0"})
    assert said.status_code == 422
    said = client.post("/desk/borgo/senders/", {"do": "block", "sender": "spam.example", "reason": "Noia", "days": "7"})
    assert said.status_code == 302
    assert arrive(letter(sender="a@spam.example")).cause == "blocked"
    assert IncomingMail.objects.filter(mailbox__address=URP).count() == 1
    assert "spam.example" in client.get("/desk/borgo/senders/").content.decode()

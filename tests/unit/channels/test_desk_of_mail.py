"""Quarantine, out-tray, pipe, passwords, our own mail: what people and programs do around the letters."""

from __future__ import annotations

import stat

import pytest
from django.core.mail import EmailMessage
from django.db import OperationalError
from django.http import Http404

from sportello.config import postman
from sportello.config.channels import CHANNELS
from sportello.config.status import collect
from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.files.actions import read
from sportello.foundation.journal.models import Event
from sportello.records.accounts.models import Membership
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Ticket
from sportello.service.channels import intake, outbox, quarantine, queries
from sportello.service.channels.email import pipe, secrets
from sportello.service.channels.models import Dispatch, IncomingMail, Mailbox, OutTrayMail
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, adds_up, arrive, letter, send_by, sink, ticket_of, tray


def held(cast: Cast) -> IncomingMail:
    """One of our own letters that came back."""
    mail = arrive(letter("di ritorno", X_Sportello_Loop=URP))
    assert (mail.state, mail.cause) == ("quarantined", "loop")
    return mail


def test_who_serves_sees_what_is_held_and_why(cast: Cast) -> None:
    mail = held(cast)
    (row,) = quarantine.quarantined(cast.person("Anna"))
    assert (row.id, row.slug, row.sender, row.subject) == (mail.pk, "borgo", "maria@example.org", "Orari")
    assert row.sentence not in ("", "loop"), "a sentence, not a code"
    assert quarantine.count(cast.person("Carla")) == 1
    for name in ("Elena", "Irene", "Fabio", "Leo", "Root"):
        assert quarantine.quarantined(cast.person(name)) == [], name
        with pytest.raises(Http404):
            quarantine.get_mail(cast.person(name), "borgo", mail.pk)
    assert quarantine.look(quarantine.get_mail(cast.person("Anna"), "borgo", mail.pk)).subject == "Orari"
    raw = quarantine.download(mail)
    assert raw["Content-Disposition"].startswith("attachment")
    assert b"di ritorno" in raw.content


def test_what_is_released_passes_the_guard_that_held_it(cast: Cast) -> None:
    mail, anna = held(cast), cast.member("Anna")
    quarantine.release(mail, anna)
    assert mail.state == "pending"
    intake.work()
    mail.refresh_from_db()
    assert (mail.state, mail.released_by_id) == ("ticketed", anna.pk)
    with pytest.raises(Stale):
        quarantine.release(mail, anna)
    with pytest.raises(Stale):
        quarantine.set_aside(mail, anna)
    assert list(Event.objects.filter(verb="mail.released").values_list("payload", flat=True)) == [{"to": "released"}]


def test_who_did_not_say_who_they_are_still_gets_a_ticket_when_released(cast: Cast) -> None:
    mail = arrive(letter(sender=""), envelope_from=None)
    quarantine.release(mail, cast.member("Carla"))
    intake.work()
    mail.refresh_from_db()
    assert mail.state == "ticketed"
    assert ticket_of(mail).customer is None
    assert tray() == []


def test_a_machines_letter_can_be_made_a_request(cast: Cast) -> None:
    mail = arrive(letter(Auto_Submitted="auto-generated"))
    quarantine.release(mail, cast.member("Anna"))
    intake.work()
    mail.refresh_from_db()
    assert mail.state == "ticketed"
    assert tray() == [], "a program is not answered by a program, whoever released it"


def test_retry_asks_every_guard_again_and_set_aside_keeps(cast: Cast) -> None:
    mail, anna = held(cast), cast.member("Anna")
    quarantine.retry(mail, anna)
    intake.work()
    mail.refresh_from_db()
    assert (mail.state, mail.cause) == ("quarantined", "loop")
    quarantine.set_aside(mail, anna)
    assert (mail.state, mail.cause) == ("machine", "set_aside")
    assert quarantine.quarantined(cast.person("Anna")) == []
    quarantine.release(mail, anna)
    intake.work()
    assert adds_up() == {"ticketed": 1}


def test_a_colleague_of_elsewhere_may_not(cast: Cast) -> None:
    with pytest.raises(Refusal):
        quarantine.release(held(cast), cast.members["Irene@bottega"])


# What left ------------------------------


def test_the_timeline_says_what_became_of_a_letter(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    answer = messages.answer(ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position)
    assert queries.dispatches_of([answer.pk])[answer.pk].state == "queued"
    outbox.work()
    row = queries.dispatches_of([answer.pk])[answer.pk]
    assert (row.state, row.needs_a_look) == ("sent", False)
    assert [(one.address, one.state) for one in row.deliveries] == [("maria@example.org", "sent")]


def test_the_out_tray_is_found_by_address_and_subject(cast: Cast) -> None:
    arrive(letter())
    arrive(letter(sender="luca@example.org", subject="Altro"))
    outbox.work()
    assert len(queries.out_tray(cast.borgo)) == 2
    (row,) = queries.out_tray(cast.borgo, address="Luca@example.org")
    assert row.recipients == ("luca@example.org",)
    _mail, record = queries.out_tray_mail(cast.borgo, row.id)
    assert record.to[0].address == "luca@example.org"
    with pytest.raises(Http404):
        queries.out_tray_mail(cast.bottega, row.id)


def test_the_raw_letter_is_for_who_sees_the_ticket(cast: Cast) -> None:
    message = arrive(letter("al byte")).message
    assert b"al byte" in queries.raw_of(cast.person("Anna"), message)
    for name in ("Irene", "Elena"):
        with pytest.raises(Http404):
            queries.raw_of(cast.person(name), message)


def test_enqueue_twice_is_once_and_portal_words_do_not_leave(cast: Cast) -> None:
    ticket = ticket_of(arrive(letter()))
    assert Dispatch.objects.filter(message__entry__ticket=ticket).count() == 1
    nobody = cast.opened("senza indirizzo", address="", channel="webform").ticket
    answer = messages.answer(nobody, cast.member("Anna"), "Ecco.", base_position=nobody.last_public_position)
    assert answer.channel == "portal"
    assert not Dispatch.objects.filter(message__entry__ticket=nobody).exists()


def test_an_organisation_without_a_mailbox_says_so(cast: Cast) -> None:
    ticket = cast.ticket()
    Mailbox.objects.filter(organisation=cast.borgo).update(retired_at="2026-01-01T00:00:00Z")
    outbox.work()
    dispatch = Dispatch.objects.get(message__entry__ticket=ticket)
    assert dispatch.state == "failed"
    assert "no mailbox" in dispatch.answer


def test_an_impossible_address_fails_alone(cast: Cast) -> None:
    ticket = cast.ticket()
    bad = messages.answer(
        ticket, cast.member("Anna"), "Ecco.", base_position=ticket.last_public_position, to=[("X", "a b@@c")]
    )
    outbox.work()
    assert Dispatch.objects.get(message=bad).state == "failed"
    assert Dispatch.objects.exclude(message=bad).get().state == "sent"


# The pipe ------------------------------


def test_the_pipe_takes_a_letter(cast: Cast) -> None:
    raw = b"Return-Path: <maria@example.org>\r\n" + letter()
    assert pipe.deliver("URP@borgo.test", raw) == 0
    mail = IncomingMail.objects.get()
    assert (mail.door, mail.envelope_from, read(mail.raw)) == ("pipe", "", raw)


def test_the_pipe_says_what_went_wrong(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    assert pipe.deliver("nessuno@borgo.test", letter()) == 67
    assert pipe.deliver(URP, b" \n") == 65
    settings.MAIL_BYTES = 10
    assert pipe.deliver(URP, letter()) == 65
    settings.MAIL_BYTES = 10_000

    def away(*_args: object, **_more: object) -> None:
        raise OperationalError

    monkeypatch.setattr(pipe, "take", away)
    assert pipe.deliver(URP, letter()) == 75

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipe, "take", full)
    assert pipe.deliver(URP, letter()) == 75
    assert len([line for line in capsys.readouterr().err.splitlines() if line.startswith("sportello: ")]) == 5
    assert IncomingMail.objects.count() == 0


# Passwords and our own mail ------------------------------


def test_a_password_is_a_file_of_the_home(cast: Cast, tmp_path, settings) -> None:
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    mailbox = Mailbox.objects.get(address=URP)
    secrets.keep(mailbox, "molto segreta")
    mailbox.refresh_from_db()
    path = tmp_path / "keys" / f"mailbox-{mailbox.pk}"
    assert "segreta" not in mailbox.smtp_password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets.password_of(mailbox) == "molto segreta"
    secrets.keep(mailbox, "")
    assert (secrets.password_of(mailbox), path.exists()) == ("", False)


def test_a_password_that_is_gone_costs_no_letter(cast: Cast, tmp_path, settings) -> None:
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    send_by(1)
    Mailbox.objects.filter(address=URP).update(smtp_user="urp", smtp_password=secrets.MARK)
    ticket = cast.ticket()
    outbox.work()
    assert Dispatch.objects.get(message__entry__ticket=ticket).state == "queued"


def own_mail(to: str) -> EmailMessage:
    return EmailMessage("Nuova password", "Apri questo indirizzo: https://…/abc", "x@localhost", [to])


def test_a_new_password_leaves_by_the_persons_organisation(cast: Cast) -> None:
    backend = postman.Postman()
    irene = Membership.objects.get(pk=cast.members["Irene@bottega"].pk).user
    assert backend.send_messages([own_mail(irene.email), own_mail("chiunque@example.org")]) == 2
    assert [(one.organisation.slug, one.recipients) for one in OutTrayMail.objects.order_by("pk")] == [
        ("bottega", [irene.email]),
        ("borgo", ["chiunque@example.org"]),
    ]
    assert b"Auto-Submitted" in read(OutTrayMail.objects.first().raw)


def test_our_own_mail_says_when_it_did_not_leave(cast: Cast) -> None:
    with sink() as server:
        Mailbox.objects.update(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        assert postman.Postman().send_messages([own_mail("a@example.org")]) == 1
        server.says = {"rcpt:a@example.org": "550 no"}
        with pytest.raises(postman.Unsent):
            postman.Postman().send_messages([own_mail("a@example.org")])
        assert postman.Postman(fail_silently=True).send_messages([own_mail("a@example.org")]) == 0


@pytest.mark.django_db(transaction=True)
def test_the_status_adds_up(cast: Cast) -> None:
    arrive(letter())
    held(cast)
    raw = letter()
    arrive(raw)
    arrive(raw)
    arrive(letter(Auto_Submitted="auto-generated"))
    found = collect()["mail"]
    assert found == {
        "received": 5, "pending": 0, "ticketed": 2, "machine": 1, "quarantined": 1, "duplicates": 1,
    }
    assert found["received"] == sum(found.values()) - found["received"]


def test_every_channel_a_ticket_knows_is_listed() -> None:
    assert {"email", "pec", "webform", "portal", "counter", "phone", "letter"} == set(CHANNELS)
    assert Ticket._meta.get_field("channel") is not None

"""`sportello mail replay`: what the present code would decide, told without a trace; brought back, never doubled."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from sportello.config.commands import _replaying as command
from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Message, Notice, Ticket
from sportello.service.channels import intake
from sportello.service.channels.models import Dispatch
from sportello.service.channels.replay import Difference, replay
from sportello.service.channels.steps import guarding
from tests.cast import Cast
from tests.flows.mail_fixtures import TAXES, URP, adds_up, arrive, letter, ticket_of, tray
from tests.unit.channels.test_intake import receipt_address

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def differences(**options: object) -> list[Difference]:
    return [one for one in replay(LONG_AGO, **options) if one is not None]


def a_day_of_mail(cast: Cast) -> None:
    """One of each fate."""
    first = arrive(letter(message_id="<a@example.org>", Cc="figlia@example.org"))
    address = receipt_address(ticket_of(first))
    tray()
    arrive(letter("e poi?\n\nIl giorno 1 nov ha scritto:\n> prima\n", to=address, subject="Re: Orari"), address)
    arrive(letter("io?", sender="figlia@example.org", In_Reply_To="<a@example.org>"))
    arrive(letter("io?", sender="x@evil.test", In_Reply_To="<a@example.org>"))
    arrive(letter("via", to=address, Auto_Submitted="auto-replied"), address)
    arrive(letter("rapporto", Auto_Submitted="auto-generated"))
    raw = letter("due volte", to=f"{URP}, {TAXES}")
    for box in (URP, URP, TAXES):
        arrive(raw, box)
    arrive(letter(sender=""))
    arrive(letter(sender="noreply@moduli.example", Reply_To="Sara <sara@example.org>"))


def test_code_that_did_not_change_decides_the_same_and_leaves_no_trace(cast: Cast) -> None:
    a_day_of_mail(cast)
    before = (adds_up(), Event.objects.count(), Ticket.objects.count(), Message.objects.count())
    assert differences() == []
    assert (adds_up(), Event.objects.count(), Ticket.objects.count(), Message.objects.count()) == before


def test_looking_cannot_write(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by care but by the database: a decision that writes is told as unreadable and changes nothing."""
    arrive(letter())

    def writes(mail: object) -> object:
        return Ticket.objects.update(subject="changed")

    monkeypatch.setattr("sportello.service.channels.replay.decide", writes)
    (one,) = differences()
    assert one.what == ("unreadable",)
    assert Ticket.objects.get().subject == "Orari"
    Ticket.objects.update(subject="may be written again")


def test_what_passes_now_is_brought_back_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "BURST", 2)
    for number in range(4):
        arrive(letter(f"numero {number}"))
    assert adds_up() == {"quarantined": 2, "ticketed": 2}
    monkeypatch.setattr(guarding, "BURST", 60)  # the fix
    assert [(one.what, one.was.cause, one.now.ticket) for one in differences()] == [(("state",), "burst", "new")] * 2
    assert adds_up() == {"quarantined": 2, "ticketed": 2}
    assert [one.done for one in differences(apply=True)] == ["brought_back"] * 2
    assert differences(apply=True) == [], "pending mail is the worker's"
    while intake.work():
        pass
    assert adds_up() == {"ticketed": 4}
    assert differences(apply=True) == []
    assert (Ticket.objects.count(), Notice.objects.filter(moment="receipt").count(), Dispatch.objects.count()) == (4, 4, 4)


def test_words_are_divided_anew_where_none_is_lost(cast: Cast) -> None:
    text = "Ecco la ricevuta.\n\nIl giorno 1 nov 2026 alle 10:00 URP <urp@borgo.test> ha scritto:\n> la mandi\n"
    mail = arrive(letter(text))
    message = mail.message
    own, quoted = message.text, message.quoted
    assert "la mandi" in quoted
    # as older code, which knew no quotes, had left it
    Message.objects.filter(pk=message.pk).update(text=f"{own}\n\n{quoted}", quoted="")
    (one,) = differences()
    assert (one.what, one.done) == (("words",), "")
    (one,) = differences(apply=True)
    assert one.done == "words_divided"
    message.refresh_from_db()
    assert (message.text, message.quoted) == (own, quoted)
    assert differences() == []


def test_words_that_would_be_lost_are_told_and_left(cast: Cast) -> None:
    mail = arrive(letter("breve"))
    Message.objects.filter(pk=mail.message_id).update(text="breve ma con altre parole")
    (one,) = differences(apply=True)
    assert (one.what, one.done) == (("words",), "")
    assert Message.objects.get(pk=mail.message_id).text == "breve ma con altre parole"


def test_another_ticket_and_another_writer_are_told_and_never_changed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day_of_mail(cast)
    from sportello.service.channels.steps import deciding, which

    monkeypatch.setattr(which, "by_reference", lambda *given: None)
    told = differences(apply=True)
    assert [(one.what, one.now.ticket, one.done) for one in told] == [(("joined",), "new", "")]
    monkeypatch.undo()
    monkeypatch.setattr(deciding, "writer_of", lambda mail: guarding_writer())
    assert {"who"} <= {what for one in differences(apply=True) for what in one.what}
    assert not any(one.done for one in differences(apply=True))


def guarding_writer():
    from sportello.service.channels.steps.who import Writer

    return Writer("Altra", "altra@example.org")


def test_one_organisation_one_day(cast: Cast) -> None:
    arrive(letter())
    arrive(letter(to="aiuto@bottega.test"), "aiuto@bottega.test")
    assert len(list(replay(LONG_AGO))) == 2
    assert len(list(replay(LONG_AGO, organisation=cast.borgo))) == 1
    assert list(replay(clock.server_now() + timedelta(minutes=1))) == []


def test_the_command_says_one_line_each_and_no_word_of_anybody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from argparse import Namespace

    monkeypatch.setattr(guarding, "BURST", 1)
    arrive(letter("parole mie"))
    arrive(letter("altre parole mie"))
    monkeypatch.undo()
    given = Namespace(since="1d", organisation="borgo", apply=False, jsonl=False)
    assert command.run(given) == 1
    said = capsys.readouterr().out
    assert "quarantined/burst -> ticketed/opened" in said
    assert said.splitlines()[-1] == "2 messages looked at: state 1"
    assert "maria" not in said
    assert "parole" not in said
    assert command.run(Namespace(**{**vars(given), "apply": True, "jsonl": True})) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["done"], lines[0]["was"]["cause"]) == ("brought_back", "burst")
    assert lines[1] == {"looked_at": 2, "left": 0, "counted": {"brought_back": 1, "state": 1}}


@pytest.mark.parametrize("wrong", ["", "yesterday", "30", "d", "2026-13-01"])
def test_a_since_that_says_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(Trouble):
        command.instant(wrong, datetime.now(UTC))

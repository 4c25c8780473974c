"""`sportello mail replay` over a PEC box: envelopes and receipts are read again, what was read stands."""

from __future__ import annotations

import pytest

from sportello.foundation.journal.models import Event
from sportello.records.tickets.models import Ticket
from sportello.service.channels.mailkit import pec_data
from sportello.service.channels.models import CertifiedMail
from tests.cast import Cast
from tests.flows.mail_fixtures import adds_up, letter, ticket_of
from tests.flows.pec_fixtures import BOX, FIRM, PecBox
from tests.flows.test_mail_replay import differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(cast: Cast) -> PecBox:
    return PecBox(cast)


def test_a_box_of_everything_ends_the_same_and_is_not_touched(box: PecBox) -> None:
    said = box.answer(ticket_of(box.writes()))
    for kind in ("accettazione", "preavviso-errore-consegna", "avvenuta-consegna", "mai-vista"):
        box.receipt(said, kind, recipient=FIRM)
    box.receipt(said, "accettazione")  # told twice
    box.receipt(said, "accettazione", msgid="<x@y>", identifier="z")  # about nothing of ours
    box.comes(box.provider.envelope(letter(to=BOX, sender=FIRM), FIRM, [BOX], at=box.now, daticert=b"<postacert"))
    before = (adds_up(), Event.objects.count(), Ticket.objects.count())
    assert differences() == []
    assert differences(apply=True) == []
    assert (adds_up(), Event.objects.count(), Ticket.objects.count()) == before


def test_a_receipt_that_can_be_bound_now_is_brought_back_and_tells_its_message(
    box: PecBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = box.answer(ticket_of(box.writes()))
    monkeypatch.setattr(pec_data, "read", lambda raw: None)
    held = box.receipt(said, "avvenuta-consegna", recipient=FIRM)
    monkeypatch.undo()
    assert (held.state, box.deliveries(said)) == ("quarantined", {FIRM: "sent"})
    assert [(one.what, one.done) for one in differences()] == [(("state",), "")]
    assert [one.done for one in differences(apply=True)] == ["brought_back"]
    box.work()
    held.refresh_from_db()
    assert (held.state, box.deliveries(said)) == ("machine", {FIRM: "delivered"})
    assert differences(apply=True) == []


def test_data_that_could_not_be_read_are_written_down_and_what_was_read_stands(
    box: PecBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pec_data, "read", lambda raw: None)
    unread = box.writes("La prima.")
    monkeypatch.undo()
    read = box.writes("La seconda.")
    CertifiedMail.objects.filter(mail=read).update(issuer="Un altro gestore")
    told = {one.mail_id: (one.what, one.done) for one in differences(apply=True)}
    assert told == {unread.pk: (("certified",), "certified_read"), read.pk: (("certified",), "")}
    kept = CertifiedMail.objects.get(mail=unread)
    assert (kept.error, kept.sender) == ("nessuno", FIRM)
    assert kept.certified_at is not None
    assert CertifiedMail.objects.get(mail=read).issuer == "Un altro gestore"


def test_another_writer_is_told_and_never_changed(box: PecBox) -> None:
    mail = box.writes()
    assert mail.message is not None
    type(mail.message).objects.filter(pk=mail.message.pk).update(sender_address="altro@pec.example.it")
    (one,) = differences(apply=True)
    assert (one.what, one.done) == (("who",), "")

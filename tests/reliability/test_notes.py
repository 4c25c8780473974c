"""T12: what colleagues write among themselves stands in no byte that leaves, by whichever way."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal.models import Event
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.copies import copy_of
from sportello.records.tickets.models import Closure, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels import intake, outbox, sending_again, waiting
from sportello.service.channels.models import Delivery, OutTrayMail
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter, ticket_of, tray

pytestmark = pytest.mark.django_db
SECRET = "SEGRETO-7741"


def test_t12_a_note_and_its_file_stand_in_nothing_that_leaves(cast: Cast) -> None:
    """chatwoot#837, #1073; freescout#5138: receipt, answer, the answer sent again, the notice of closing, the copy of
    their data a customer is handed, and the journal that streams and consumers read. The portal's pages have their own
    test (`tests/flows/test_portal.py::test_no_public_page_holds_a_note`)."""
    ticket, anna = ticket_of(arrive(letter(message_id="<m@example.org>"))), cast.member("Anna")

    def now() -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)

    file = File(f"{SECRET}.txt", keep(cast.borgo, SECRET.encode()))
    messages.note(now(), anna, f"{SECRET} tra noi", files=[file])
    answer = messages.answer(now(), anna, "Ecco gli orari.", base_position=now().last_public_position,
                             to=[("", "maria@example.org")], cc=[("", "figlia@example.org")])  # fmt: skip
    messages.note(now(), anna, f"{SECRET} dopo la risposta", files=[file])
    outbox.work()
    arrive(letter("Grazie.", In_Reply_To=f"<sp.{answer.token}@borgo.test>", subject="Re: Orari"))
    Delivery.objects.filter(dispatch__message=answer, address="figlia@example.org").update(state="failed")
    waiting.send(now(), anna, sending_again.reply_of(now(), answer))
    ending.close(now(), by=anna, outcome=Closure.Outcome.SOLVED, reason="Fatto.")
    while intake.work() or outbox.work():
        pass

    left = b"".join(read(one.raw) for one in OutTrayMail.objects.select_related("raw"))
    letters = tray()
    assert [one.to[0].address for one in letters] == ["maria@example.org"] * 2 + ["figlia@example.org", "maria@example.org"]
    read_there = [(one.subject, one.text, one.html, [file.content for file in one.attachments]) for one in letters]
    assert "Ecco gli orari." in repr(read_there)
    assert SECRET not in repr(read_there) and SECRET.encode() not in left
    with zipfile.ZipFile(io.BytesIO(copy_of(cast.person("Carla"), now().customer))) as copy:
        handed_over = b"".join(name.encode() + copy.read(name) for name in copy.namelist())
    assert b"Ecco gli orari." in handed_over and SECRET.encode() not in handed_over
    assert SECRET not in json.dumps(list(Event.objects.values_list("payload", flat=True)))

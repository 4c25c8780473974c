"""T12: what colleagues write among themselves stands in no byte that leaves, by whichever way."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import ending, handling, messages
from sportello.records.tickets.copies import copy_of
from sportello.records.tickets.models import Closure, Ticket
from sportello.records.tickets.words import File
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.channels import intake, outbox, sending_again, waiting
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import Delivery, OutTrayMail
from sportello.service.notifications import browsers, choices, mailing, pushing
from sportello.service.notifications.models import Notification
from sportello.service.notifications.reasons import CHANNELS, REASONS
from tests import push_service
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter, ticket_of, tray
from tests.reacting import react

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


def test_t12_what_colleagues_are_told_outside_the_desk_says_nothing_anybody_wrote(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails and pushes to colleagues pass by servers that are not ours: neither a note's words nor a customer's, nor the
    subject, nor who the customer is, sealed or not."""
    monkeypatch.setenv("SPORTELLO_PUSH_HOSTS", "127.0.0.1")
    every = {reason: frozenset(CHANNELS) for reason in REASONS}
    for name in ("Anna", "Hugo"):
        choices.choose(cast.users[name], choices.Wanted(every, quiet_from=None, quiet_to=None))
    with push_service.running() as service:
        browser = push_service.OurBrowser(service, "anna")
        browsers.add(cast.users["Anna"], json.loads(browser.subscription), "")
        ticket = ticket_of(arrive(letter(f"{SECRET} dal cliente", subject=f"{SECRET} oggetto", message_id="<m@example.org>")))
        handling.assign(ticket, cast.member("Anna"), by=cast.member("Carla"), expected_owner_id=None)
        now = Ticket.objects.get(pk=ticket.pk)
        file = File(f"{SECRET}.txt", keep(cast.borgo, SECRET.encode()))
        messages.note(now, cast.member("Carla"), f"@Anna Prova {SECRET} tra noi", files=[file])
        arrive(letter(f"{SECRET} ancora", In_Reply_To="<m@example.org>", subject=f"Re: {SECRET} oggetto"))
        approval = asking.ask(now, asking.Draft(outcome="solved", reason=f"{SECRET} motivo"), by=cast.member("Carla"),
                              steps=[Approver(member=cast.member("Anna"))])  # fmt: skip
        asking.withdraw(approval, by=cast.member("Carla"))
        react()
        assert Notification.objects.count() >= 3 and {"mentioned", "assigned_by"} <= set(
            Notification.objects.values_list("what", flat=True))
        for column in ("push_at", "mail_at"):
            Notification.objects.update(**{column: clock.now(cast.borgo)})
        assert pushing.work() and mailing.work()
        raw = b"".join(body for _path, _headers, body in service.taken)
        headers = repr([headers for _path, headers, _body in service.taken])
    mails = OutTrayMail.objects.filter(recipients__contains="anna@sportello.test").select_related("raw")
    left = raw + headers.encode() + b"".join(read(one.raw) for one in mails)
    words = repr([(parse(read(one.raw)).subject, parse(read(one.raw)).text) for one in mails]) + repr(browser.shown)
    assert ticket.number in words and "Carla Prova" in words, "the test reads what left"
    for kept in (SECRET, "Popescu", "maria@example.org", "oggetto", "motivo"):
        assert kept not in words and kept.encode() not in left, kept
    events = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert SECRET not in events

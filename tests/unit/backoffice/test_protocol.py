"""The register of protocol (DPR 445/2000 artt. 53 and 54): gapless, unchangeable, printed; an outside system's numbers."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pikepdf
import pytest
from django.db import IntegrityError, connection, transaction

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal import actor, consumers
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Message, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.backoffice.documents import issuing
from sportello.service.backoffice.models import (
    Document,
    KindProtocol,
    LetterDraft,
    ProtocolCounter,
    ProtocolEntry,
    ProtocolRequest,
    ProtocolSettings,
    RegisterPrint,
)
from sportello.service.backoffice.protocol import outside, printing, registering, setting_up
from sportello.service.backoffice.protocol.matter import of_message
from sportello.service.channels.models import Dispatch
from tests.cast import Cast, assemble
from tests.unit.backoffice.test_documents_segnatura import MARK
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db


def switch_on(cast: Cast, **more: Any) -> ProtocolSettings:
    given = {"is_on": True, "keeper": "own", "administration": "c_x999", "office": "AOO-1", "register": "REG", **more}
    return setting_up.change(cast.borgo, actor.SYSTEM, **given)


def first_message(ticket: Ticket) -> Message:
    return Message.objects.filter(entry__ticket=ticket, direction="in").order_by("id")[0]


def registered(cast: Cast, subject: str = "Mensa", who: str = "Anna", **more: Any) -> ProtocolEntry:
    ticket = cast.ticket(subject, **more)
    message = first_message(ticket)
    entry = registering.register(ticket, of_message(message), cast.member(who), message=message)
    assert isinstance(entry, ProtocolEntry)
    return entry


def test_an_entry_has_what_article_53_asks(cast: Cast) -> None:
    with pytest.raises(Refusal):
        registered(cast)
    switch_on(cast)
    ticket = cast.ticket("Accesso agli atti")
    mark = keep(cast.borgo, MARK.encode())
    received = messages.receive(
        ticket, Words(text="Ecco.", subject="Atti", sender_name="Comune di Là", sender_address="prot@la.test",
                      files=(File("Segnatura.xml", mark), File("atto.pdf", keep(cast.borgo, b"%PDF-1.4 x")))),
        channel="email", customer=ticket.customer, actor=actor.MACHINE)
    entry = registering.register(ticket, of_message(received), cast.member("Anna"), message=received)
    assert isinstance(entry, ProtocolEntry)
    assert (entry.number, entry.serial) == ("0000001", 1) and entry.registered_by == cast.member("Anna")
    assert entry.correspondents == [{"name": "Comune di Là", "address": "prot@la.test"}] and entry.subject == "Atti"
    assert entry.digest == hashlib.sha256(b"Atti\n\nEcco.").hexdigest() and entry.digest_of == "text"
    assert [one["name"] for one in entry.attachments] == ["Segnatura.xml", "atto.pdf"]
    assert entry.attachments[0]["sha256"] == mark.sha256
    # number and date of what was received, as the sender's own protocol gave them
    assert (entry.sender_number, entry.sender_date, entry.sender_office) == ("0000042", "2026-11-23", "c_x999 AOO-1")
    again = registering.register(ticket, of_message(received), cast.member("Bruno"), message=received)
    assert again == entry, "what is registered keeps its number"
    assert registered(cast, "Altro").serial == 2, "and none was lost on it"


@pytest.mark.parametrize("change", ["subject = 'x'", "serial = 99", "digest = ''", "annulled_why = 'x', subject = 'y'"])
def test_nothing_changes_an_entry_nor_deletes_it(cast: Cast, change: str) -> None:
    switch_on(cast)
    entry = registered(cast)
    for statement in (f"UPDATE backoffice_protocolentry SET {change} WHERE id = %s", "DELETE FROM backoffice_protocolentry WHERE id = %s"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entry.pk])


def test_an_annulled_entry_stays_in_view(cast: Cast) -> None:
    """Art. 54: the information annulled stays, with date, identity of the operator, and the act."""
    switch_on(cast)
    entry = registered(cast)
    with pytest.raises(Refusal):
        registering.annul(entry, cast.member("Carla"), "  ")
    registering.annul(entry, cast.member("Carla"), "Registrata due volte", "Determina 12/2026")
    registering.annul(entry, cast.member("Anna"), "Altro motivo")
    entry.refresh_from_db()
    assert entry.is_annulled and entry.subject == "Mensa" and entry.number == "0000001"
    assert (entry.annulled_by, entry.annulled_why, entry.annulled_act) == (
        cast.member("Carla"), "Registrata due volte", "Determina 12/2026")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolEntry.objects.filter(pk=entry.pk).update(annulled_why="riscritto")
    message = entry.message
    assert message is not None
    second = registering.register(entry.ticket, of_message(message), cast.member("Anna"), message=message)
    assert isinstance(second, ProtocolEntry) and second.serial == 2, "it may be registered anew, under a new number"


def test_what_is_undone_gives_its_number_back(cast: Cast) -> None:
    switch_on(cast)
    with pytest.raises(RuntimeError), transaction.atomic():
        registered(cast)
        raise RuntimeError
    assert registered(cast).serial == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_leave_no_gap() -> None:
    """Fifty messages, each registered by two colleagues at the same moment, every fifth of them undone at the end."""
    cast = assemble()
    switch_on(cast)
    pairs = [(ticket, first_message(ticket)) for ticket in (cast.ticket(f"Pratica {n}") for n in range(50))]
    together = threading.Barrier(20)

    def press(job: tuple[int, str]) -> int | None:
        number, who = job
        ticket, message = pairs[number]
        try:
            if number < 10:
                together.wait(LIMIT)
            with transaction.atomic():
                entry = registering.register(ticket, of_message(message), cast.member(who), message=message)
                if number % 5 == 0 and who == "Bruno":
                    raise InterruptedError
            return entry.pk
        except InterruptedError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(press, [(n, who) for n in range(50) for who in ("Anna", "Bruno")]))
    entries = ProtocolEntry.objects.order_by("id")
    assert sorted(entries.values_list("serial", flat=True)) == list(range(1, 51))
    assert {one for one in made if one} == set(entries.values_list("pk", flat=True)), "a message has one number"
    assert ProtocolCounter.objects.get().last == 50
    instants = [entry.registered_at for entry in entries.order_by("serial")]
    assert instants == sorted(instants), "numbers and instants run the same way"


# ---- by itself


def test_a_kind_registers_what_comes_in_and_what_leaves(cast: Cast) -> None:
    switch_on(cast)
    first, every = (cast.ticket(kind=kind, subject=f"Di {kind}").kind for kind in ("information", "complaint"))
    setting_up.set_kinds(cast.borgo, {first.pk: ("first", "by_hand"), every.pk: ("all", "all")})
    assert KindProtocol.objects.count() == 2
    information, complaint = cast.ticket("Orari"), cast.ticket("Reclamo", kind="complaint")
    for ticket in (information, complaint):
        messages.receive(ticket, Words(text="Aggiungo.", subject="Re"), channel="email", customer=ticket.customer, actor=actor.MACHINE)
        messages.answer(ticket, cast.member("Anna"), "Ecco la risposta.", base_position=ticket.last_public_position + 1,
                        to=[("Maria", "maria@example.org")])
    settle_reactions()
    said = [(entry.ticket.subject, entry.direction) for entry in ProtocolEntry.objects.select_related("ticket").order_by("id")]
    assert said.count(("Orari", "in")) == 1 and ("Orari", "out") not in said
    assert said.count(("Reclamo", "in")) == 2 and ("Reclamo", "out") not in said, "an answer counts when it has left"
    dispatch = Dispatch.objects.get(message__entry__ticket=complaint, message__notice_moment="")
    from sportello.foundation.journal.actions import record

    record(cast.borgo, "dispatch.sent", dispatch, actor.SYSTEM, ticket_id=complaint.pk, channel="email")
    settle_reactions()
    out = ProtocolEntry.objects.get(direction="out")
    assert out.correspondents == [{"name": "Maria", "address": "maria@example.org"}] and out.registered_by is None


def settle_reactions() -> None:
    """The consumer's own function over the journal: in a test's transaction its cursor could not move."""
    from sportello.foundation.journal.models import Event
    from sportello.foundation.journal.reader import Position, Read
    from sportello.service.backoffice.protocol import by_itself

    assert any(one.react is by_itself.follow for one in consumers.durable())
    for event in Event.objects.filter(verb__in=by_itself.VERBS).order_by("id"):
        by_itself.follow(Read(event.pk, Position(1), event.at, event.happened_at, event.organisation_id, event.actor_kind,
                              event.actor_id, event.verb, event.subject_kind, event.subject_id, event.payload))


# ---- the daily print


def on_day(cast: Cast, day: datetime) -> None:
    clock.move_to(cast.borgo, day)


def test_a_day_is_printed_once_the_day_after(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(cast, datetime(2026, 11, 24, 9, tzinfo=UTC))
    switch_on(cast)
    first, hidden = registered(cast, "Mensa"), registered(cast, "Questione riservatissima")
    handling.change_sensitivity(hidden.ticket, "team", named=[], by=cast.member("Anna"))
    assert printing.work() == 0, "the day is not over"
    on_day(cast, datetime(2026, 11, 25, 8, tzinfo=UTC))
    registering.annul(first, cast.member("Carla"), "Doppia")

    def dies(*args: Any, **options: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(printing, "record", dies)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            printing.work()
    assert not RegisterPrint.objects.exists(), "cut in the middle, nothing was done"
    assert printing.work() == 1 and printing.work() == 0
    made = RegisterPrint.objects.get()
    assert (made.day.isoformat(), made.entries, made.first_number, made.last_number) == ("2026-11-24", 2, "0000001", "0000002")
    pdf = read(made.blob)
    assert made.sha256 == hashlib.sha256(pdf).hexdigest()
    with pikepdf.open(io.BytesIO(pdf)) as paper, paper.open_metadata() as said:
        assert said["pdfuaid:part"] == "1" and said["pdfaid:part"] == "2" and str(paper.Root.Lang) == "it"
    on_day(cast, datetime(2026, 11, 26, 8, tzinfo=UTC))
    assert printing.work() == 1, "a day on which something was annulled is printed too"
    second = RegisterPrint.objects.order_by("day")[1]
    assert (second.entries, second.annulments, second.previous_sha256) == (0, 1, made.sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterPrint.objects.filter(pk=made.pk).update(sha256="0" * 64)


def test_what_is_restricted_is_not_told_by_the_print(cast: Cast) -> None:
    switch_on(cast)
    entry = registered(cast, "Questione riservatissima")
    handling.change_sensitivity(entry.ticket, "team", named=[], by=cast.member("Anna"))
    entry = ProtocolEntry.objects.select_related("ticket", "organisation").get()
    row = printing._row(entry)
    assert "riservatissima" not in " ".join(row) and row[-1] == printing.line_digest(entry)


@pytest.mark.django_db(transaction=True)
def test_two_printers_make_one_print() -> None:
    cast = assemble()
    on_day(cast, datetime(2026, 11, 24, 9, tzinfo=UTC))
    setting = switch_on(cast)
    registered(cast)
    on_day(cast, datetime(2026, 11, 25, 9, tzinfo=UTC))

    def press(_n: int) -> object:
        try:
            return printing.print_day(ProtocolSettings.objects.select_related("organisation").get(pk=setting.pk),
                                      datetime(2026, 11, 24).date())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(press, range(2)))
    assert sum(one is not None for one in made) == 1 and RegisterPrint.objects.count() == 1


# ---- an outside system


class Protocol(BaseHTTPRequestHandler):
    """A protocol system of another maker: `answers` is what it says, one after the other; the last one stays."""

    answers: list[tuple[int, bytes]] = []
    asked: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(said | {"token": self.headers.get("Authorization"), "repeat": self.headers["Idempotency-Key"]})
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Protocol.answers, Protocol.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Protocol)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(outside.HOSTS, f"127.0.0.1:{server.server_port}")
    monkeypatch.setenv("SPORTELLO_PROTOCOL_TOKEN", "segreto")
    yield f"http://127.0.0.1:{server.server_port}/registrations"
    server.shutdown()
    server.server_close()


def due_now() -> None:
    ProtocolRequest.objects.filter(state="waiting").update(next_at=clock.server_now() - timedelta(seconds=1))


def test_an_outside_system_gives_the_number_in_the_end(cast: Cast, system: str) -> None:
    switch_on(cast, keeper="outside", url=system, token_name="SPORTELLO_PROTOCOL_TOKEN")
    Protocol.answers = [(503, b"down for maintenance"), (200, b"<html>"), (201, b'{"number": "0004711", "year": 2026}')]
    ticket = cast.ticket("Accesso")
    message = first_message(ticket)
    asked = registering.register(ticket, of_message(message), cast.member("Anna"), message=message)
    assert isinstance(asked, ProtocolRequest)
    assert registering.register(ticket, of_message(message), None, message=message) == asked, "asked once"
    for trouble in ("error", "not_understood", ""):
        due_now()
        assert outside.work() == 1
        asked.refresh_from_db()
        assert asked.trouble == trouble
        assert outside.work() == 0, "a failure waits before it is tried again"
    entry = asked.entry
    assert entry is not None and (entry.number, entry.serial, entry.message) == ("0004711", None, message)
    assert len(Protocol.asked) == 3 and len({one["key"] for one in Protocol.asked}) == 1
    said = Protocol.asked[0]
    assert said["token"] == "Bearer segreto" and said["repeat"] == said["key"]
    assert (said["direction"], said["subject"], said["office"], said["ticket"]) == ("in", "Accesso", "AOO-1", ticket.number)
    assert said["digest"] == entry.digest and said["correspondents"][0]["address"] == "maria@example.org"


def test_what_it_refuses_stays_in_view_and_can_be_asked_again(cast: Cast, system: str) -> None:
    switch_on(cast, keeper="outside", url=system)
    Protocol.answers = [(422, b'{"error": "oggetto mancante"}'), (200, b'{"number": 12}')]
    ticket = cast.ticket()
    message = first_message(ticket)
    asked = registering.register(ticket, of_message(message), None, message=message)
    due_now()
    outside.work()
    asked.refresh_from_db()
    assert asked.state == "refused" and "oggetto mancante" in asked.answer
    assert outside.work() == 0
    outside.ask_again(asked)
    assert outside.work() == 1
    asked.refresh_from_db()
    assert asked.state == "done" and asked.entry.number == "12"
    with pytest.raises(Refusal):
        outside.ask_again(asked)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://10.1.2.3/x", "http://[::1]/x",
                                 "http://169.254.169.254/latest"])
def test_what_is_inside_the_house_is_not_asked(cast: Cast, url: str) -> None:
    switch_on(cast, keeper="outside", url=url)
    ticket = cast.ticket()
    asked = registering.register(ticket, of_message(first_message(ticket)), None, message=first_message(ticket))
    due_now()
    outside.work()
    asked.refresh_from_db()
    assert (asked.state, asked.trouble) == ("waiting", "private")


@pytest.mark.parametrize("field", [{"office": "con spazi"}, {"keeper": "outside"}, {"token_name": "DATABASE_URL"}])
def test_settings_that_cannot_be_are_refused(cast: Cast, field: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        switch_on(cast, **field)


# ---- a letter that waits for the outside number


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The protocol line of each paper that was printed."""
    lines: list[str] = []
    real = issuing.print_letter

    def prints(ticket: Ticket, **letter: Any) -> Any:
        lines.append(letter["protocol"])
        return real(ticket, **letter)

    monkeypatch.setattr(issuing, "print_letter", prints)
    return lines


def letter_on(cast: Cast, ticket: Ticket) -> LetterDraft:
    anna = cast.member("Anna")
    draft = issuing.begin(ticket, anna, None)
    issuing.save(draft, anna, edits=draft.edits, title="Risposta", recipient="Maria Popescu\nvia Roma 1",
                 text="La sua domanda è accolta.")
    return draft


def test_a_letter_is_printed_with_the_outside_number_when_it_comes(
    cast: Cast, system: str, printed: list[str]
) -> None:
    switch_on(cast, keeper="outside", url=system)
    Protocol.answers = [(503, b"away"), (201, b'{"number": "0004711", "year": 2026}')]
    ticket, anna = cast.ticket("Accesso"), cast.member("Anna")
    draft = letter_on(cast, ticket)
    asked = issuing.issue(draft, anna, registered=True)
    assert isinstance(asked, ProtocolRequest) and not Document.objects.exists(), "no paper without its number"
    draft.refresh_from_db()
    for change in (
        lambda: issuing.save(draft, anna, edits=draft.edits, title="Altro", recipient="x", text="x"),
        lambda: issuing.drop(draft),
        lambda: issuing.issue(draft, anna, registered=False),
    ):
        with pytest.raises(Refusal):
            change()
    for _ in range(2):
        due_now()
        assert outside.work() == 1
    document = Document.objects.get()
    asked.refresh_from_db()
    assert asked.state == "done" and asked.draft_id is None and asked.document == document
    entry = ProtocolEntry.objects.get(document=document)
    assert entry.number == "0004711" and entry.digest == document.sha256 and entry.digest_of == "pdf"
    assert printed == ["0004711/2026"], "it bears its number"
    assert not LetterDraft.objects.exists()
    assert [one["digest_of"] for one in Protocol.asked] == ["text", "text"] and len({one["key"] for one in Protocol.asked}) == 1


def test_while_the_outside_system_is_away_there_is_a_way_out(
    cast: Cast, system: str, printed: list[str]
) -> None:
    switch_on(cast, keeper="outside", url=system)
    Protocol.answers = [(503, b"away"), (201, b'{"number": "0000012", "year": 2026}')]
    ticket, anna = cast.ticket("Accesso"), cast.member("Anna")
    first = letter_on(cast, ticket)
    issuing.issue(first, anna, registered=True)
    due_now()
    outside.work()
    document = issuing.issue_without(first, cast.member("Hugo"))
    assert printed == [""] and not ProtocolEntry.objects.exists()
    with pytest.raises(Stale):
        issuing.take_back(first, anna)
    due_now()
    outside.work()
    assert ProtocolEntry.objects.get(document=document).number == "0000012", "it comes afterwards, for the paper as it is"


def test_a_letter_taken_back_can_be_changed_and_a_late_number_is_shown(
    cast: Cast, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(cast, keeper="outside", url=system)
    Protocol.answers = [(201, b'{"number": "0000013", "year": 2026}')]
    ticket, anna = cast.ticket("Accesso"), cast.member("Anna")
    draft = letter_on(cast, ticket)
    asked = issuing.issue(draft, anna, registered=True)
    assert isinstance(asked, ProtocolRequest)
    real = outside.call

    def meanwhile(*given: Any, **named: Any) -> Any:
        issuing.take_back(draft, anna)  # while the question is on its way
        return real(*given, **named)

    monkeypatch.setattr(outside, "call", meanwhile)
    due_now()
    outside.work()
    asked.refresh_from_db()
    assert (asked.state, asked.trouble, asked.answer) == ("refused", "taken_back", "0000013/2026")
    with pytest.raises(Refusal):
        outside.ask_again(asked)
    outside.annulled_there(asked)
    assert not ProtocolRequest.objects.open().exists() and not Document.objects.exists()
    draft.refresh_from_db()
    issuing.save(draft, anna, edits=draft.edits, title="Risposta", recipient="Maria", text="Cambiata.")
    monkeypatch.setattr(outside, "call", real)
    Protocol.answers = [(201, b'{"number": "0000014", "year": 2026}')]
    issuing.issue(draft, anna, registered=True)
    due_now()
    outside.work()
    assert ProtocolEntry.objects.get().number == "0000014"

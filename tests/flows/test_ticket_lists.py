"""Tickets come in from another system as a list, are tried out, taken once whatever cuts the worker, and tell nobody; they
go out as a list that comes back in."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from sportello.foundation.journal.models import Event
from sportello.records.accounts.people import person_for
from sportello.records.customers.importing import runs, table, words
from sportello.records.customers.models import Customer, ImportFault, ImportRun, Reading
from sportello.records.tickets import imports, tick
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.exporting import HEAD, Wanted, ticket_rows
from sportello.records.tickets.models import (
    AccessCode,
    Closure,
    Message,
    Moment,
    Notice,
    ServiceLevel,
    Term,
    Ticket,
    TicketTag,
)
from sportello.records.tickets.queries.silent import silent_tickets
from sportello.service.channels.models import Dispatch
from tests.cast import Cast

pytestmark = pytest.mark.django_db

OLD = """Numero pratica;Oggetto;Descrizione;Nominativo;E-mail;Telefono;Codice fiscale;Categoria;Stato;Aperta il;Chiusa il;\
Ufficio;Assegnata a;Canale;Etichette;Esito
P-1;Buca in via Roma;"C'è una buca.
Davanti al 12.";Perù Niccolò;niccolo@example.org;;;Reclamo;Chiusa;03/11/2024 09:30;20/11/2024;Tributi;Bruno Prova;telefono;strade, buche;risolta
P-2;Orari;Quando aprite?;Maria Popescu;maria@example.org;051 203040;;;Aperta;{now};;Sportello;anna@sportello.test;e-mail;;
P-3;Residenza;Cambio casa.;Ugo Neri;ugo@example.org;;;;In attesa;05/01/2024;;;Chiunque;fax;;
P-4;Domani;;;;;;;Aperta;01/01/2090;;;;;;
P-5;Storta;;Ada;;;;;Aperta;31/02/2024;;;;;;
P-6;Al contrario;;Ada;;;;;Chiusa;10/01/2025;09/01/2025;;;;;
P-7;Marziani;;Ada;;;;Alieni;Boh;10/01/2025 25:99;11/01/2025;Marte;;;;{tag};misteriosa
;Senza numero;;Ada;;;;;;10/01/2025;;;;;;
P-8;;;Ada;;;;;;10/01/2025;;;;;;
P-9;Senza giorno;;Ada;;;;;;;;;;;;
P-1;Di nuovo;;Ada;;;;;Chiusa;10/01/2025;11/01/2025;;;;;
P-10;Chiusa quando?;;Ada;;;;;Chiusa;10/01/2025;;;;;;
P-11;Di nessuno;;;;;;;Aperta;10/01/2025;;;;;;
""".replace(";{tag}", "," + "x" * 50)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name])
    return client


def a_list(now: datetime, encoding: str = "cp1252", delimiter: str = ";") -> bytes:
    text = OLD.format(now=now.strftime("%d/%m/%Y %H:%M"))
    if delimiter != ";":
        rows = csv.reader(io.StringIO(text), delimiter=";")
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(rows)
        text = out.getvalue()
    return text.encode(encoding)


def go_on() -> None:
    while imports.work():
        pass


def run_of(cast: Cast, content: bytes, *, for_good: bool = True) -> ImportRun:
    carla = cast.member("Carla")
    run = runs.choose(carla, "tickets", "vecchio.csv", content)
    runs.begin(run, carla, for_good=False)
    go_on()
    if for_good:
        runs.begin(run, carla, for_good=True)
        go_on()
    run.refresh_from_db()
    return run


def now_of(cast: Cast) -> datetime:
    from sportello.foundation.tenancy import clock

    return clock.local(cast.borgo, clock.now(cast.borgo))


def told(run: ImportRun) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for line, code in run.faults.order_by("line", "pk").values_list("line", "code"):
        found.setdefault(line, []).append(code)
    return found


WRONG = {
    5: ["no_channel", "no_owner", "late"], 6: ["in_future"], 7: ["date"], 8: ["closed_before"],
    9: ["no_hour", "no_state_closed", "no_kind", "no_team", "no_outcome", "tags_left_out"], 10: ["no_reference"],
    11: ["no_subject"], 12: ["no_opened"], 13: ["twice"], 14: ["no_closed"], 15: ["no_customer", "late"],
}


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-8", "\t")])
def test_on_the_pages_it_is_matched_tried_out_told_line_by_line_and_taken(
    cast: Cast, encoding: str, delimiter: str
) -> None:
    carla = signed_in(cast, "Carla")
    file = SimpleUploadedFile("vecchio.csv", a_list(now_of(cast), encoding, delimiter))
    where = carla.post("/desk/borgo/customers/imports/", {"sort": "tickets", "file": file})["Location"]
    run = ImportRun.objects.get()
    assert sorted(run.mapping) == sorted({
        "reference", "subject", "text", "name", "email", "phone", "tax_code", "kind", "state", "opened", "closed", "team",
        "owner", "channel", "tags", "outcome"}), "every column was guessed by its head"
    page = carla.get(where).content.decode()
    assert "Chi la segue" in page and "Niccolò" in page and "nessuno riceve comunicazioni" in page
    carla.post(where, {"encoding": run.encoding, "delimiter": run.delimiter, "do": "try",
                       **{f"f_{name}": str(column) for name, column in run.mapping.items()}})
    go_on()
    run.refresh_from_db()
    assert run.state == "checked" and not Ticket.objects.exists() and not Customer.objects.exists()
    assert run.counts == {"added": 3, "opened": 3, "same": 1, "refused": 6, "doubts": run.counts["doubts"]}
    assert {line: codes for line, codes in told(run).items() if line not in (5, 9, 15)} == {
        line: codes for line, codes in WRONG.items() if line not in (5, 9, 15)}
    report = list(csv.reader(io.StringIO(b"".join(carla.get(f"{where}faults/")).decode("utf-8-sig")), delimiter=";"))  # type: ignore[arg-type]  # streamed
    assert len(report) == 14 and report[1] == ["2", "nuove", "P-1", "Buca in via Roma", ""], "every line is there"
    assert report[5][1] == "non prese" and "non è una data" in report[5][4]
    assert "il suo termine è scaduto" in report[3][4].lower()
    before = carla.get(where).content.decode()
    assert "nuove, aperte" in before and "31/02/2024" in before
    carla.post(f"{where}going/", {"do": "go"})
    go_on()
    run.refresh_from_db()
    assert run.state == "done" and Ticket.objects.count() == 6
    assert "aperte" in carla.get(where, {"fragment": "progress"}).content.decode()


def test_what_they_are_afterwards(cast: Cast) -> None:
    run = run_of(cast, a_list(now_of(cast)))
    assert told(run) == WRONG
    hole, hours, home = (Ticket.objects.get(imported__reference=f"p-{n}") for n in (1, 2, 3))
    assert (hole.status, hole.kind.slug, hole.team, hole.owner) == (
        "closed", "complaint", cast.team("taxes"), cast.member("Bruno"))
    assert hole.opened_at == datetime(2024, 11, 3, 8, 30, tzinfo=UTC) and hole.number.startswith("2024-")
    assert hole.closed_at == datetime(2024, 11, 20, 11, tzinfo=UTC) and hole.channel == "phone"
    assert Message.objects.get(entry__ticket=hole).text == "C'è una buca.\nDavanti al 12.", "its lines are kept"
    assert sorted(TicketTag.objects.filter(ticket=hole).values_list("tag__name", flat=True)) == ["buche", "strade"]
    assert not Term.objects.filter(ticket=hole).exists() and not AccessCode.objects.filter(ticket=hole).exists()
    # an open one goes on: its term has run since it was opened there, and it stands on no page of silent ones
    assert (hours.status, hours.owner, hours.unanswered_since) == ("new", cast.member("Anna"), hours.opened_at)
    term = Term.objects.get(ticket=hours)
    assert term.kind == "conclusion" and term.starts_at == hours.opened_at and hours.next_promise_at == term.due_at
    assert (home.status, home.unanswered_since, home.owner) == ("waiting_customer", None, None)
    assert home.next_promise_at is not None and home.is_overdue(now_of(cast))
    assert not silent_tickets(cast.person("Carla")) and not ServiceLevel.objects.exists()
    assert Notice.objects.get(ticket=hours).how == "elsewhere"
    # nobody was told, inside or outside, and the tick finds nothing that was due before it came
    assert not Dispatch.objects.exists() and not Moment.objects.filter(ticket=home).exists()
    while tick.work():
        pass
    verbs = set(Event.objects.filter(organisation_id=cast.borgo.pk).values_list("verb", flat=True))
    assert not {verb for verb in verbs if verb.startswith(("ticket.", "message.", "notice."))}, verbs
    with translation.override("it"):
        late = ImportFault.objects.filter(run=run, code="late").order_by("line")[0]
        assert words.sentence(late.code, late.facts).startswith("Il suo termine è scaduto il ")
    # and it is worked like any other
    messages.answer(hours, cast.member("Anna"), "Dalle 9 alle 13.", base_position=hours.last_public_position)
    assert Dispatch.objects.count() == 1
    ending.close(hours, by=cast.member("Anna"), outcome="solved", reason="Detto.")
    assert Closure.objects.filter(ticket=hours).count() == 1


def test_twice_is_once_and_a_cut_worker_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH", 3)
    run = run_of(cast, a_list(now_of(cast)), for_good=False)
    runs.begin(run, cast.member("Carla"), for_good=True)
    assert imports.work() == 3

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(runs, "_count", cut)
        imports.work()
    runs._last.clear()  # another process takes over
    go_on()
    run.refresh_from_db()
    assert run.state == "done" and Ticket.objects.count() == 6 and len(run.outcomes) == 13
    again = run_of(cast, a_list(now_of(cast)))
    assert again.counts["same"] == 7 and not again.counts.get("added") and Ticket.objects.count() == 6


def test_fifty_thousand_lines_are_never_in_memory_together() -> None:
    line = "P-{n};Oggetto numero {n};" + "parola " * 20 + ";Cliente {n};c{n}@example.org;01/02/2024\n"
    content = ("Numero;Oggetto;Testo;Cliente;Email;Aperta il\n" + "".join(line.format(n=n) for n in range(50_000))).encode()
    tracemalloc.start()
    try:
        found = table.look(content, "utf-8", ";")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.total == 50_000 and len(found.sample) == 3
    assert peak < 2 * len(content), f"{peak >> 20} MB for a file of {len(content) >> 20}"


def test_a_line_costs_no_more_queries_than_it_writes_rows(cast: Cast) -> None:
    """Kinds, teams and colleagues are asked once a batch."""
    content = "Numero;Oggetto;Stato;Aperta il;Gruppo;Operatore\n" + "".join(
        f"N-{n};Uguale;Chiusa;10/01/2025;Tributi;Bruno Prova\n" for n in range(30))
    run = runs.choose(cast.member("Carla"), "tickets", "n.csv", content.encode())
    runs.begin(run, cast.member("Carla"), for_good=False)
    with CaptureQueriesContext(connection) as asked:
        imports.work()
    assert len(asked) < 30 * 24, len(asked) / 30


def test_what_goes_out_is_what_may_be_seen_is_no_formula_and_comes_back(cast: Cast) -> None:
    bad = cast.ticket("=HYPERLINK(\"http://evil\")", text="@SUM(1+1)*cmd|' /C calc'!A0")
    messages.note(bad, cast.member("Anna"), "MARCATORE-NOTA")
    messages.answer(bad, cast.member("Anna"), "Risposta ultima.", base_position=bad.last_public_position)
    cast.ticket("Riservata", address="r@example.org")
    Ticket.objects.filter(subject="Riservata").update(sensitivity="named")
    carla, anna = signed_in(cast, "Carla"), signed_in(cast, "Anna")
    assert anna.get("/desk/borgo/workload/export/").status_code == 404
    assert "Esportazione delle pratiche" in carla.get("/desk/borgo/workload/").content.decode()
    assert carla.post("/desk/borgo/workload/export/", {"purpose": ""}).status_code == 422
    answer = carla.post("/desk/borgo/workload/export/", {"purpose": "Controllo", "state": "open"})
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]  # streamed
    assert "MARCATORE-NOTA" not in text and "Riservata" not in text
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["reference"] for row in rows] == [bad.number] and tuple(rows[0]) == HEAD
    assert rows[0]["subject"].startswith("'=") and rows[0]["text"].startswith("'@") and rows[0]["answer"] == "Risposta ultima."
    reading = Reading.objects.get(what="tickets")
    assert (reading.purpose, reading.rows) == ("Controllo", 1) and Event.objects.filter(verb="tickets.exported").exists()
    assert list(ticket_rows(person_for(cast.users["Carla"]), cast.borgo, Wanted(state="closed"))) == [HEAD]
    # another house takes the list as it is
    irene = cast.member("Irene", cast.bottega)
    run = runs.choose(irene, "tickets", "tickets-borgo.csv", text.encode("utf-8-sig"))
    assert set(run.mapping) == set(HEAD)
    runs.begin(run, irene, for_good=False)
    go_on()
    runs.begin(run, irene, for_good=True)
    go_on()
    there = Ticket.objects.get(organisation=cast.bottega)
    assert there.subject == bad.subject and there.opened_at == bad.opened_at.replace(microsecond=0)
    assert there.customer is not None and there.customer.name == "Maria Popescu" and there.status == bad.status

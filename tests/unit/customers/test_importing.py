"""Lists from elsewhere: read whatever wrote them, tried out, done line by line, once."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.importing import runs, table, words
from sportello.records.customers.importing.lines import day_of
from sportello.records.customers.models import Customer, Identity, ImportFault, ImportRun
from sportello.records.tickets import imports
from sportello.records.tickets.models import AccessCode, Closure, Message, Notice, Term, Ticket
from sportello.service.channels.models import Dispatch
from tests.cast import Cast

LIST = """Codice cliente;Cognome;Nome;Codice fiscale;E-mail;Cellulare;Indirizzo;CAP;Comune;Data di nascita
C-1;Popescu;Maria;;maria@example.org;347 1234567;Via Roma 1;40122;Bologna;02/03/1980
C-2;Rossi;Mario;RSSMRA85T10A562S;mario@gmial.com;051 203040;Via Po 3;40139;Bologna;10/12/1985
C-3;Società Però;;;;;;;;
C-4;;;;;;;;;
;;;;;;;;;
C-5;Bianchi;Ugo;RSSMRA85T10A562X;;333 12;;;;domani
C-1;Popescu;Maria;;maria.due@example.org;;;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_however_it_is_written_it_reads_the_same(encoding: str, delimiter: str) -> None:
    content = LIST.replace(";", delimiter).encode(encoding)
    guessed = table.guess_encoding(content)
    found = table.guess_delimiter(table.decode(content, guessed))
    assert (guessed, found) == (encoding, delimiter)
    read = table.read(content, guessed, found)
    assert read.head[1] == "Cognome" and len(read.lines) == 6
    assert read.lines[2][1][1] == "Società Però"
    assert [number for number, _cells in read.lines] == [2, 3, 4, 5, 7, 8]


def test_cells_with_line_ends_keep_the_line_numbers() -> None:
    read = table.read(b'a;b\r\n"one\ntwo";x\r\nthree;y\r\n', "utf-8", ";")
    assert [(number, cells[0]) for number, cells in read.lines] == [(2, "one\ntwo"), (4, "three")]


@pytest.mark.parametrize(("content", "code"), [
    (b"", "no_rows"), (b"Nome;Cognome\n", "no_rows"), (b'a;b\n"' + b"x" * 200_000 + b'";y\n', "not_a_table"),
])
def test_what_is_no_table_is_said(content: bytes, code: str) -> None:
    with pytest.raises(table.NotATable) as error:
        table.read(content, "utf-8", ";")
    assert error.value.code == code and str(words.SENTENCES[code])


@pytest.mark.parametrize("cell", ["=1+1", "+39 051", "-2", "@sum", "\tx", "plain", "'quoted", ""])
def test_no_cell_is_a_formula_and_comes_back_as_it_was(cell: str) -> None:
    safe = table.safe_cell(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert table.unguarded(safe) == cell.strip() or cell.startswith("\t")


@pytest.mark.parametrize(("text", "day"), [
    ("2026-03-31", "2026-03-31"), ("31/03/2026", "2026-03-31"), ("31.03.2026", "2026-03-31"), ("31/13/2026", None),
    ("domani", None),
])
def test_days(text: str, day: str | None) -> None:
    found = day_of(text)
    assert (found.isoformat() if found else None) == day


def run_of(cast: Cast, content: str, sort: str = "customers", encoding: str = "cp1252") -> ImportRun:
    run = runs.choose(cast.member("Carla"), sort, "elenco.csv", content.encode(encoding))
    runs.begin(run, cast.member("Carla"), for_good=False)
    return run


def go_on(run: ImportRun) -> ImportRun:
    for _turn in range(50):
        if not imports.work():
            break
    run.refresh_from_db()
    return run


def told(run: ImportRun) -> list[tuple[int, str]]:
    return list(run.faults.order_by("line", "id").values_list("line", "code"))


def test_tried_out_nothing_is_written_then_done_and_done_again(cast: Cast) -> None:
    run = go_on(run_of(cast, LIST))
    assert run.state == "checked"
    assert run.mapping["family_name"] == 1 and run.mapping["mobile"] == 5 and run.mapping["postal_code"] == 7
    assert {code: run.counts.get(code) for code in ("added", "completed", "refused")} == {
        "added": 5, "completed": 1, "refused": None}, "C-4 has a reference and is somebody"
    ours = Event.objects.filter(organisation_id=cast.borgo.pk)
    assert not Customer.objects.exists() and not ours.filter(verb__startswith="customer.").exists()
    expected = [(3, "doubted"), (7, "date"), (7, "left_out"), (7, "left_out"), (8, "as_line")]
    assert told(run) == expected
    runs.begin(run, cast.member("Carla"), for_good=True)
    assert go_on(run).state == "done" and told(run) == expected
    maria = Identity.objects.get(value="c-1").customer
    assert maria.name == "Maria Popescu" and str(maria.born_on) == "1980-03-02"
    assert sorted(maria.identities.values_list("value", flat=True)) == [
        "+393471234567", "c-1", "maria.due@example.org", "maria@example.org", "via roma 1 40122 bologna"]
    assert Customer.objects.count() == 5
    again = go_on(run_of(cast, LIST))
    runs.begin(again, cast.member("Carla"), for_good=True)
    assert go_on(again).counts["same"] == 6 and not again.counts.get("completed")
    assert Customer.objects.count() == 5, "the reference makes it the same customer"


def test_what_belongs_to_another_stays_theirs_and_is_told(cast: Cast) -> None:
    find_or_add(cast.borgo, name="Ion", identities=[("email", "ion@example.org")], language="ro", actor=actor.SYSTEM)
    find_or_add(cast.borgo, name="Ana", identities=[("external", "C-9")], language="", actor=actor.SYSTEM)
    run = go_on(run_of(cast, "Codice cliente;Nominativo;Email\nC-9;Ana;ion@example.org\n"))
    assert told(run) == [(2, "of_another")]
    with translation.override("it"):
        fault = ImportFault.objects.get()
        assert words.sentence(fault.code, fault.facts) == (
            "E-mail «ion@example.org» è di un altro cliente (Ion) e resta suo.")


def test_a_cut_run_goes_on_where_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH", 2)
    run = go_on(run_of(cast, LIST))
    runs.begin(run, cast.member("Carla"), for_good=True)
    assert imports.work() == 2
    run.refresh_from_db()
    assert (run.state, run.next_row, Customer.objects.count()) == ("running", 2, 2)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(runs, "_count", cut)
        imports.work()
    run.refresh_from_db()
    assert (run.next_row, Customer.objects.count()) == (2, 2), "the batch that was cut left nothing"
    assert go_on(run).state == "done" and Customer.objects.count() == 5


def test_stopped_it_stays_as_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH", 1)
    run = go_on(run_of(cast, LIST))
    runs.begin(run, cast.member("Carla"), for_good=True)
    imports.work()
    runs.stop(run)
    assert go_on(run).state == "stopped" and Customer.objects.count() == 1
    with pytest.raises(Refusal):
        runs.begin(run, cast.member("Carla"), for_good=True)


def test_not_before_it_was_tried_out_and_not_without_columns(cast: Cast) -> None:
    run = runs.choose(cast.member("Carla"), "customers", "x.csv", b"a;b\n1;2\n")
    with pytest.raises(Refusal):
        runs.begin(run, cast.member("Carla"), for_good=True)
    with pytest.raises(Refusal):
        runs.begin(run, cast.member("Carla"), for_good=False)
    runs.match(run, {"name": 0, "email": 7, "nonsense": 1})
    assert run.mapping == {"name": 0}
    runs.begin(run, cast.member("Carla"), for_good=False)
    assert go_on(run).counts == {"added": 1, "doubts": 0}


#: Without a column of states a closing date says that it is closed, and none, where there is the column, that it is open.
TICKETS = """Riferimento,Oggetto,Data apertura,Chiusa il,Testo,Risposta,Categoria,Gruppo,Cliente,Email,Esito,Canale
T-1,Buca in via Roma,03/11/2024 09:30,2024-11-20,C'è una buca.,Riparata.,Reclamo,Tributi,Maria Popescu,maria@example.org,Risolta,telefono
T-2,Orari,2025-01-10T10:00:00+01:00,2025-01-11,,,,,,,,
T-3,Futuro,01/01/2090,,,,,,,,,
T-4,Prima,10/01/2025,09/01/2025,,,,,,,,
T-5,Senza giorno,,,,,,,,,,
,Senza numero,10/01/2025,,,,,,,,,
T-6,Strano,10/01/2025,11/01/2025,,,Alieni,Marte,,,,
"""


def test_closed_tickets_come_in_with_their_dates_and_nobody_is_told(cast: Cast) -> None:
    run = go_on(run_of(cast, TICKETS, "tickets", "utf-8"))
    assert run.state == "checked" and not Ticket.objects.exists()
    runs.begin(run, cast.member("Carla"), for_good=True)
    assert go_on(run).state == "done"
    assert told(run) == [(4, "in_future"), (5, "closed_before"), (6, "no_opened"), (7, "no_reference"),
                         (8, "no_kind"), (8, "no_team")]
    hole = Ticket.objects.get(subject="Buca in via Roma")
    assert hole.number.startswith("2024-") and hole.status == "closed" and hole.kind.slug == "complaint"
    assert hole.opened_at == datetime(2024, 11, 3, 8, 30, tzinfo=UTC) and hole.team == cast.team("taxes")
    assert hole.customer is not None and hole.customer.name == "Maria Popescu" and hole.channel == "phone"
    assert list(Message.objects.filter(entry__ticket=hole).order_by("pk").values_list("direction", "text")) == [
        ("in", "C'è una buca."), ("out", "Riparata.")]
    assert Closure.objects.get(ticket=hole).outcome == "solved"
    for nothing in (Notice, Dispatch, AccessCode, Term):
        assert not nothing.objects.exists(), nothing
    again = go_on(run_of(cast, TICKETS, "tickets", "utf-8"))
    runs.begin(again, cast.member("Carla"), for_good=True)
    assert go_on(again).counts["same"] == 3 and Ticket.objects.count() == 3

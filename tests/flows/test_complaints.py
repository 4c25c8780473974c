"""The life of a complaint on the pages, end to end; a known fault; a withdrawal by the portal."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta

import pikepdf
import pytest
from django.test import Client

from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.procedures.packs import shipped_version
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.complaints import limits
from sportello.service.backoffice.faults import telling
from sportello.service.backoffice.models import Complaint, KnownFault, ShopRequest
from sportello.service.channels.models import Dispatch
from sportello.service.channels.webform import drafts
from tests.cast import HOURS, Cast
from tests.unit.backoffice.complaints_scene import ALL_BLOCKS, complaint_of
from tests.unit.tickets.terms_scene import Scene

pytestmark = pytest.mark.django_db


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def position(ticket: Ticket) -> str:
    return str(Ticket.objects.get(pk=ticket.pk).last_public_position)


def done(client: Client, address: str, **typed: object) -> None:
    answer = client.post(address, typed)
    assert answer.status_code == 302, (address, answer.status_code, re.findall(r'role="alert".*', answer.content.decode()))


def test_the_life_of_a_complaint(cast: Cast) -> None:
    """Unit 1 UC1.4, UC1.9: by procedure and law, with a solution in the operator's limits, told at every stage."""
    complaint = complaint_of(cast)
    ticket = complaint.ticket
    limits.set_limit(cast.borgo, by=cast.member("Elena"), amount=2000, role="operator")
    anna, carla = browser(cast, "Anna"), browser(cast, "Carla")
    here = f"/desk/borgo/tickets/{ticket.number}/complaint/"
    listed = anna.get("/desk/borgo/complaints/").content.decode()
    assert "R-2026-0001" in listed and "da valutare" in listed
    assert "R-2026-0001" in anna.get(f"/desk/borgo/tickets/{ticket.number}/?fragment=side").content.decode()
    member = cast.member("Anna").pk
    done(anna, f"{here}assessment/", severity=3, risk=3, responsible=member, text="Doppio addebito a molti.")
    offered = anna.get(f"{here}acknowledgement/")
    text = offered.context["form"].initial["text"]
    assert "Ne risponde Anna Prova" in text and "Conciliazione" in text
    done(anna, f"{here}acknowledgement/", text=text, base_position=position(ticket))
    done(anna, f"{here}investigation/", text="La rata è partita due volte.", cause="billing")
    # a reply that misses a part is not sent, and says which
    blocks = {f"block-{code}": words for code, words in ALL_BLOCKS.items()}
    short = anna.post(f"{here}replies/final/", {**blocks, "block-checks": "", "finding": "upheld", "do": "send",
                                                "base_position": position(ticket)})
    assert short.status_code == 422 and "Verifiche" in short.content.decode()
    assert not Message.objects.filter(entry__ticket=ticket, text__contains="nostro errore").exists()
    done(anna, f"{here}replies/final/", **blocks, finding="upheld", do="keep", base_position=position(ticket))
    assert "Che cosa ha lamentato" in anna.get(f"{here}replies/final/").context["preview"]
    # above the operator's limit: asked, granted by the supervisor, the asker told on the ticket
    done(anna, f"{here}remedies/", sort="refund", cost="25,00", text="Rimborso della rata.", reason="Errore nostro.")
    assert "In attesa di approvazione" in anna.get(here).content.decode()
    remedy = complaint.remedies.get()
    assert anna.post(f"{here}remedies/{remedy.pk}/decision/", {"decision": "grant"}).status_code == 403
    assert "25,00" in carla.get("/desk/borgo/complaints/approvals/").content.decode()
    done(carla, f"{here}remedies/{remedy.pk}/decision/", decision="grant")
    assert "Anna Prova, il rimedio" in anna.get(f"/desk/borgo/tickets/{ticket.number}/").content.decode()
    assert "Può concedere" in anna.get(f"{here}remedies/").content.decode()
    done(anna, f"{here}replies/final/", **blocks, finding="upheld", do="send", base_position=position(ticket))
    done(anna, f"{here}remedies/{remedy.pk}/progress/", do="done")
    due = date(2026, 10, 1)
    done(anna, f"{here}lessons/", lesson="La rata parte due volte.", action="Controllo prima dell'invio.",
         owner=member, due_on=due, public_text="Un controllo evita gli addebiti doppi.")
    assert "Controllo prima" in anna.get("/desk/borgo/complaints/actions/").content.decode()
    done(anna, f"{here}lessons/{complaint.corrective_actions.get().pk}/", effect="Nessun caso.")
    done(anna, f"/desk/borgo/tickets/{ticket.number}/closure/", outcome="solved", reason="Rimborsato.")
    row = Complaint.objects.get(pk=complaint.pk)
    assert row.closed_at is not None and row.finding == "upheld"
    # it may still go to another body, and is followed there
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    done(anna, f"{here}instances/", code="conciliation", opened_on=today, reference="C/1")
    done(anna, f"{here}instances/{complaint.instances.get().pk}/", state="concluded", result="agreed", cost="10",
         concluded_on=today, text="Accordo.")
    page = anna.get(here).content.decode()
    for word in ("Istruito", "Risposta inviata", "Chiuso", "Eseguito", "Accordo", "Nessun caso."):
        assert word in page, word


def test_the_annual_report_counts_and_names_nobody(cast: Cast) -> None:
    test_the_life_of_a_complaint(cast)
    carla = browser(cast, "Carla")
    assert browser(cast, "Anna").get("/desk/borgo/complaints/report/2026/").status_code == 404
    page = carla.get("/desk/borgo/complaints/report/2026/").content.decode()
    assert "Un controllo evita gli addebiti doppi." in page and "Importo sbagliato" in page
    data = json.loads(carla.get("/desk/borgo/complaints/report/2026/json/").content)
    assert (data["total"], data["answered"], data["in_time"], data["findings"]) == (1, 1, 1, {"upheld": 1})
    assert data["remedies"] == {"refund": {"count": 1, "cost_cents": 2500}} and data["causes"] == {"billing": 1}
    table = carla.get("/desk/borgo/complaints/report/2026/csv/").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert ["findings", "upheld", "Accolto", "1"] in rows
    raw = carla.get("/desk/borgo/complaints/report/2026/pdf/").content
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang) == "it"
        assert str(pdf.docinfo["/Title"]).startswith("Relazione sui reclami, 2026")
    ticket = Ticket.objects.get(complaints__isnull=False)
    everything = page + json.dumps(data) + table
    for word in ("Popescu", "maria@", ticket.number, "Doppio addebito", "R-2026-0001"):
        assert word not in everything, word
    assert json.loads(carla.get("/desk/borgo/complaints/report/2025/json/").content)["total"] == 0


def test_the_register_is_filtered_paged_by_key_and_exported(cast: Cast, django_assert_max_num_queries: object) -> None:
    first = complaint_of(cast)
    kind, procedure = first.kind, first.procedure
    Complaint.objects.bulk_create(
        Complaint(organisation=cast.borgo, ticket=cast.ticket(f"Vecchio {n}"), kind=kind, procedure=procedure, year=2025,
                  serial=n, received_at=first.received_at, registered_at=first.registered_at, legal_basis="Carta",
                  term_value=30, term_unit="calendar_days", due_at=first.due_at, closed_at=first.due_at,
                  finding="not_upheld", severity=2) for n in range(1, 61)
    )  # fmt: skip
    carla = browser(cast, "Carla")
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the fixture
        page = carla.get("/desk/borgo/complaints/?state=all")
    text = page.content.decode()
    assert "R-2026-0001" in text and "R-2025-0060" in text and "R-2025-0001" not in text
    older = page.context["older"]
    assert older.endswith("after=2025-12")
    assert "R-2025-0001" in carla.get(f"/desk/borgo/complaints/{older}").content.decode()
    only = carla.get("/desk/borgo/complaints/?state=closed&finding=not_upheld&year=2025").content.decode()
    assert "R-2026-0001" not in only and "R-2025-0060" in only
    assert "R-2025-0060" not in carla.get("/desk/borgo/complaints/?state=open&year=nonsense").content.decode()
    raw = carla.get("/desk/borgo/complaints/export/?state=all")
    lines = list(csv.reader(io.StringIO(b"".join(raw.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 62 and lines[1][0] == "R-2025-0001"
    assert Event.objects.filter(verb="complaints.exported").count() == 1
    assert browser(cast, "Anna").get("/desk/borgo/complaints/export/").status_code == 404
    # Dario sees his team's only
    assert "R-2025-0060" not in browser(cast, "Dario").get("/desk/borgo/complaints/?state=all").content.decode()


def test_a_known_fault_from_the_first_ticket_to_the_last_closed(cast: Cast) -> None:
    anna, street = browser(cast, "Anna"), Client()
    tickets = [cast.ticket(f"Acqua fredda {n}", address=f"c{n}@example.org", name=f"Cliente {n}") for n in range(3)]
    began = clock.local(cast.borgo, clock.now(cast.borgo) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    done(anna, "/desk/borgo/faults/new/", ticket=tickets[0].number, began_at=began, kind=tickets[0].kind_id,
         is_public="on", **{"title-it": "Acqua calda assente in via Roma"})
    fault = KnownFault.objects.get()
    here = f"/desk/borgo/faults/{fault.pk}/"
    page = anna.get(here).content.decode()
    assert tickets[0].number in page and tickets[1].number in page and "Forse ne parlano" in page
    done(anna, f"{here}tickets/", number=[tickets[1].number, tickets[2].number])
    done(anna, f"{here}updates/", state="found", tell="on", **{"text-it": "Il tecnico arriva alle 15."})
    assert "ne restano 3" in anna.get(here).content.decode()
    assert telling.work() == 3
    assert "avvisati 3 su 3" in anna.get(here).content.decode()
    for ticket in tickets:
        assert Message.objects.filter(entry__ticket=ticket, text="Il tecnico arriva alle 15.").count() == 1
        assert Dispatch.objects.filter(message__entry__ticket=ticket, message__text__contains="tecnico").exists()
    seen = street.get("/o/borgo/status/").content.decode()
    assert "Acqua calda assente" in street.get("/o/borgo/request/").content.decode(), "said before they ask the same"
    assert "Acqua calda assente" in seen and "Il tecnico arriva" in seen and "Cliente" not in seen
    assert street.get(f"/o/borgo/status/{fault.pk}/").status_code == 200
    assert street.get(f"/o/bottega/status/{fault.pk}/").status_code == 404
    assert "Acqua calda" in anna.get(f"/desk/borgo/tickets/{tickets[0].number}/?fragment=side").content.decode()
    done(anna, f"{here}updates/", state="solved", **{"text-it": "È tornata."})
    over = anna.get(here).content.decode()
    assert "chiuda le pratiche" in over
    chosen = "&".join(f"tickets=borgo/{ticket.number}" for ticket in tickets)
    assert anna.get(f"/desk/many/close/?{chosen}").status_code == 200
    anna.post("/desk/many/close/", {"tickets": [f"borgo/{one.number}" for one in tickets], "outcome": "solved",
                                    "reason": "L'acqua è tornata."})
    assert all(Ticket.objects.get(pk=one.pk).is_closed for one in tickets)
    assert "chiuda le pratiche" not in anna.get(here).content.decode()


def _shop(cast: Cast, code: str) -> None:
    definition = shipped_version(code, date(2026, 12, 1))
    assert definition is not None
    calendar, _made = OfficeCalendar.objects.get_or_create(
        organisation=cast.bottega, slug="italy", defaults={"data": {**HOURS, "country": "IT"}}
    )
    publish(cast.bottega, definition, actor.SYSTEM, calendar=calendar, on=True)


def test_a_withdrawal_by_the_portal_in_two_steps_with_its_receipt(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codice del consumo art. 54-bis: name, contract, e-mail; a second step that confirms; at once the acknowledgement
    with content, date and time."""
    monkeypatch.setattr(drafts, "LEAST", timedelta(0))
    street = Client()
    assert street.get("/o/bottega/shop/withdrawal/").status_code == 404, "offered only where the kind is"
    _shop(cast, "withdrawal")
    Scene.now(_At(cast), "2026-12-03 11:20")  # type: ignore[arg-type]  # the shop's clock
    assert "Recedere dal contratto qui" in street.get("/o/bottega/").content.decode()
    plain = street.get("/o/bottega/request/").content.decode()
    assert 'value="withdrawal"' not in plain and "/shop/withdrawal/" in plain, "it has a form of its own"
    typed = {"contract": "A-1", "goods": "Lampada", "delivered_on": "2026-11-25", "name": "John Baker",
             "email": "john@example.org", "language": "it", "privacy": "on"}
    wrong = street.post("/o/bottega/shop/withdrawal/", {**typed, "contract": "", "delivered_on": "2027-01-01"})
    assert wrong.status_code == 422 and "Lampada" in wrong.content.decode(), "nothing typed is lost"
    first = street.post("/o/bottega/shop/withdrawal/", typed)
    assert first.status_code == 302 and not Ticket.objects.filter(organisation=cast.bottega).exists()
    shown = street.get(first["Location"]).content.decode()
    assert "9 dicembre 2026" in shown and "in tempo" in shown, "last day of withdrawal: 14 days from 25 November"
    sent = street.post(first["Location"])
    street.post(first["Location"])
    ticket = Ticket.objects.get(organisation=cast.bottega)
    row = ShopRequest.objects.get(ticket=ticket)
    assert (row.contract, row.delivered_on, row.sort) == ("A-1", date(2026, 11, 25), "withdrawal")
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    assert "Recesso dal contratto A-1 (Lampada)" in receipt.text and "3 dicembre 2026" in receipt.text
    assert re.search(r"alle 11:(19|20)", receipt.text), "the hour, too"
    assert street.get(sent["Location"]).status_code == 200
    irene = browser(cast, "Irene")
    here = f"/desk/bottega/tickets/{ticket.number}/shop-request/"
    page = irene.get(here).content.decode()
    assert "17 dicembre 2026" in page, "the refund: 14 days from being told"
    done(irene, f"{here}goods-back/", returned_on="2026-12-03")
    done(irene, here, contract="A-1", goods="Lampada", delivered_on="2026-11-26", was_informed="on")
    assert "10 dicembre 2026" in irene.get(here).content.decode()


class _At:
    """A scene of the shop instead of the town."""

    def __init__(self, cast: Cast) -> None:
        self.cast = type("Here", (), {"borgo": cast.bottega})()

"""Unit 4's threshold as two stories on the desk (profile: back office, "process requests within the times and
procedures, forward the complex ones to the competent technical offices, archive and report what matters").

Two types of customer, two activities: Maria's complaint about a pothole that hurt somebody, which needs a technical
office; and John's request no procedure knows. For each: the key information singled out, coherent operations, reasons
given for procedure, tools and forms, the customer told at every stage, the end within the term.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sportello.foundation.files.actions import keep
from sportello.records.procedures.models import Kind
from sportello.records.tickets import tick
from sportello.records.tickets.models import Attachment, Closure, Message, Notice, StatedReason, Ticket
from sportello.records.tickets.queries import silent_tickets
from sportello.records.tickets.words import File
from sportello.service.backoffice.models import Approval, Checklist, Forwarding, Office, UnknownCase
from sportello.service.channels.models import OutTrayMail
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter, ticket_of, tray
from tests.reacting import react
from tests.unit.backoffice.test_offices import WORKS, answer_mail, to_office
from tests.unit.tickets.terms_scene import Scene, rule, term_of

BLOCK = {"code": "conclusion", "names": {"it": "Conclusione", "en": "Conclusion"}, "source": "L. 241/1990 art. 3",
         "confidence": "A"}  # fmt: skip


class Desk:
    """Somebody at their screen: what they send is done, or the test says what they were told."""

    def __init__(self, cast: Cast, name: str) -> None:
        self.client = Client()
        self.client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")

    def get(self, address: str) -> str:
        response = self.client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.content.decode()

    def does(self, address: str, data: dict[str, Any] | None = None) -> None:
        response = self.client.post(address, data or {})
        assert response.status_code == 302, (address, response.status_code, response.content.decode()[:3000])

    def refused(self, address: str, data: dict[str, Any]) -> str:
        response = self.client.post(address, data)
        assert response.status_code == 422, (address, response.status_code)
        return response.content.decode()


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast)


def of(ticket: Ticket, part: str = "") -> str:
    return f"/desk/borgo/tickets/{ticket.number}/{part}"


def told(ticket: Ticket) -> list[str]:
    return list(Notice.objects.filter(ticket=ticket, state="given").order_by("id").values_list("moment", flat=True))


def test_a_complex_complaint_from_the_first_reading_to_its_end_within_the_term(scene: Scene, cast: Cast) -> None:
    scene.now("2026-09-01 09:00")
    scene.under(rule(reasons=["procedure", "tool", "tone", "remedy"], reply_blocks=[BLOCK]))
    complaint = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    anna, bruno, carla = Desk(cast, "Anna"), Desk(cast, "Bruno"), Desk(cast, "Carla")

    # the supervisor has set up whom to ask, who approves, what must not be forgotten
    carla.does("/desk/borgo/offices/new/", {"name": "Lavori pubblici", "channel": "email", "address": WORKS, "days": "5"})
    carla.does(f"/desk/borgo/approval-rules/{complaint.pk}/", {"covers": "replies", "step_1": f"t{cast.team('taxes').pk}"})
    carla.does("/desk/borgo/checklist-templates/new/",
               {"name": "Danni", "kind": str(complaint.pk), "items": "! Foto del luogo\nTestimoni"})  # fmt: skip

    # it comes by the general mailbox, as whatever is asked there; Anna reads, takes and classifies it, with reasons
    mail = arrive(letter("La buca davanti al civico 12 di via Garibaldi ha fatto cadere mia madre. Chiedo i danni.",
                         subject="Buca in via Garibaldi"))  # fmt: skip
    ticket = ticket_of(mail)
    anna.does(of(ticket, "taking/"))
    assert "perché" in anna.refused(of(ticket, "kind/"), {"kind": complaint.pk, "procedure": "on"})
    anna.does(of(ticket, "kind/"), {"kind": complaint.pk, "procedure": "on",
                                    "reason": "Chiede i danni per una strada del Comune: è un reclamo."})  # fmt: skip
    ticket.refresh_from_db()
    react()
    assert ticket.kind == complaint and ticket.procedure.source == "L. 241/1990"
    assert Checklist.objects.get(ticket=ticket).name == "Danni"
    anna.does(of(ticket, "reasons/"), {"tool": "Serve un parere tecnico: chiedo all'ufficio per iscritto.",
                                       "remedy": "Risarcimento solo se la manutenzione mancava."})  # fmt: skip

    # forwarded to the technical office with what it needs and no more; the customer knows whom and by when
    page = anna.get(of(ticket, "forwarding/"))
    assert "La buca davanti al civico 12" in page and "Lavori pubblici" in page
    office = Office.objects.get()
    question = {"office": office.pk, "topic": "Buca in via Garibaldi 12", "question": "Era segnalata? Da quando?",
                "messages": [mail.message.pk], "days": "5"}  # fmt: skip
    assert "dopo la fine del nostro termine" in anna.refused(of(ticket, "forwarding/"), question | {"days": "60"})
    anna.does(of(ticket, "forwarding/"), question)
    asked = Forwarding.objects.get()
    assert b"maria@example.org" not in to_office()
    assert "Lavori pubblici" in anna.get(of(ticket, "?fragment=side"))
    assert "Lavori pubblici" in anna.get("/desk/offices/") and "Lavori pubblici" in carla.get("/desk/offices/")
    assert "office" in "".join(told(ticket)) or "forwarded" in told(ticket)

    # nothing comes: the office is reminded, and Anna warned, on a page she can read
    scene.now("2026-09-09 10:00")
    for _ in range(3):
        tick.work()
        react()
    assert asked.reminders.count() == 2 and "Risposta di un ufficio" in anna.get("/desk/warnings/")
    assert "Attenzione" not in carla.get("/desk/warnings/")
    anna.does(of(ticket, f"forwardings/{asked.pk}/extension/"), {"days": "4", "reason": "Il tecnico è in sopralluogo."})
    answer_mail(to_office(), "La buca era segnalata dal 20 agosto; riparata il 3 settembre.")
    page = anna.get(of(ticket, f"forwardings/{asked.pk}/"))
    assert "segnalata dal 20 agosto" in page and "È la risposta" in page
    anna.does(of(ticket, f"forwardings/{asked.pk}/acceptance/"))

    # the reply: approved before it leaves, unchanged; with its mandatory block, the checklist, the reasons
    words = "Gentile Maria, la buca era segnalata dal 20 agosto: le spetta il risarcimento. Il modulo è allegato."
    ticket.refresh_from_db()
    reply = {"to": "maria@example.org", "text": words, "then": "keep", "base_position": ticket.last_public_position}
    assert "si approvano prima" in anna.refused(of(ticket, "replies/"), reply)
    anna.does(of(ticket, "approvals/new/"), reply)
    approval = Approval.objects.get()
    assert words in bruno.get(of(ticket, f"approvals/{approval.pk}/"))
    bruno.does(of(ticket, f"approvals/{approval.pk}/sending-back/"), {"number": "1", "words": "Dica entro quando."})
    anna.does(of(ticket, f"approvals/{approval.pk}/wording/"), reply | {"text": words + " Rispondiamo entro 10 giorni."})
    assert "Anna Prova" in bruno.get("/desk/approvals/")
    bruno.does(of(ticket, f"approvals/{approval.pk}/approving/"), {"number": "2"})
    sent = Message.objects.get(entry__ticket=ticket, direction="out", notice_moment="")
    assert sent.text == words + " Rispondiamo entro 10 giorni."
    end = {"outcome": "solved", "reason": "Danni riconosciuti.", "why_tone": "Semplice e cortese: una caduta in famiglia."}
    missing = anna.refused(of(ticket, "closure/"), end)
    assert "Foto del luogo" in missing and "Conclusione" in missing
    anna.does(of(ticket, "blocks/"), {"conclusion": str(sent.pk)})
    item = Checklist.objects.get(ticket=ticket).items.get(mandatory=True)
    anna.does(of(ticket, f"checklists/items/{item.pk}/"))
    assert "Anna Prova" in anna.get(of(ticket, "checklists/"))
    anna.does(of(ticket, "closure/"), end)

    # within the term, with outcome and reasons; told at every stage; nothing of the office on the customer's side
    ticket.refresh_from_db()
    closure = Closure.objects.get(ticket=ticket)
    assert ticket.is_closed and closure.outcome == "solved" and closure.closed_at < term_of(ticket).due_at
    assert told(ticket) == ["receipt", "taken", "forwarded", "office_later", "office_answered", "closed"]
    assert {row.about for row in StatedReason.objects.filter(ticket=ticket)} == {"procedure", "tool", "remedy", "tone"}
    tray()
    to_maria = [one.subject for one in OutTrayMail.objects.order_by("pk") if one.recipients == ["maria@example.org"]]
    assert len(to_maria) == 7, "six notices and the reply"
    assert not silent_tickets(cast.person("Carla"))


def test_a_case_no_procedure_knows_becomes_one(scene: Scene, cast: Cast) -> None:
    scene.now("2026-09-01 09:00")
    anna, bruno, carla = Desk(cast, "Anna"), Desk(cast, "Bruno"), Desk(cast, "Carla")
    ticket = cast.ticket("Adozione di un'aiuola", address="john@example.org", name="John Baker")
    anna.does(of(ticket, "case/"), {"case": "Chiede di curare un'aiuola.", "needed": "Chi decide, con quale modulo.",
                                    "meanwhile": "Promessa una risposta.", "team": cast.team("taxes").pk})  # fmt: skip
    case = UnknownCase.objects.get()
    assert "curare un&#x27;aiuola" in bruno.get("/desk/cases/")
    bruno.does(of(ticket, f"cases/{case.pk}/taking/"))
    assert "Qualcuno è arrivato prima" in carla.client.post(
        of(ticket, f"cases/{case.pk}/taking/"), follow=True).content.decode()  # fmt: skip
    bruno.does(of(ticket, f"cases/{case.pk}/solution/"), {
        "result": "procedure", "words": "Bozza pronta: 20 giorni.", "name": "Adozione di aree verdi", "family": "service",
        "days": "20", "unit": "calendar_days", "source": "Regolamento del verde, art. 9"})  # fmt: skip
    page = anna.get(of(ticket, f"cases/{case.pk}/"))
    assert "Adozione di aree verdi" in page and "bozza, non attiva" in page
    assert "Bozza pronta: 20 giorni." in anna.get(of(ticket)), "the first ticket is told"
    case.refresh_from_db()
    assert case.procedure.term_value == 20 and not case.procedure.is_on


def test_an_office_inside_sees_what_was_sent_and_nothing_of_a_ticket_it_may_not_see(scene: Scene, cast: Cast) -> None:
    from sportello.records.tickets.actions import handling, messages

    ticket = cast.ticket("Mensa: questione delicata")
    handling.change_sensitivity(ticket, "named", named=[cast.member("Anna")], by=cast.member("Carla"))
    messages.note(ticket, cast.member("Carla"), "Nota: girasole.", files=[File("girasole.txt", keep(cast.borgo, b"x"))])
    Office.objects.create(organisation=cast.borgo, name="Tributi", channel="inside", team=cast.team("taxes"), days=3)
    anna, bruno = Desk(cast, "Anna"), Desk(cast, "Bruno")
    anna.does(of(ticket, "forwarding/"), {"office": Office.objects.get().pk, "topic": "Un conto", "question": "Torna?", "days": "3"})
    asked = Forwarding.objects.get()
    page = bruno.get(f"/desk/borgo/asked/{asked.pk}/")
    assert "Torna?" in page
    for hidden in ("delicata", "girasole", "Popescu", "maria@example.org", "Tutta la pratica"):
        assert hidden not in page, hidden
    assert bruno.client.get(of(ticket)).status_code == 404
    assert anna.client.get(f"/desk/borgo/asked/{asked.pk}/").status_code == 404, "she is not of that office"
    file = Attachment.objects.get()
    assert bruno.client.get(f"/desk/borgo/asked/{asked.pk}/files/{file.pk}/").status_code == 404
    bruno.does(f"/desk/borgo/asked/{asked.pk}/", {"text": "Torna."})
    assert "Torna." in anna.get(of(ticket, f"forwardings/{asked.pk}/"))

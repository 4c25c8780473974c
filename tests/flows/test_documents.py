"""Forms, letters and the register as people use them: Elena sets up, Maria fills in, Anna writes, Carla annuls."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.organisation import set_logo
from sportello.records.tickets import codes
from sportello.records.tickets.actions import handling
from sportello.records.tickets.models import Attachment, Message, Ticket
from sportello.service.backoffice.documents import issuing, letterhead, templates
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.forms.definition import read as read_form
from sportello.service.backoffice.models import (
    Document,
    FilledForm,
    Form,
    FormVersion,
    KindProtocol,
    LetterDraft,
    ProtocolEntry,
)
from sportello.service.backoffice.protocol import setting_up
from sportello.service.channels.webform import drafts
from tests.cast import Cast
from tests.unit.backoffice.test_forms import FORM

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def quick_people(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(drafts, "LEAST", timedelta(0))
    with translation.override("it"):
        yield


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def published(cast: Cast, **changes: Any) -> Form:
    form = publishing.begin(cast.borgo, cast.member("Elena"), read_form({**FORM, **changes}))
    publishing.publish(form, cast.member("Elena"))
    return form


def pdf_of(document: Document) -> tuple[pikepdf.Pdf, dict[str, str]]:
    paper = pikepdf.open(io.BytesIO(read(document.blob)))
    with paper.open_metadata() as said:
        return paper, {name: str(said.get(name)) for name in ("dc:title", "pdfuaid:part", "pdfaid:part", "pdfaid:conformance")}


# ---- setting a form up


def test_elena_makes_a_form_and_publishes_it(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    assert elena.post("/desk/borgo/forms/new/", {"code": "x", "name_it": ""}).status_code == 422
    made = elena.post("/desk/borgo/forms/new/", {"code": "passo-carrabile", "name_it": "Passo carrabile", "name_en": "Driveway",
                                                 "intro_it": "Per chi ha un garage.", "kind": "information"})
    page = made["Location"]
    form = Form.objects.get()
    assert elena.post(f"{page}publication/", follow=True).content.decode().count("chiede almeno una cosa") == 1
    field = {"page": "1", "required": "on", "edits": "0"}
    assert elena.post(f"{page}fields/", {**field, "type": "choice", "label_it": "Chi è?", "choices": "Persona"}).status_code == 422
    elena.post(f"{page}fields/", {**field, "type": "choice", "label_it": "Chi è?", "choices": "Persona | Person\nAzienda | Company"})
    elena.post(f"{page}order/", {"do": "page", "edits": "1"})
    elena.post(f"{page}fields/", {**field, "page": "2", "edits": "2", "type": "vat", "label_it": "Partita IVA", "when_field": "chi_e",
                                  "when_is": "azienda"})
    elena.post(f"{page}fields/", {**field, "page": "2", "edits": "3", "type": "file", "label_it": "Planimetria"})
    shown = text(elena.get(page))
    assert "solo quando “Chi è?” è Azienda" in shown and "Pubblica la nuova versione" in shown
    stale = text(elena.post(f"{page}order/", {"do": "up", "code": "planimetria", "edits": "1"}, follow=True))
    assert "modificato questo modulo" in stale, "who edits beside another is told, and nothing is written over"
    elena.post(f"{page}order/", {"do": "up", "code": "planimetria", "edits": "4"})
    assert [one.code for one in read_form(publishing.being_written(form).definition).pages[1].fields] == ["planimetria", "partita_iva"]
    refused = text(elena.post(f"{page}order/", {"do": "remove", "code": "chi_e", "edits": "5"}, follow=True))
    assert "pagina precedente" in refused, "another field hangs on it"
    preview = text(elena.get(f"{page}preview/"))
    assert "Partita IVA" in preview and 'type="radio"' in preview and "Planimetria" in preview
    elena.post(f"{page}publication/")
    version = FormVersion.objects.get(form=form, version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.filter(pk=version.pk).update(definition={})
    # out, changed, in again: a version to look at, nothing in use before it is published
    file = text(elena.get(f"{page}export/")).replace("Passo carrabile", "Passo carraio")
    elena.post("/desk/borgo/forms/import/", {"file": SimpleUploadedFile("m.yaml", file.encode())})
    assert publishing.in_force(form) == version and Form.objects.get().names["it"] == "Passo carrabile"
    elena.post(f"{page}publication/")
    assert Form.objects.get().names["it"] == "Passo carraio" and publishing.in_force(form).version == 2
    anna = signed_in(cast, "Anna")
    assert anna.get(page).status_code == 404 and "Passo carraio" in text(anna.get("/desk/borgo/forms/"))


# ---- on the portal


FIRST = {"kind": "information", "subject": "", "text": "", "name": "Maria Popescu", "email": "maria@example.org", "phone": "",
         "language": "it", "privacy": "on"}


def begun(maria: Client) -> str:
    answer = maria.post("/o/borgo/request/", FIRST)
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def test_maria_fills_a_form_in_and_it_is_a_document(cast: Cast) -> None:
    form, maria = published(cast), Client(headers={"accept-language": "it"})
    assert "Richiesta di rimborso" in text(maria.get("/o/borgo/forms/"))
    page = begun(maria)
    assert page.endswith("/1/") and "form/" in page
    assert "Chi è?" in text(maria.get(page)) and "errore" not in text(maria.get(page)).lower()
    second = maria.post(page, {"q-who": "person", "q-why": ["late", "broken"]})["Location"]
    shown = text(maria.get(second))
    assert "Codice fiscale" in shown and "Partita IVA" not in shown
    good = {"q-tax_code": "RSSMRA85T10A562S", "q-iban": "IT60X0542811101000000123456", "q-amount": "25,5", "q-day": "",
            "q-true": "on", "q-proof": SimpleUploadedFile("ricevuta.png", PNG)}
    wrong = maria.post(second, {**good, "q-tax_code": "RSSMRA85T10A562X"})
    assert wrong.status_code == 422 and "carattere di controllo" in text(wrong) and "ricevuta.png" in text(wrong)
    good.pop("q-proof")
    day = clock.local(cast.borgo, clock.now(cast.borgo)).date().isoformat()
    # a newer version does not change what was begun
    newer = read_form({**FORM, "names": {"it": "Rimborso nuovo"}})
    publishing.write(form, newer, cast.member("Elena"), publishing.being_written(form).edits)
    publishing.publish(form, cast.member("Elena"))
    summary = maria.post(second, {**good, "q-day": day})["Location"]
    checked = text(maria.get(summary))
    assert "25,50 €" in checked and "ricevuta.png" in checked and "In ritardo, Rotto" in checked
    first, again = maria.post(summary), maria.post(summary)
    assert first["Location"] == again["Location"] and Ticket.objects.count() == 1, "pressing twice sends once"
    ticket = Ticket.objects.get()
    filled = FilledForm.objects.get()
    assert ticket.subject == "Richiesta di rimborso" and filled.version.version == 1 and filled.by_member is None
    assert filled.answers["tax_code"] == "RSSMRA85T10A562S" and filled.answers["proof"][0]["name"] == "ricevuta.png"
    assert filled.answers["proof"][0]["sha256"] == hashlib.sha256(PNG).hexdigest()
    message = Message.objects.get(entry__ticket=ticket, direction="in")
    assert "Codice fiscale: RSSMRA85T10A562S" in message.text and "IBAN: IT60 X054" in message.text
    assert set(Attachment.objects.values_list("filename", flat=True)) == {"ricevuta.png", filled.document.filename}
    paper, said = pdf_of(filled.document)
    assert said == {"dc:title": "Richiesta di rimborso", "pdfuaid:part": "1", "pdfaid:part": "2", "pdfaid:conformance": "A"}
    assert str(paper.Root.Lang) == "it" and "/StructTreeRoot" in paper.Root
    assert ticket.procedure.kind.slug == "information" and ticket.next_promise_at is not None
    # Maria has it on her own page too
    maria.post("/o/borgo/follow/", {"number": ticket.number, "code": codes.code_of(ticket)})
    assert filled.document.filename in text(maria.get(f"/o/borgo/follow/{ticket.number}/"))


def test_a_kind_without_a_form_is_asked_as_before(cast: Cast) -> None:
    published(cast)
    maria = Client(headers={"accept-language": "it"})
    wrong = maria.post("/o/borgo/request/", {**FIRST, "kind": "complaint"})
    assert wrong.status_code == 422, "subject and message are needed where no form asks"
    right = maria.post("/o/borgo/request/", {**FIRST, "kind": "complaint", "subject": "Rumore", "text": "Di notte."})
    assert "/summary/" in right["Location"]


def test_going_back_keeps_the_answers(cast: Cast) -> None:
    published(cast)
    maria = Client(headers={"accept-language": "it"})
    page = begun(maria)
    token = re.search(r"form/([a-z2-7]+)/", page)[1]  # type: ignore[index]  # it is there
    maria.post(page, {"q-who": "firm"})
    maria.post("/o/borgo/request/", {**FIRST, "name": "Maria P.", "draft": token})
    shown = text(maria.get(page))
    assert re.search(r'value="firm"[^>]*checked', shown)
    assert maria.get(page.replace("/1/", "/7/")).status_code == 404
    assert maria.get(page.replace(token, "abcdefghijklmnopqrstuvwx")).status_code == 410


# ---- at the desk


def test_anna_fills_a_form_in_for_who_stands_there(cast: Cast) -> None:
    form, anna = published(cast, pages=[FORM["pages"][0]]), signed_in(cast, "Anna")
    start = f"/desk/borgo/forms/{form.pk}/filling/"
    assert anna.post(start, {"channel": "counter", "name": "", "language": "it"}).status_code == 422
    page = anna.post(start, {"channel": "counter", "name": "Ugo Bassi", "reach": "ugo@example.org", "language": "it"})["Location"]
    assert anna.post(page, {}).status_code == 422
    done = anna.post(page, {"q-who": "firm"})
    ticket = Ticket.objects.get()
    assert ticket.number in done["Location"] and ticket.channel == "counter" and ticket.customer.name == "Ugo Bassi"
    filled = FilledForm.objects.get()
    assert filled.by_member == cast.member("Anna") and filled.document.issued_by == cast.member("Anna")
    assert ticket.number in anna.post(page, {"q-who": "firm"})["Location"] and FilledForm.objects.count() == 1


def test_a_form_on_a_ticket_that_is_there(cast: Cast) -> None:
    form, anna, ticket = published(cast, kind="", pages=[FORM["pages"][0]]), signed_in(cast, "Anna"), cast.ticket()
    assert "Richiesta di rimborso" in text(anna.get(f"/desk/borgo/tickets/{ticket.number}/documents/"))
    away = text(anna.get(f"/desk/borgo/forms/{form.pk}/filling/", follow=True))
    assert "si compila su una pratica" in away
    page = anna.get(f"/desk/borgo/forms/{form.pk}/filling/?ticket={ticket.number}")["Location"]
    anna.post(page, {"q-who": "person"})
    assert FilledForm.objects.get().ticket == ticket and Ticket.objects.count() == 1
    assert Document.objects.get().number == f"{ticket.number}/1"
    hidden = cast.ticket("Altro", kind="complaint")
    handling.change_sensitivity(hidden, "team", named=[], by=cast.member("Bruno"))
    assert anna.get(f"/desk/borgo/forms/{form.pk}/filling/?ticket={hidden.number}").status_code == 404


# ---- letters


def letter(anna: Client, ticket: Ticket, template: str = "reply") -> tuple[str, LetterDraft]:
    chosen = next(one for one in templates.in_use(ticket.organisation) if one.code == template)
    page = anna.post(f"/desk/borgo/tickets/{ticket.number}/documents/", {"template": chosen.pk, "language": "it"})["Location"]
    return page, LetterDraft.objects.order_by("-pk")[0]


def test_anna_writes_a_letter_and_it_is_evidence(cast: Cast) -> None:
    anna, ticket = signed_in(cast, "Anna"), cast.ticket("Mensa: addebito doppio")
    page, draft = letter(anna, ticket)
    assert draft.text.startswith("Gentile Maria Popescu,") and ticket.number in draft.title
    shown = text(anna.get(page))
    assert "⟦risposta⟧" in shown and "Gulpease" in shown and "Lucisano" in shown
    said = {"edits": "0", "title": draft.title, "recipient": "Maria Popescu\nVia Roma 1", "text": draft.text}
    refused = anna.post(page, {**said, "do": "issue"})
    assert refused.status_code == 422 and "⟦risposta⟧" in text(refused) and not Document.objects.exists()
    written = draft.text.replace("⟦risposta⟧", "Ai sensi dell'art. 2 la sua istanza è accolta. #panic(1) $x$ *a*")
    looked = anna.post(page, {**said, "edits": "1", "text": written, "do": "save"}, follow=True)
    assert "richiesta" in text(looked) and "istanza" in text(looked)
    picture = anna.get(f"{page}pages/1/")
    assert picture["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert anna.get(f"{page}pages/9/").status_code == 404
    stale = anna.post(page, {**said, "edits": "0", "text": "Altro", "do": "save"})
    assert stale.status_code == 409 and "Altro" in text(stale), "nothing typed is lost, nothing of a colleague is written over"
    anna.post(page, {**said, "edits": "2", "text": written, "do": "issue"})
    document = Document.objects.get()
    assert document.number == f"{ticket.number}/1" and document.plainness["words"] > 10 and not LetterDraft.objects.exists()
    assert document.sha256 == hashlib.sha256(read(document.blob)).hexdigest()
    _paper, meta = pdf_of(document)
    assert meta["pdfuaid:part"] == "1" and meta["pdfaid:conformance"] == "A"
    for change in ({"sha256": "0" * 64}, {"text": "Altro"}, {"issued_at": clock.server_now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)
    with transaction.atomic():
        # what an approved disposal does: words and file go together, the digest stays
        stone = keep(cast.borgo, b"[disposed of]")
        Document.objects.filter(pk=document.pk).update(text="[disposed of]", blob=stone, plainness={})
        transaction.set_rollback(True)
    answer = anna.get(f"/desk/borgo/tickets/{ticket.number}/documents/{document.pk}/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    side = text(anna.get(f"/desk/borgo/tickets/{ticket.number}/?fragment=side"))
    assert document.title in side
    # it goes with a reply: the draft has it, and what is sent keeps its bytes
    assert anna.post(f"/desk/borgo/tickets/{ticket.number}/documents/{document.pk}/attaching/")["Location"].endswith("#reply")
    composer = text(anna.get(f"/desk/borgo/tickets/{ticket.number}/"))
    kept = re.search(r'name="kept" value="(\d+)"', composer)
    assert kept and document.filename in composer
    ticket.refresh_from_db()
    anna.post(f"/desk/borgo/tickets/{ticket.number}/replies/", {
        "text": "In allegato.", "to": "maria@example.org", "base_position": str(ticket.last_public_position), "then": "keep",
        "kept": kept[1]})
    assert Attachment.objects.get(filename=document.filename).blob == document.blob


def test_a_correction_is_another_document(cast: Cast) -> None:
    anna, ticket = signed_in(cast, "Anna"), cast.ticket()
    draft = issuing.begin(ticket, cast.member("Anna"), None)
    issuing.save(draft, cast.member("Anna"), edits=0, title="Avviso", recipient="Maria", text="Venga lunedì.")
    first = issuing.issue(draft, cast.member("Anna"), registered=False)
    address = f"/desk/borgo/tickets/{ticket.number}/documents/{first.pk}/correction/"
    assert "sbagliato" in text(anna.post(address, {"why": " "}, follow=True))
    page = anna.post(address, {"why": "Il giorno è martedì"})["Location"]
    anna.post(page, {"edits": "0", "title": "Avviso", "recipient": "Maria", "text": "Venga martedì.", "do": "issue"})
    second = Document.objects.get(serial=2)
    assert second.replaces == first and second.why_replaced == "Il giorno è martedì" and read(first.blob) != read(second.blob)
    shown = text(anna.get(f"/desk/borgo/tickets/{ticket.number}/documents/"))
    assert f"sostituito da {second.number}" in shown
    anna.post(address, {"why": "Ancora"})
    assert not LetterDraft.objects.exists(), "the newest is what is corrected"


def test_a_template_is_versioned_and_paper_is_ours(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    row = next(one for one in templates.in_use(cast.borgo) if one.code == "reply")
    page = f"/desk/borgo/documents/{row.pk}/"
    data = {"sort": "reply", "title_it": "Risposta", "body_it": "Gentile {customer}, {risposta}", "title_en": "", "body_en": ""}
    assert elena.post(page, data).status_code == 302
    newest = next(one for one in templates.in_use(cast.borgo) if one.code == "reply")
    assert newest.version == 2 and newest.made_by == cast.member("Elena")
    assert elena.post(page, data).status_code == 422, "somebody wrote a newer one meanwhile"
    logo = SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    broken = SimpleUploadedFile("logo.png", PNG)
    assert [elena.post("/desk/borgo/documents/paper/", {"logo": one}).status_code for one in (logo, broken)] == [422, 422]
    from PIL import Image

    drawn, green = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (40, 20), "#0066cc").save(drawn, "PNG")
    Image.new("RGB", (40, 20), "#006600").save(green, "PNG")
    paper = {"logo": SimpleUploadedFile("logo.png", drawn.getvalue()), "place": "Borgo Lieto", "head_it": "Piazza 1\nTel. 0123",
             "foot_it": "Comune di Borgo Lieto · urp@borgo.test"}
    assert elena.post("/desk/borgo/documents/paper/", paper).status_code == 302
    told, pictures = letterhead.data(cast.borgo, "it")
    assert told["logo"] == "logo.png" and pictures["logo.png"] == drawn.getvalue()
    set_logo(cast.borgo, green.getvalue(), actor.MACHINE)
    assert elena.post("/desk/borgo/documents/paper/", {"drop_logo": "on", "place": "Borgo Lieto"}).status_code == 302
    assert letterhead.data(cast.borgo, "it")[1] == {"logo.png": green.getvalue()}, "without its own, the organisation's"
    set_logo(cast.borgo, PNG, actor.MACHINE)
    assert not letterhead.data(cast.borgo, "it")[1], "a picture paper cannot draw is left out: the letter leaves"
    set_logo(cast.borgo, green.getvalue(), actor.MACHINE)
    anna, ticket = signed_in(cast, "Anna"), cast.ticket()
    address, draft = letter(anna, ticket)
    assert draft.template == newest and "⟦risposta⟧" in draft.text
    anna.post(address, {"edits": "0", "title": "Risposta", "recipient": "", "text": "Va bene.", "do": "issue"})
    made, said = pdf_of(Document.objects.get())
    assert said["pdfuaid:part"] == "1" and len(list(made.pages[0].images)) == 1, "the logo, with its alternative text"


# ---- the register


def test_a_letter_bears_its_protocol_number(cast: Cast) -> None:
    elena, anna, carla = (signed_in(cast, name) for name in ("Elena", "Anna", "Carla"))
    kind = cast.ticket().kind
    setting = {"is_on": "on", "keeper": "own", "office": "AOO1", f"in-{kind.pk}": "first", f"out-{kind.pk}": "all"}
    assert elena.post("/desk/borgo/protocol/settings/", {**setting, "office": "con spazi"}).status_code == 422
    assert elena.post("/desk/borgo/protocol/settings/", setting).status_code == 302
    assert KindProtocol.objects.get(kind=kind).incoming == "first"
    ticket = cast.ticket("Permesso")
    page, draft = letter(anna, ticket, "receipt")
    assert "checked" in re.search(r"<input[^>]*name=\"registered\"[^>]*>", text(anna.get(page)))[0]  # type: ignore[index]  # it is there
    anna.post(page, {"edits": "0", "title": draft.title, "recipient": "Maria", "text": draft.text, "do": "issue",
                     "registered": "on"})
    entry = ProtocolEntry.objects.get()
    assert entry.document == Document.objects.get() and entry.direction == "out" and entry.digest == entry.document.sha256
    message = Message.objects.filter(entry__ticket=ticket, direction="in").get()
    anna.post(f"/desk/borgo/tickets/{ticket.number}/registrations/", {"message": message.pk})
    second = ProtocolEntry.objects.get(direction="in")
    assert (entry.serial, second.serial, second.registered_by) == (1, 2, cast.member("Anna"))
    shown = text(anna.get("/desk/borgo/protocol/"))
    assert "0000001/" in shown and "0000002/" in shown and "Permesso" in shown
    assert "0000002/" not in text(anna.get("/desk/borgo/protocol/?number=1"))
    one = f"/desk/borgo/protocol/entries/{second.pk}/"
    assert second.digest in text(anna.get(one)) and "Annulla la" not in text(anna.get(one))
    assert anna.post(f"{one}annulment/", {"why": "x"}).status_code == 404
    assert carla.post(f"{one}annulment/", {"why": ""}).status_code == 422
    carla.post(f"{one}annulment/", {"why": "Doppia", "act": "Det. 4"})
    listed = text(anna.get("/desk/borgo/protocol/"))
    assert "annullata" in listed and "Doppia" in listed, "what is annulled stays in view"


def test_the_register_shows_no_gap_and_no_secret(cast: Cast) -> None:
    setting_up.change(cast.borgo, actor.SYSTEM, is_on=True, keeper="own")
    anna, bruno = signed_in(cast, "Anna"), signed_in(cast, "Bruno")
    ticket = cast.ticket("Segretissimo", kind="complaint")
    message = Message.objects.filter(entry__ticket=ticket, direction="in").get()
    bruno.post(f"/desk/borgo/tickets/{ticket.number}/registrations/", {"message": message.pk})
    handling.change_sensitivity(ticket, "team", named=[], by=cast.member("Bruno"))
    entry = ProtocolEntry.objects.get()
    assert "Segretissimo" in text(bruno.get("/desk/borgo/protocol/"))
    seen = text(anna.get("/desk/borgo/protocol/"))
    assert entry.number in seen and "Segretissimo" not in seen and "riservata" in seen
    assert anna.get(f"/desk/borgo/protocol/entries/{entry.pk}/").status_code == 404


def test_the_pages_ask_few_questions(cast: Cast, django_assert_max_num_queries: Any) -> None:
    setting_up.change(cast.borgo, actor.SYSTEM, is_on=True, keeper="own")
    carla, ticket = signed_in(cast, "Carla"), cast.ticket()
    published(cast)
    for _n in range(3):
        draft = issuing.begin(ticket, cast.member("Carla"), None)
        issuing.save(draft, cast.member("Carla"), edits=0, title="Avviso", recipient="Maria", text="Venga.")
        issuing.issue(draft, cast.member("Carla"), registered=True)
    for address, most in (("protocol/", 12), ("forms/", 12), ("documents/", 12), (f"tickets/{ticket.number}/documents/", 24)):
        carla.get(f"/desk/borgo/{address}")
        with django_assert_max_num_queries(most):
            assert carla.get(f"/desk/borgo/{address}").status_code == 200

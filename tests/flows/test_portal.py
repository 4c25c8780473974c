"""Maria asks through the portal, without an account and without scripts: form, summary, receipt, follow-up."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import translation

from sportello.foundation.tenancy import clock
from sportello.records.knowledge.models import ServiceSheet, ServiceSheetText
from sportello.records.tickets import codes
from sportello.records.tickets.actions.ending import close
from sportello.records.tickets.actions.messages import answer, note
from sportello.records.tickets.models import Attachment, Link, Message, Notice, Ticket
from sportello.records.tickets.words import File
from sportello.service.channels.webform import doors, drafts
from sportello.service.channels.webform.models import DoorCount, DraftFile, FormDraft
from tests.cast import Cast
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
SECRET = "SEGRETO-DI-UFFICIO-7741"


@pytest.fixture(autouse=True)
def quick_people(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests write faster than people; the test of the check sets it back."""
    monkeypatch.setattr(drafts, "LEAST", timedelta(0))
    with translation.override("it"):
        yield


@pytest.fixture
def maria() -> Client:
    return Client(headers={"accept-language": "it"})


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "information", "subject": "Mensa: addebito doppio",
        "text": "Ho pagato due volte.\nAllego la ricevuta.", "name": "Maria Popescu", "email": "maria@example.org",
        "phone": "", "language": "it", "privacy": "on", **changes,
    }


def picture(name: str = "ricevuta.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="application/octet-stream")


def token_in(text: str) -> str:
    found = re.search(r"(?:summary|receipt)/([a-z2-7]{24})/", text)
    assert found, text
    return found[1]


def sent(maria: Client, slug: str = "borgo", **changes: Any) -> Ticket:
    """The form and the summary, to the ticket."""
    to_summary = maria.post(f"/o/{slug}/request/", filled(**changes))
    assert to_summary.status_code == 302, to_summary.content.decode()
    to_receipt = maria.post(to_summary["Location"])
    assert to_receipt.status_code == 302
    return Ticket.objects.order_by("-id")[0]


def enter(who: Client, ticket: Ticket, code: str = "") -> Any:
    return who.post(
        f"/o/{ticket.organisation.slug}/follow/", {"number": ticket.number, "code": code or codes.code_of(ticket)}
    )


def words_of(page: Any) -> str:
    """The page without what was typed and what protects its forms."""
    return re.sub(r'(?:value|content)="[^"]*"', "", page.content.decode())


# ---- the walk


def test_maria_asks_with_a_file_and_takes_her_receipt(cast: Cast, maria: Client) -> None:
    page = maria.get("/o/borgo/request/")
    assert page.status_code == 200 and "15 MB" in page.content.decode(), "limits are told before choosing a file"

    to_summary = maria.post("/o/borgo/request/", filled(files=[picture()]))
    summary = maria.get(to_summary["Location"]).content.decode()
    told = ("Mensa: addebito doppio", "Ho pagato due volte.<br>", "Maria Popescu", "maria@example.org", "ricevuta.png")
    assert all(words in summary for words in told)
    assert not Ticket.objects.exists(), "nothing is sent before the summary is confirmed"

    to_receipt = maria.post(to_summary["Location"])
    receipt = maria.get(to_receipt["Location"]).content.decode()
    ticket = Ticket.objects.get()
    assert ticket.number in receipt and codes.code_of(ticket) in receipt
    assert 'viewBox="0 0' in receipt, "a QR code drawn without it is cut when it is made smaller"
    assert "<svg" in receipt and 'style="' not in receipt
    assert receipt.count("<li>") >= 3 and "Che cosa succede ora" in receipt
    assert ticket.channel == "webform" and ticket.team == cast.team("front")
    assert ticket.customer is not None and not ticket.customer.identities.exclude(verified="").exists()
    assert Attachment.objects.get().blob.content_type == "image/png", "the type is that of the content"
    assert ticket.reasons.filter(about="door", code="webform").exists()

    mail = Message.objects.get(notice_moment="receipt")
    assert mail.channel == "email" and codes.MARK in mail.text
    draft = FormDraft.objects.get()
    assert draft.typed == {} and not DraftFile.objects.exists(), "the ticket holds the words now"


def test_the_receipt_prints_and_saves(cast: Cast, maria: Client) -> None:
    to_summary = maria.post("/o/borgo/request/", filled())
    base = maria.post(to_summary["Location"])["Location"]
    ticket = Ticket.objects.get()
    for way in ("paper/", "roll/"):
        page = maria.get(base + way).content.decode()
        assert ticket.number in page and codes.code_of(ticket) in page and "<svg" in page
    saved = maria.get(base + "text/")
    assert saved["Content-Disposition"] == f'attachment; filename="{ticket.number}.txt"'
    assert codes.code_of(ticket) in saved.content.decode() and "&" not in saved.content.decode()


def test_after_an_hour_the_receipt_is_closed(cast: Cast, maria: Client) -> None:
    base = maria.post(maria.post("/o/borgo/request/", filled())["Location"])["Location"]
    FormDraft.objects.update(expires_at=clock.server_now())
    page = maria.get(base)
    assert page.status_code == 410 and codes.code_of(Ticket.objects.get()) not in page.content.decode()
    assert maria.get(base + "paper/").status_code == 404


def test_pressing_send_twice_opens_one_ticket(cast: Cast, maria: Client) -> None:
    to_summary = maria.post("/o/borgo/request/", filled())["Location"]
    first, second = maria.post(to_summary), maria.post(to_summary)
    assert first["Location"] == second["Location"] and "receipt" in first["Location"]
    assert Ticket.objects.count() == 1
    again = maria.post("/o/borgo/request/", filled(draft=token_in(to_summary)))
    assert again["Location"] == first["Location"], "going back and sending the form finds the receipt"
    assert Ticket.objects.count() == 1


def test_maria_follows_adds_words_and_a_file_reads_the_answer_and_confirms(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    code = codes.code_of(ticket)
    spoken = {"number": f"n. {ticket.number.replace('-', '/')}", "code": code.lower().replace("-", " ")}
    assert maria.post("/o/borgo/follow/", spoken)["Location"] == f"/o/borgo/follow/{ticket.number}/"
    page = maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()
    assert "Ho pagato due volte." in page and "Ricevuta" in page and "Sportello" in page

    typed = {"text": "Ecco la foto.", "files": [picture("foto.png")]}
    added = maria.post(f"/o/borgo/follow/{ticket.number}/words/", typed)
    assert added.status_code == 302
    anna = cast.member("Anna")
    ticket.refresh_from_db()
    file = File("bolletta.pdf", Attachment.objects.get(filename="foto.png").blob)
    answer(ticket, anna, "Le rimborsiamo 40 euro.", base_position=ticket.last_position, files=[file])
    page = maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()
    assert "Ecco la foto." in page and "Le rimborsiamo 40 euro." in page and "bolletta.pdf" in page
    theirs = Attachment.objects.get(filename="bolletta.pdf")
    served = maria.get(f"/o/borgo/follow/{ticket.number}/files/{theirs.pk}/")
    assert served.content == PNG and "no-store" in served["Cache-Control"]

    close(ticket, by=anna, outcome="solved", reason="Rimborso disposto il 24 novembre.")
    page = maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()
    assert "Rimborso disposto il 24 novembre." in page and "Sì, è risolta" in page
    maria.post(f"/o/borgo/follow/{ticket.number}/confirmation/")
    assert ticket.closures.get().confirmed_at is not None
    assert Notice.objects.filter(ticket=ticket, moment="closed", state="given").exists()


def test_maria_says_it_is_not_solved(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    enter(maria, ticket)
    address = f"/o/borgo/follow/{ticket.number}/reopening/"
    assert maria.post(address, {"text": " "}).status_code == 422
    maria.post(address, {"text": "Il rimborso non è arrivato."})
    ticket.refresh_from_db()
    assert not ticket.is_closed and ticket.unanswered_since is not None
    assert "Il rimborso non è arrivato." in maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()


def test_what_was_closed_long_ago_goes_on_in_a_new_request(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    close(ticket, by=cast.member("Anna"), outcome="solved", reason="Fatto.")
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=clock.now(cast.borgo) - timedelta(days=400))
    enter(maria, ticket)
    page = maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()
    assert f"/o/borgo/request/?after={ticket.number}" in page and "reopening/" not in page

    # a page left open since then: the words are not lost
    typed = {"text": "È successo di nuovo.", "files": [picture()]}
    to_form = maria.post(f"/o/borgo/follow/{ticket.number}/words/", typed)
    form = maria.get(to_form["Location"]).content.decode()
    assert "È successo di nuovo." in form and "ricevuta.png" in form
    token = to_form["Location"].split("draft=")[1]
    to_summary = maria.post("/o/borgo/request/", filled(text="È successo di nuovo.", draft=token))
    maria.post(to_summary["Location"])
    newest = Ticket.objects.order_by("-id")[0]
    link = Link.objects.get(ticket=newest)
    assert link.other == ticket and link.kind == Link.Kind.FOLLOWS
    assert Attachment.objects.filter(entry__ticket=newest, filename="ricevuta.png").exists()


def test_an_answer_by_phone_needs_no_address_and_the_receipt_says_so(cast: Cast, maria: Client) -> None:
    to_summary = maria.post("/o/borgo/request/", filled(email="", phone="051 234 5678"))
    assert "Non ha indicato un indirizzo e-mail" in maria.get(to_summary["Location"]).content.decode()
    receipt = maria.get(maria.post(to_summary["Location"])["Location"]).content.decode()
    assert "Stampi o salvi" in receipt
    notice = Notice.objects.get()
    assert (notice.moment, notice.how, notice.state) == ("receipt", "screen", "given")


# ---- what goes wrong, and what is not lost


def test_an_error_keeps_words_and_files(cast: Cast, maria: Client) -> None:
    wrong = maria.post("/o/borgo/request/", filled(subject="", email="maria", files=[picture()]))
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Ho pagato due volte." in page and "ricevuta.png" in page and 'value="maria"' in page
    assert 'aria-invalid="true"' in page and "data-focus-here" in page
    token = re.search(r'name="draft" value="([a-z2-7]{24})"', page)
    assert token
    right = maria.post("/o/borgo/request/", filled(draft=token[1]))
    maria.post(right["Location"])
    assert Attachment.objects.get().filename == "ricevuta.png", "the file was sent once, with the refused form"


def test_a_file_can_be_taken_out_again(cast: Cast, maria: Client) -> None:
    token = token_in(maria.post("/o/borgo/request/", filled(files=[picture("a.png"), picture("b.png")]))["Location"])
    dropped = DraftFile.objects.get(filename="a.png")
    maria.post("/o/borgo/request/", filled(draft=token, drop=[dropped.pk]))
    assert [file.filename for file in DraftFile.objects.all()] == ["b.png"]


def test_too_large_and_empty_files_are_told_and_the_others_kept(cast: Cast, maria: Client, settings: Any) -> None:
    settings.ATTACHMENT_BYTES = 100
    files = [picture("buona.png"), SimpleUploadedFile("grande.png", b"x" * 101), SimpleUploadedFile("vuota.txt", b"")]
    page = maria.post("/o/borgo/request/", filled(files=files))
    assert page.status_code == 422
    text = page.content.decode()
    assert "grande.png" in text and "vuota.txt" in text
    assert [file.filename for file in DraftFile.objects.all()] == ["buona.png"]


def test_programs_are_asked_again_and_lose_nothing(cast: Cast, maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    trapped = maria.post("/o/borgo/request/", filled(website="http://spam.example"))
    assert trapped.status_code == 422 and "Ho pagato due volte." in trapped.content.decode()
    assert "spam.example" not in trapped.content.decode()
    monkeypatch.setattr(drafts, "LEAST", timedelta(seconds=60))
    quick = maria.post("/o/borgo/request/", filled())
    assert quick.status_code == 422 and "pochi secondi" in quick.content.decode()
    FormDraft.objects.update(shown_at=clock.server_now() - timedelta(seconds=61))
    token = re.search(r'name="draft" value="([a-z2-7]{24})"', quick.content.decode())
    assert token and maria.post("/o/borgo/request/", filled(draft=token[1])).status_code == 302


def test_too_many_requests_from_one_address_wait_and_lose_nothing(
    cast: Cast, maria: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "SEND", doors.Door("send", 1, 60))
    sent(maria)
    to_summary = maria.post("/o/borgo/request/", filled(subject="Seconda"))["Location"]
    refused = maria.post(to_summary)
    assert refused.status_code == 429 and "Seconda" in refused.content.decode()
    assert Ticket.objects.count() == 1
    DoorCount.objects.update(began_at=clock.server_now() - timedelta(hours=2))
    assert maria.post(to_summary).status_code == 302
    monkeypatch.setattr(doors, "FORM", doors.Door("form", 0, 60))
    typed = maria.post("/o/borgo/request/", filled(subject="Terza"))
    assert typed.status_code == 429 and "Terza" in typed.content.decode()


def test_words_typed_when_the_right_had_ended_come_back(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    session = maria.session
    held = session["portal_rights"]
    for right in held.values():
        right["until"] = 0
    session["portal_rights"] = held
    session.save()
    lost = maria.post(f"/o/borgo/follow/{ticket.number}/words/", {"text": "Una lunga spiegazione."})
    assert "/follow/?number=" in lost["Location"]
    enter(maria, ticket)
    assert "Una lunga spiegazione." in maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()
    assert "Una lunga spiegazione." not in maria.get(f"/o/borgo/follow/{ticket.number}/").content.decode()


def test_the_same_words_twice_are_one_message(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    for _ in range(2):
        maria.post(f"/o/borgo/follow/{ticket.number}/words/", {"text": "Ancora nulla?"})
    assert Message.objects.filter(text="Ancora nulla?").count() == 1


def test_a_wrong_file_with_added_words_keeps_the_good_one(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    files = [picture("buona.png"), SimpleUploadedFile("vuota.txt", b"")]
    page = maria.post(f"/o/borgo/follow/{ticket.number}/words/", {"text": "Ecco.", "files": files})
    assert page.status_code == 422 and "Ecco." in page.content.decode()
    token = re.search(r'name="draft" value="([a-z2-7]{24})"', page.content.decode())
    assert token
    maria.post(f"/o/borgo/follow/{ticket.number}/words/", {"text": "Ecco.", "draft": token[1]})
    assert Attachment.objects.get().filename == "buona.png"


# ---- who may not


def test_wrong_number_wrong_code_and_foreign_organisation_are_answered_alike(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    stranger = Client(headers={"accept-language": "it"})
    answers = {
        words_of(stranger.post("/o/borgo/follow/", {"number": number, "code": code}))
        for number, code in (
            (ticket.number, "BCDF-2345-GHJK"),
            ("2026-9999999", codes.code_of(ticket)),
            ("buongiorno", "x"),
        )
    }
    assert len(answers) == 1
    right = {"number": ticket.number, "code": codes.code_of(ticket)}
    assert stranger.post("/o/bottega/follow/", right).status_code == 422
    for address in ("", "files/1/"):
        to_code = stranger.get(f"/o/borgo/follow/{ticket.number}/{address}")
        nowhere = stranger.get(f"/o/borgo/follow/2026-9999999/{address}")
        assert to_code.status_code == nowhere.status_code == 302
        assert to_code["Location"].replace(ticket.number, "") == nowhere["Location"].replace("2026-9999999", "")
    for verb in ("words", "confirmation", "reopening"):
        assert stranger.post(f"/o/borgo/follow/{ticket.number}/{verb}/", {"text": "intruso"}).status_code == 302
    assert not Message.objects.filter(text="intruso").exists()


def test_ten_wrong_codes_and_the_door_pauses(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    for _ in range(10):
        assert enter(maria, ticket, "BCDF-2345-GHJK").status_code == 422
    paused = enter(maria, ticket)
    assert paused.status_code == 429 and "quarto d’ora" in paused.content.decode()


def test_the_right_to_one_ticket_opens_no_other(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    other = sent(Client(), name="John Baker", email="john@example.org", subject="Other", files=[picture("john.png")])
    enter(maria, ticket)
    assert maria.get(f"/o/borgo/follow/{other.number}/").status_code == 302
    johns = Attachment.objects.get(filename="john.png")
    assert maria.get(f"/o/borgo/follow/{ticket.number}/files/{johns.pk}/").status_code == 404


def test_a_new_code_goes_to_the_known_address_and_ends_the_old_right(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    stranger = Client(headers={"accept-language": "it"})
    known = stranger.post(f"/o/borgo/follow/{ticket.number}/code/")
    nowhere = stranger.post("/o/borgo/follow/2026-9999999/code/")
    assert words_of(known).replace(ticket.number, "N") == words_of(nowhere).replace("2026-9999999", "N")
    assert Message.objects.filter(notice_moment="code", channel="email").count() == 1
    assert codes.code_of(ticket) not in known.content.decode()
    assert maria.get(f"/o/borgo/follow/{ticket.number}/").status_code == 302
    for _ in range(5):
        stranger.post(f"/o/borgo/follow/{ticket.number}/code/")
    assert Message.objects.filter(notice_moment="code").count() == 3, "nobody renews another's code for ever"


def test_leaving_closes_the_page(cast: Cast, maria: Client) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    page = maria.get(f"/o/borgo/follow/{ticket.number}/")
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    maria.post(f"/o/borgo/follow/{ticket.number}/leaving/")
    assert maria.get(f"/o/borgo/follow/{ticket.number}/").status_code == 302


def test_no_public_page_holds_a_note(cast: Cast, maria: Client) -> None:
    """A marker in every internal place, then every byte the portal answers with."""
    to_summary = maria.post("/o/borgo/request/", filled())["Location"]
    base = maria.post(to_summary)["Location"]
    ticket, anna = Ticket.objects.get(), cast.member("Anna")
    blob_file = File(f"{SECRET}.txt", _blob(cast, SECRET.encode()))
    note(ticket, anna, f"Attenzione: {SECRET}", files=[blob_file])
    answer(ticket, anna, "Buongiorno, ci pensiamo noi.", base_position=ticket.last_position)
    close(ticket, by=anna, outcome="solved", reason="Rimborsato.")
    enter(maria, ticket)
    here = f"/o/borgo/follow/{ticket.number}/"
    internal = Attachment.objects.get(filename=f"{SECRET}.txt")
    pages = [
        "/", "/o/borgo/", "/o/borgo/request/", "/o/borgo/follow/", "/o/borgo/privacy/", "/o/borgo/accessibility/",
        base, base + "paper/", base + "roll/", base + "text/", here, here + "code/", f"{here}files/{internal.pk}/",
    ]
    for address in pages:
        assert SECRET.encode() not in maria.get(address, follow=True).content, address
    for verb in ("words", "confirmation", "reopening"):
        assert SECRET.encode() not in maria.post(f"{here}{verb}/", {"text": ""}, follow=True).content, verb
    assert maria.get(f"{here}files/{internal.pk}/").status_code == 404


def _blob(cast: Cast, content: bytes) -> Any:
    from sportello.foundation.files.actions import keep

    return keep(cast.borgo, content)


# ---- the other pages


def test_the_landing_names_both_and_one_organisation_is_gone_to(cast: Cast, maria: Client) -> None:
    page = maria.get("/").content.decode()
    assert "Comune di Borgo Lieto" in page and "Bottega Chiara" in page and "/desk/" in page
    cast.bottega.sort = "practice"
    cast.bottega.save()
    assert maria.get("/")["Location"] == "/o/borgo/"
    assert maria.get("/o/nessuno/").status_code == 404


def test_a_service_leads_to_a_form_that_knows_it(cast: Cast, maria: Client) -> None:
    sheet = ServiceSheet.objects.create(organisation=cast.borgo, slug="mensa", team=cast.team("taxes"))
    ServiceSheetText.objects.create(
        organisation=cast.borgo, sheet=sheet, language="it", title="Mensa scolastica", summary="Iscrizioni e rette.",
        body="Serve a:\n- iscriversi\n- pagare\n\n<b>Nota</b>",
    )
    assert "Mensa scolastica" in maria.get("/o/borgo/").content.decode()
    page = maria.get("/o/borgo/services/mensa/").content.decode()
    assert "<li>iscriversi</li>" in page and "&lt;b&gt;Nota" in page and "?service=mensa" in page
    assert "selected>Mensa scolastica" in maria.get("/o/borgo/request/?service=mensa").content.decode()
    assert sent(maria, sheet="mensa").team == cast.team("taxes"), "the service's own team answers"
    assert maria.get("/o/bottega/services/mensa/").status_code == 404


def test_the_demo_shows_what_would_have_left(cast: Cast, maria: Client, settings: Any) -> None:
    from sportello.service.channels.models import OutTrayMail

    raw = b"From: URP <urp@borgo.test>\r\nTo: maria@example.org\r\nSubject: Ricevuta\r\n\r\nBuongiorno Maria\r\n"
    mail = OutTrayMail.objects.create(
        organisation=cast.borgo, recipients=["maria@example.org"], sender="urp@borgo.test", subject="Ricevuta",
        raw=_blob(cast, raw), put_at=clock.now(cast.borgo), rfc_id="<1@borgo.test>",
    )
    for address in ("/demo/mail/", f"/demo/mail/{mail.pk}/", f"/demo/mail/{mail.pk}/raw/"):
        assert maria.get(address).status_code == 404, "without the demo there is no such page"
    settings.DEMO = True
    assert "Ricevuta" in maria.get("/demo/mail/?to=MARIA").content.decode()
    assert "Nessun messaggio" in maria.get("/demo/mail/?to=john").content.decode()
    assert "Buongiorno Maria" in maria.get(f"/demo/mail/{mail.pk}/").content.decode()
    assert maria.get(f"/demo/mail/{mail.pk}/raw/").content == raw


def test_english_is_as_complete(cast: Cast) -> None:
    john = Client(headers={"accept-language": "en"})
    page = john.get("/o/borgo/request/").content.decode()
    assert "Ask or report" in page and "Go on" in page and "Chieda" not in page


def test_forgetting_takes_old_drafts_and_counts(cast: Cast, maria: Client) -> None:
    maria.post("/o/borgo/request/", filled(files=[picture()]))
    assert drafts.forget_old() == 0
    FormDraft.objects.update(expires_at=clock.server_now())
    DoorCount.objects.update(began_at=clock.server_now() - timedelta(hours=3))
    assert drafts.forget_old() >= 2
    assert not FormDraft.objects.exists() and not DraftFile.objects.exists() and not DoorCount.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_reading_the_follow_up_page_costs_few_queries(
    cast: Cast, maria: Client, django_assert_max_num_queries: Any
) -> None:
    ticket = sent(maria)
    enter(maria, ticket)
    for number in range(5):
        typed = {"text": f"Messaggio {number}", "files": [picture(f"{number}.png")]}
        maria.post(f"/o/borgo/follow/{ticket.number}/words/", typed)
    with django_assert_max_num_queries(24):
        maria.get(f"/o/borgo/follow/{ticket.number}/")


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_open_one_ticket(cast: Cast, maria: Client) -> None:
    to_summary = maria.post("/o/borgo/request/", filled())["Location"]
    gate = threading.Barrier(4)

    def press() -> str:
        try:
            gate.wait(LIMIT)
            return str(Client().post(to_summary)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as presses:
        places = {future.result(timeout=LIMIT) for future in [presses.submit(press) for _ in range(4)]}
    assert len(places) == 1 and Ticket.objects.count() == 1

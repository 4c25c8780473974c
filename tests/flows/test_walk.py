"""One request that walks through all the floors, on real parts: SMTP, web form, PostgreSQL, workers, two browsers.

Maria writes by mail; Anna sees it come without touching the list, answers with the keyboard; Maria reads the answer in her
mailbox, replies from it, and Anna closes with outcome and reason; Maria reads it on the follow-up page and confirms.
"""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.config.day.doors import FormDoor
from sportello.config.day.organisations import PASSWORD
from tests.chromium import chromium as chromium_started
from tests.chromium import settled
from tests.kills.installation import Installation
from tests.waiting import LIMIT

TOWN = "urp@comune.roccaserena.example"
MARIA = "maria.popescu@posta.example"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    home = Path(tempfile.mkdtemp(prefix="sp-walk-"))
    one = Installation(home)
    try:
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


def page_at(browser: Browser, house: Installation, path: str, width: int = 1440) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="it-IT", base_url=f"http://127.0.0.1:{house.port}")
    page = context.new_page()
    page.goto(path)
    return page


def signed_in(browser: Browser, house: Installation, who: str) -> Page:
    page = page_at(browser, house, "/accounts/login/")
    page.fill("[name=login]", f"{who}@sportello.example")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Entra").click()
    expect(page).to_have_url(re.compile("/desk/"))
    return page


def send(house: Installation, subject: str, text: str, to: str = TOWN, answers: str = "") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Maria Popescu <{MARIA}>", to, subject
    message["Message-ID"] = f"<{abs(hash((subject, text)))}@posta.example>"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", house.mail_port, timeout=LIMIT) as smtp:
        smtp.send_message(message)


def mails(house: Installation) -> list[EmailMessage]:
    """What has reached Maria's mailbox, oldest first."""
    rows = house.ask(
        "SELECT o.organisation_id, b.sha256 FROM channels_outtraymail o JOIN files_blob b ON b.id = o.raw_id"
        " WHERE o.recipients::text LIKE %s ORDER BY o.id", f"%{MARIA}%",
    )
    found = []
    for organisation_id, sha256 in rows:
        raw = (house.home / "blobs" / str(organisation_id) / sha256[:2] / sha256).read_bytes()
        found.append(email.message_from_bytes(raw, policy=email.policy.default))
    return found


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_marias_mail_from_the_door_to_the_answer(house: Installation, chromium: Browser) -> None:
    anna = signed_in(chromium, house, "anna")
    anna.goto("/desk/lists/unassigned/")
    send(house, "Orario della biblioteca", "Buongiorno,\nquando apre la biblioteca?\nMaria")
    # announced in its place, not inserted under the pointer
    news = anna.locator("[data-live-news]").first
    expect(news).to_contain_text("1")
    house.wait_until(lambda: len(mails(house)) == 1, "the receipt to reach Maria")
    receipt = mails(house)[0]
    number = re.search(r"\d{4}-\d{7}", str(receipt["Subject"]))
    code = re.search(r"Codice di accesso: ([\w-]{14})", text_of(receipt))
    assert number
    assert code
    assert receipt["Auto-Submitted"] == "auto-replied"

    anna.reload()
    anna.get_by_text("Orario della biblioteca").first.click()
    expect(anna.locator("#timeline")).to_contain_text("quando apre la biblioteca?")
    expect(anna.locator("#reply-text")).to_be_attached()
    settled(anna)  # the keys are the ticket's once all of it is there
    anna.keyboard.press("r")
    expect(anna.locator("#reply-text")).to_be_focused()
    anna.keyboard.type("Gentile Maria, apre alle 9.")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("body")).to_contain_text("Gentile Maria, apre alle 9.")

    house.wait_until(lambda: len(mails(house)) == 2, "Anna's answer to reach Maria")
    answer = mails(house)[1]
    assert "apre alle 9" in text_of(answer)
    assert "Gentile Maria" in text_of(answer)

    # Maria answers from her mailbox: it joins by our token, whatever the subject says
    send(house, "Grazie!", "Anche il sabato?", to=answer["Reply-To"].addresses[0].addr_spec, answers=str(answer["Message-ID"]))
    house.wait_until(
        lambda: house.ask("SELECT count(*) FROM tickets_message WHERE text LIKE %s", "%Anche il sabato?%")[0][0] == 1, "her reply"
    )
    assert house.ask("SELECT count(*) FROM tickets_ticket")[0][0] == 1
    expect(anna.locator("body")).to_contain_text("Anche il sabato?")  # live, without asking

    maria = page_at(chromium, house, f"/o/roccaserena/follow/?number={number[0]}", width=390)
    maria.fill("[name=number]", number[0])
    maria.fill("[name=code]", code[1].lower())
    maria.keyboard.press("Enter")
    expect(maria.get_by_text("apre alle 9")).to_be_visible()
    expect(maria.locator("main")).to_contain_text(number[0])

    # closing wants an outcome and a reason; Maria reads it where she is, and says it is solved
    anna.goto(f"/desk/roccaserena/tickets/{number[0]}/closure/")
    anna.locator("[name=outcome]").first.select_option("solved") if anna.locator("select[name=outcome]").count() else (
        anna.locator("[name=outcome][value=solved]").first.check()
    )
    anna.locator("[name=reason]").first.fill("Orari comunicati, anche del sabato.")
    anna.locator("form:has([name=reason]) button[type=submit]").first.click()
    expect(anna.locator("body")).to_contain_text("Orari comunicati, anche del sabato.")
    maria.reload()
    expect(maria.locator("main")).to_contain_text("Orari comunicati, anche del sabato.")
    maria.locator("form[action$='/confirmation/'] button").first.click()
    house.wait_until(
        lambda: house.ask("SELECT count(*) FROM tickets_closure WHERE outcome = 'solved' AND confirmed_at IS NOT NULL")[0][0] == 1,
        "Maria's word that it is solved",
    )

    explained = subprocess.run(
        [sys.executable, "-m", "sportello", "explain", number[0]], env=house.env, capture_output=True, text=True, check=True
    ).stdout
    for step in ("Door", "route", "receipt: given email", "email sent"):
        assert step in explained


def test_a_form_becomes_a_ticket_with_its_receipt(house: Installation) -> None:
    receipt = FormDoor(f"http://127.0.0.1:{house.port}").send("lanaelino", {
        "kind": "ordine", "sheet": "", "subject": "Ordine LL-1", "text": "Dov'è?", "name": "John Baker",
        "email": "john@posta.example", "phone": "", "language": "en",
    })
    number = re.search(r"\d{4}-\d{7}", receipt)
    assert number
    ((channel, language),) = house.ask(
        "SELECT t.channel, t.language FROM tickets_ticket t JOIN tenancy_organisation o ON o.id = t.organisation_id"
        " WHERE o.slug = 'lanaelino' AND t.number = %s", number[0],
    )
    assert (channel, language) == ("webform", "en")
    house.wait_until(
        lambda: house.ask("SELECT count(*) FROM channels_outtraymail WHERE recipients::text LIKE '%%john@posta%%'")[0][0] == 1,
        "John's receipt",
    )
    status = house.status()
    assert status["mail"]["received"] == sum(many for name, many in status["mail"].items() if name != "received")
    assert {one["address"] for one in status["mailboxes"]} >= {TOWN}

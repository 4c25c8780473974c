"""The desk's other pages in a browser: keys, what is found while typing, axe, on a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.records.knowledge.models import ServiceSheet, ServiceSheetText
from sportello.records.tickets.models import Contact, Message, Ticket
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox
from tests.cast import Cast, assemble
from tests.chromium import said_of, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: Where pictures go when somebody wants to look.
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return assemble()


def page_of(browser: Browser, live_server: Any, cast: Cast, name: str, size: dict[str, int], language: str = "it") -> Page:
    client = Client()
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    locale = {"it": "it-IT", "en": "en-GB"}[language]
    context = browser.new_context(viewport=size, locale=locale)  # type: ignore[arg-type]  # a size is one
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return context.new_page()


@pytest.fixture
def anna(browser: Browser, live_server: Any, cast: Cast) -> Iterator[Page]:
    page = page_of(browser, live_server, cast, "Anna", DESK)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/desk/borgo/contacts/new/?channel=phone")
    page.wait_for_function("customElements.get('work-timer') !== undefined")
    yield page
    page.context.close()
    assert said == []


def test_one_key_counts_a_question_on_the_chosen_channel(anna: Page) -> None:
    anna.keyboard.press("x")
    anna.locator("#announcements .notice").wait_for()
    assert "1" in anna.locator("#announcements .notice").inner_text()
    assert Contact.objects.get().channel == "phone"
    anna.locator("#id_channel input[value=counter]").check()
    anna.evaluate("document.activeElement.blur()")
    with anna.expect_response(lambda answer: answer.request.method == "POST"):
        anna.keyboard.press("x")
    expect(anna.locator("#contact-today div:first-child .number")).to_have_text("1")
    assert set(Contact.objects.values_list("channel", flat=True)) == {"phone", "counter"}


def test_a_call_recorded_by_keyboard_alone(anna: Page, cast: Cast) -> None:
    ticket = cast.ticket()
    anna.keyboard.press("f")
    anna.keyboard.type("popes")
    anna.locator(f"#customer-{ticket.customer_id}").wait_for()
    assert anna.evaluate("document.activeElement.id") == "id_who", "what is found does not take the focus"
    anna.keyboard.press("Tab")
    anna.keyboard.press("Space")
    anna.locator(f"#next-{ticket.number}").wait_for()
    anna.locator("#id_subject").focus()
    anna.keyboard.type("Mensa: ancora niente")
    anna.keyboard.press("Tab")
    anna.keyboard.type("Chiede a che punto è il rimborso. Tasto x dentro un campo.")
    anna.keyboard.press("Tab")
    anna.keyboard.press("ArrowDown")
    assert anna.locator("#next-new").is_checked()
    anna.keyboard.press("Control+Enter")
    anna.wait_for_url("**/receipt/")
    newest = Ticket.objects.order_by("-pk")[0]
    assert newest.customer_id == ticket.customer_id and newest.channel == "phone"
    assert Contact.objects.count() == 1, "typing an x in a field counted nothing"


def everything(cast: Cast) -> Ticket:
    """Something on every page."""
    ticket = cast.ticket("Mensa scolastica: addebito doppio sulla retta di ottobre per due figli nella stessa scuola")
    sheet = ServiceSheet.objects.create(organisation=cast.borgo, slug="mensa")
    ServiceSheetText.objects.create(organisation=cast.borgo, sheet=sheet, language="it", title="Mensa scolastica")
    box = Mailbox.objects.get(address="urp@borgo.test")
    now = clock.now(cast.borgo)
    for state, cause, subject in (("quarantined", "burst", "Avviso di consegna"), ("quarantined", "unreadable", ""),
                                  ("ticketed", "", "Mensa"), ("machine", "auto_submitted", "Fuori ufficio")):
        IncomingMail.objects.create(
            organisation=cast.borgo, mailbox=box, raw=keep(cast.borgo, b"Subject: Ciao\r\n\r\nBuongiorno."), door="smtp",
            sender="una.persona.con.un.nome.lunghissimo@dominio-altrettanto-lungo.example.net", subject=subject,
            received_at=now, stored_at=now, state=state, cause=cause, error="Traceback: ValueError" if not subject else "",
        )
    message = Message.objects.get(notice_moment="receipt")
    Delivery.objects.filter(dispatch__message=message).delete()  # what was composed is evidence: only a test may
    Dispatch.objects.filter(message=message).delete()
    dispatch = Dispatch.objects.create(organisation=cast.borgo, message=message, channel="email", state="failed",
                                       attempts=3, queued_at=now)
    Delivery.objects.create(organisation=cast.borgo, dispatch=dispatch, address="maria@example.org", state="failed",
                            status_code="5.1.1", answer="550 5.1.1 <maria@example.org>: user unknown", changed_at=now)
    return ticket


def test_every_page_is_clean_and_fits(browser: Browser, live_server: Any, cast: Cast) -> None:
    ticket = everything(cast)
    pages = {
        "contact": "borgo/contacts/new/?customer=" + str(ticket.customer_id), "search": "search/?q=mensa",
        "search-empty": "search/", "receipt": f"borgo/tickets/{ticket.number}/receipt/",
        "customers": "borgo/customers/?q=pope", "customer": f"borgo/customers/{ticket.customer_id}/",
        "quarantine": "borgo/quarantine/", "dispatches": "borgo/dispatches/", "mail": "borgo/mail/", "silent": "silent/",
        "held": f"borgo/quarantine/{IncomingMail.objects.filter(state='quarantined')[0].pk}/",
    }
    people = {"people": "borgo/people/", "invite": "borgo/people/invitations/",
              "knowledge": "borgo/knowledge/", "sheet": "borgo/knowledge/sheets/mensa/en/",
              "reply": "borgo/knowledge/replies/new/", "member": f"borgo/people/{cast.member('Bruno').pk}/"}
    faults: list[str] = []
    for name, addresses in (("Anna", pages), ("Elena", people)):
        page = page_of(browser, live_server, cast, name, DESK)
        for what, address in addresses.items():
            answer = page.goto(f"{live_server.url}/desk/{address}")
            assert answer and answer.status == 200, what
            faults += look(page, what)
        page.context.close()
    assert faults == []


def test_paper_is_clean(browser: Browser, live_server: Any, cast: Cast) -> None:
    ticket = cast.ticket()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    faults: list[str] = []
    for paper in ("a4", "roll"):
        page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/receipt/")
        page.locator(f"button[value={paper}]").click()
        page.locator(".paper svg.qr").wait_for()
        faults += look(page, f"paper-{paper}", DESK)
    page.context.close()
    assert faults == []


def look(page: Page, name: str, *sizes: dict[str, int]) -> list[str]:
    """What is wrong with the page as it stands, on a desk and then on a phone: axe's violations, and wider than the window.

    A page does the same whether it was loaded narrow or made narrow: what depends on the width is in the style sheets.
    """
    faults, before = list[str](), page.viewport_size
    settled(page)
    for size in sizes or (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a size is one
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{size['width']}.png"))
        faults += [f"{name} at {size['width']}: {one}" for one in said_of(violations(page))]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{name} at {size['width']}: wider than the window")
    assert before
    page.set_viewport_size(before)
    return faults

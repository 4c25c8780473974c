"""The desk in a browser: axe on every page at two sizes and both themes, the keys, the composer, the list beside.

`DESK_PICTURES=folder` keeps a picture of each page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sportello.foundation.journal import actor
from sportello.records.tickets.actions.messages import receive
from sportello.records.tickets.models import Closure, Message
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.chromium import said_of, settled, violations
from tests.desk_work import Work, lay_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"wide": (1440, 900), "half": (1024, 768), "phone": (390, 844)}
PICTURES = os.environ.get("DESK_PICTURES", "")


@pytest.fixture
def work(cast: Cast) -> Work:
    return lay_out(cast)


def enter(browser: Browser, client: Any, live_server: Any, cast: Cast, name: str = "Anna", *, size: str = "wide",
          language: str = "it", theme: str = "light", scripts: bool = True) -> BrowserContext:
    """A browser signed in as `name`."""
    client.force_login(cast.users[name])
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts,
                                  color_scheme=theme)
    url = live_server.url
    context.add_cookies([
        {"name": installed.SESSION_COOKIE_NAME, "value": client.cookies[installed.SESSION_COOKIE_NAME].value, "url": url},
        {"name": installed.LANGUAGE_COOKIE_NAME, "value": language, "url": url},
    ])
    return context


@pytest.fixture
def anna(browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work) -> Iterator[Page]:
    """Anna's browser; anything a script complains about fails the test."""
    context = enter(browser, client, live_server, cast)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    # answers of 409 and 422 are meant, and no stream runs beside this server
    meant = ("status of 4", "ERR_CONNECTION_REFUSED")
    page.on("console", lambda message: said.append(message.text)
            if message.type == "error" and not any(one in message.text for one in meant) else None)
    yield page
    context.close()
    assert said == []


def ticket_page(live_server: Any, work: Work, query: str = "") -> str:
    return f"{live_server.url}/desk/borgo/tickets/{work.main.number}/{query}"


def wrong_with(page: Page, name: str, looks: list[tuple[str, Any]]) -> dict[str, list[str]]:
    """What axe finds on the page as it stands, and what makes it scroll sideways, at each size and theme in turn."""
    found: dict[str, list[str]] = {}
    for size, theme in looks:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}-{theme}.png"), full_page=True)
        wrong = said_of(violations(page))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("scrolls sideways")
        if wrong:
            found[f"{name}-{size}-{theme}"] = wrong
    return found


@pytest.mark.parametrize(("language", "looks"), [
    ("it", [("wide", "light"), ("phone", "dark"), ("half", "light")]), ("en", [("wide", "dark"), ("phone", "light")]),
], ids=["it", "en"])
def test_every_page_is_clean(browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work, language: str,
                             looks: list[tuple[str, Any]]) -> None:
    context = enter(browser, client, live_server, cast, language=language)
    page = context.new_page()
    ticket = f"/desk/borgo/tickets/{work.main.number}/"
    closed = f"/desk/borgo/tickets/{work.closed.number}/"
    pages = {
        "list-waiting": "/desk/lists/waiting/", "list-all": "/desk/lists/all/", "list-mine": "/desk/lists/mine/",
        "list-nothing": "/desk/lists/all/?channel=letter", "ticket": ticket + "?list=waiting",
        "closed": closed, "closure": ticket + "closure/", "team": ticket + "team/", "assignment": ticket + "assignment/",
        "promise": ticket + "promise/", "sensitivity": ticket + "sensitivity/", "why": ticket + "why/",
        "context": ticket + "context/", "print": ticket + "print/",
    }
    found: dict[str, list[str]] = {}
    for name, address in pages.items():
        page.goto(live_server.url + address)
        settled(page)
        found |= wrong_with(page, f"{name}-{language}", looks)
    context.close()
    assert found == {}


def open_beside(page: Page, live_server: Any, subject: str = "Addebito doppio") -> None:
    """From the list, the ticket opens beside it."""
    page.goto(f"{live_server.url}/desk/lists/waiting/")
    settled(page)
    page.click(f".row-link:has-text('{subject}')")
    page.wait_for_selector("#timeline")
    page.wait_for_selector("#write [role=tab]")
    settled(page)


def test_a_ticket_opened_by_its_address_gets_the_numbers_of_the_rail_with_its_list(anna: Page, live_server: Any, work: Work) -> None:
    anna.goto(f"{live_server.url}/desk/lists/waiting/")
    numbers = anna.locator(".rail-entry:has(.count)").all_inner_texts()
    assert numbers
    anna.goto(f"{live_server.url}/desk/borgo/tickets/{work.main.number}/?list=waiting")
    anna.wait_for_selector(".rail-list .count")
    assert anna.locator(".rail-entry:has(.count)").all_inner_texts() == numbers


def test_the_list_stays_beside_the_ticket_and_keys_do_the_work(anna: Page, live_server: Any, work: Work) -> None:
    open_beside(anna, live_server)
    assert f"/desk/borgo/tickets/{work.main.number}/" in anna.url and "list=waiting" in anna.url
    assert anna.locator(".row-link").count() == 8, "the list is still there"
    assert anna.locator(".row-link[aria-current=page]").count() == 1
    expect(anna.locator(".pane-side .side-name")).to_have_text("Maria Popescu")
    anna.keyboard.press("k")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/tickets/*0000007/**")
    anna.go_back()
    anna.wait_for_url(f"**/tickets/{work.main.number}/**")
    expect(anna.locator(".ticket-subject")).to_have_text(work.main.subject)  # the address is there before its ticket
    settled(anna)
    for key, words in (("c", "Chiudi la pratica"), ("a", "Dai la pratica a un collega"), ("m", "Passa la pratica"),
                       ("p", "Priorità"), ("x", "Di che tipo"), ("w", "Attendi il cliente")):
        anna.keyboard.press(key)
        expect(anna.locator("#verb-title")).to_contain_text(words)
        anna.keyboard.press("Escape")
        expect(anna.locator("#verb-title")).to_have_count(0)
    anna.keyboard.press("u")
    anna.wait_for_url("**/desk/lists/waiting/**")


def test_a_reply_typed_from_the_keyboard_with_a_saved_reply(anna: Page, live_server: Any, work: Work) -> None:
    open_beside(anna, live_server)
    anna.keyboard.press("r")
    anna.keyboard.type("Buongiorno,")
    assert anna.input_value("#reply-text") == "Buongiorno,"
    assert anna.locator(".recipients .chip").all_inner_texts()[0].startswith("Maria Popescu <maria@example.org>")
    anna.click(".composer-saved > summary")
    anna.click("[data-insert] >> text=Rimborso")
    expect(anna.locator("#reply-text")).to_have_value(re.compile("⟦documento⟧"))
    assert anna.is_visible("[data-missing]")
    anna.keyboard.press("Control+Enter")
    anna.wait_for_selector("#reply-trouble:has-text('⟦documento⟧')")
    assert not Message.objects.filter(entry__ticket=work.main, text__contains="⟦documento⟧").exists()
    anna.fill("#reply-text", "Buongiorno, ci mandi la ricevuta.")
    anna.focus("#reply-text")
    anna.keyboard.press("Control+Enter")
    anna.wait_for_selector("#timeline article:has-text('ci mandi la ricevuta')")
    expect(anna.locator("#reply-text")).to_have_value("")
    assert Message.objects.filter(entry__ticket=work.main, text="Buongiorno, ci mandi la ricevuta.").count() == 1


def test_a_stale_reply_shows_what_is_new_and_can_be_sent_knowingly(anna: Page, live_server: Any, work: Work) -> None:
    open_beside(anna, live_server)
    anna.keyboard.press("r")
    anna.keyboard.type("Le scrivo domani.")
    said = Words(text="Lasci stare, ho trovato l'errore.", sender_name="Maria Popescu",
                 sender_address="maria@example.org", language="it")
    receive(work.main, said, channel="email", customer=work.main.customer, actor=actor.customer(work.main.customer_id))
    anna.keyboard.press("Control+Enter")
    anna.wait_for_selector(".trouble-new:has-text('Lasci stare')")
    assert anna.input_value("#reply-text") == "Le scrivo domani."
    anna.focus("#reply-text")
    anna.keyboard.press("Control+Enter")
    anna.wait_for_selector("#timeline article:has-text('Le scrivo domani.')")


def test_a_draft_comes_back_after_the_browser_was_closed(anna: Page, live_server: Any, work: Work) -> None:
    open_beside(anna, live_server)
    anna.keyboard.press("n")
    anna.keyboard.type("chiedere a Carla")
    expect(anna.locator("#note auto-save")).to_have_text("Bozza salvata")
    anna.goto(ticket_page(live_server, work))
    settled(anna)
    assert anna.input_value("#note-text") == "chiedere a Carla"
    assert anna.input_value("#reply-text") == ""


def test_closing_from_the_dialog(anna: Page, live_server: Any, work: Work) -> None:
    open_beside(anna, live_server)
    anna.keyboard.press("c")
    anna.wait_for_selector("#verb form.form")
    anna.check("#verb input[value=solved]")
    anna.click("#verb button:has-text('Chiudi la pratica')")
    assert anna.locator("#verb textarea:invalid").count() == 1, "the browser asks for the reason first"
    anna.fill("#verb textarea", "Rimborso disposto.")
    anna.click("#verb button:has-text('Chiudi la pratica')")
    anna.wait_for_selector(".ticket-head .badge:has-text('Chiusa')")
    assert Closure.objects.filter(ticket=work.main, reason="Rimborso disposto.").exists()


def test_everything_works_without_scripts(
    browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work
) -> None:
    context = enter(browser, client, live_server, cast, scripts=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/lists/waiting/")
    page.click(".row-link:has-text('Addebito doppio')")
    page.fill("#reply-text", "Senza script.")
    page.click("#reply button:has-text('Invia')")
    expect(page.locator("#timeline")).to_contain_text("Senza script.")
    page.click("a:has-text('Chiudi')")
    page.check("input[value=information_given]")
    page.fill("textarea", "Abbiamo risposto.")
    page.click("button:has-text('Chiudi la pratica')")
    expect(page.locator(".ticket-where")).to_contain_text("Conclusa")
    context.close()

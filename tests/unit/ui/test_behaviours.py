"""The behaviours in a browser, on the styleguide: keys, tabs, palette, questions, files, no scripts at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.foundation.ui.samples import FACES
from tests.chromium import said_of, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guide(live_server: object, settings: object) -> str:
    settings.DEMO = True  # type: ignore[attr-defined]
    return f"{live_server.url}/ui/styleguide/"  # type: ignore[attr-defined]


@pytest.fixture
def desk(browser: Browser, guide: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(guide + "desk/")
    page.wait_for_function("customElements.get('work-timer') !== undefined")
    page.evaluate("document.activeElement.blur()")
    yield page
    page.close()
    assert said == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def is_open(page: Page, dialog: str) -> bool:
    return bool(page.evaluate(f"document.getElementById('{dialog}').open"))


def test_keys_work_and_never_while_typing(desk: Page) -> None:
    desk.keyboard.press("n")
    assert focused(desk) == "note-text", "the note's key opens its tab and puts the caret in it"
    desk.keyboard.type("g m r ?")
    assert desk.input_value("#note-text") == "g m r ?" and focused(desk) == "note-text"
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("g")
    desk.keyboard.press("m")
    desk.wait_for_url("**#mine")
    desk.keyboard.press("j")
    assert focused(desk) == "row-link"


def test_the_palette_filters_what_it_holds_and_goes_there(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    assert is_open(desk, "palette")
    desk.keyboard.type("nuova prat")
    expect(desk.locator(".palette-option:visible")).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**#new")
    assert not is_open(desk, "palette")


def test_what_cannot_be_undone_is_asked_once(desk: Page) -> None:
    desk.keyboard.press("f")
    assert is_open(desk, "confirm-dialog")
    desk.keyboard.press("Escape")
    assert not is_open(desk, "confirm-dialog")
    desk.locator("[data-confirm]").first.click()
    desk.locator("#confirm-dialog button[value=yes]").click()
    expect(desk.locator("#confirm-dialog")).not_to_be_visible()


def test_a_note_cannot_be_taken_for_a_reply(desk: Page) -> None:
    tint = "getComputedStyle(document.querySelector('.composer')).backgroundColor"
    reply = desk.evaluate(tint)
    desk.keyboard.press("n")
    assert desk.evaluate(tint) != reply
    assert desk.locator("#note .button-primary").inner_text() != desk.locator("#reply .button-primary").inner_text()


def test_files_can_be_taken_out_again(desk: Page) -> None:
    chosen = {"name": "ricevuta.txt", "mimeType": "text/plain", "buffer": b"x" * 2000}
    desk.set_input_files("#id_attachments", [chosen])
    expect(desk.locator(".drop-list")).to_contain_text("ricevuta.txt · 2 kB")
    desk.locator(".drop-list button").click()
    expect(desk.locator(".drop-list")).not_to_contain_text("ricevuta.txt")
    assert desk.evaluate("document.getElementById('id_attachments').files.length") == 0


def test_a_section_remembers_being_open(desk: Page) -> None:
    section = "details[data-remember='section:s-sheets']"
    assert desk.locator(section).get_attribute("open") is None
    desk.locator(f"{section} summary").click()
    desk.wait_for_function("() => localStorage.getItem('ui:section:s-sheets') === '1'")
    desk.reload()
    desk.wait_for_selector(f"{section}[open]")


def test_a_phone_shows_ticket_and_context_in_turn(browser: Browser, guide: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(guide + "desk/")
    page.locator("[data-pane=side]").click()
    assert page.locator(".pane-side").is_visible() and not page.locator(".pane-main").is_visible()
    page.close()


def test_the_customer_s_page_works_without_scripts(browser: Browser, guide: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="it-IT", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(guide + "portal/")
    assert page.locator("html").get_attribute("lang") == "it"
    page.locator("button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_every_face_is_accessible(browser: Browser, guide: str, face: str, scheme: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{guide}{face}/")
    found = said_of(violations(page))
    page.close()
    assert found == []


def test_nothing_scrolls_sideways_at_four_hundred_percent(browser: Browser, guide: str) -> None:
    """320 CSS pixels are a 1280 px screen at 400 % (WCAG 2.2, 1.4.10)."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    for face in FACES:
        page.goto(f"{guide}{face}/")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), face
    page.close()

"""The clock of a ticket in a browser: axe, keyboard alone, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.records.tickets.actions import terms as acts
from sportello.records.tickets.models import Suspension, Ticket
from tests.browser.test_desk_pages import DESK, PHONE, SHOTS, page_of
from tests.cast import assemble
from tests.chromium import said_of, settled, violations
from tests.flows.test_terms import WHOLE
from tests.unit.tickets.terms_scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(transactional_db: None) -> Iterator[Scene]:
    yield Scene(assemble())


def ticket_of(scene: Scene) -> Ticket:
    ticket = scene.opened("2026-09-04 10:00", WHOLE)
    scene.now("2026-09-11 10:00")
    return ticket


def clean(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert said_of(violations(page, {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"


@pytest.mark.parametrize(("size", "name"), [(DESK, "1440"), (PHONE, "390")])
def test_the_panel_and_its_forms(browser: Browser, live_server: Any, scene: Scene, size: dict[str, int], name: str) -> None:
    ticket = ticket_of(scene)
    acts.suspend(
        ticket, "refusal_warning", by=scene.cast.member("Anna"), reason="Manca il requisito della residenza.",
        document="prot. 1042/2026",
    )
    page = page_of(browser, live_server, scene.cast, "Anna", size)
    address = f"{live_server.url}/desk/borgo/tickets/{ticket.number}/"
    for part, shot in (("", "ticket"), ("context/", "context"), ("term-resumption/", "resume"), ("blocks/", "blocks"),
                       ("reasons/", "reasons")):  # fmt: skip
        page.goto(f"{address}{part}")
        settled(page)
        clean(page, f"terms-{shot}-{name}")
    page.context.close()


def test_stopping_a_term_by_keyboard_alone(browser: Browser, live_server: Any, scene: Scene) -> None:
    ticket = ticket_of(scene)
    page = page_of(browser, live_server, scene.cast, "Anna", DESK)
    page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/suspension/")
    clean(page, "terms-suspend-1440")
    page.locator("input[name=cause]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Manca la planimetria.")
    page.keyboard.press("Tab")
    page.keyboard.type("prot. 7")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/*/")
    assert Suspension.objects.get(ticket=ticket).document == "prot. 7"
    page.context.close()

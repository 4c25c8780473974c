"""The lists and the ticket with the keyboard alone: choosing rows, doing to many, walking, own keys; axe, zoom, phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.faces.desk.models import KeyChoice, SavedView
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Ticket
from tests.cast import Cast
from tests.chromium import said_of, settled, violations
from tests.desk_work import lay_out

from .test_desk_pages import DESK, PHONE, cast, page_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")
__all__ = ["cast"]  # fixtures


@pytest.fixture
def anna(browser: Browser, live_server: Any, cast: Cast) -> Iterator[Page]:
    page = page_of(browser, live_server, cast, "Anna", DESK)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    page.context.close()
    assert said == []


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def sound(page: Page, name: str) -> None:
    """axe finds nothing, and nothing makes the page wider than the window."""
    assert said_of(violations(page)) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{name} scrolls sideways"


def test_a_morning_without_a_mouse(anna: Page, live_server: Any, cast: Cast) -> None:
    lay_out(cast)
    anna.goto(f"{live_server.url}/desk/lists/unassigned/")
    anna.wait_for_function("customElements.get('list-navigation') !== undefined")
    rows = anna.locator(".row-link")
    several = rows.count()
    assert several >= 3
    # two rows chosen, taken together
    for key in ("j", "Space", "j", "Space"):
        anna.keyboard.press(key)
    expect(anna.locator(".many-bar")).to_be_visible()
    shot(anna, "chosen-1440")
    sound(anna, "rows chosen")
    anna.keyboard.press("Shift+T")
    anna.wait_for_url("**/many/take/**")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#many [role=status]")).to_contain_text("2 di 2 fatte")
    settled(anna)  # its words are there before its scripts hear a key
    shot(anna, "many-done-1440")
    sound(anna, "done to many")
    taken = Ticket.objects.filter(owner=cast.member("Anna")).count()
    anna.keyboard.press("z")
    expect(anna.locator("#many h1")).to_contain_text("annullato")
    settled(anna)
    assert Ticket.objects.filter(owner=cast.member("Anna")).count() == taken - 2
    # back, open the first, walk to the next
    anna.keyboard.press("u")
    anna.wait_for_url("**/lists/unassigned/**")
    anna.keyboard.press("j")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/tickets/**")
    first = anna.url
    expect(anna.locator(".ticket-walk")).to_be_visible()
    anna.keyboard.press("Shift+J")
    anna.wait_for_function("was => location.href !== was", arg=first)
    settled(anna)  # the address is there before its ticket
    anna.keyboard.press("Shift+K")
    anna.wait_for_url(first.split("?")[0] + "**")
    # what keys are there, and another for taking
    anna.keyboard.press("?")
    expect(anna.locator("#keys dd").first).to_be_visible()
    anna.keyboard.press("Escape")
    KeyChoice.objects.create(organisation=cast.borgo, member=cast.member("Anna"), changed={"t": "b"})
    anna.reload()
    anna.wait_for_function("customElements.get('tab-set') !== undefined")
    number = anna.url.split("/tickets/")[1].split("/")[0]
    anna.keyboard.press("t")
    anna.keyboard.press("b")
    expect(anna.locator("#announcements .notice")).to_be_visible()
    assert Ticket.objects.get(number=number).owner == cast.member("Anna")
    KeyChoice.objects.update(is_off=True)
    anna.reload()
    anna.wait_for_function("customElements.get('tab-set') !== undefined")
    anna.keyboard.press("c")
    expect(anna.locator("#verb")).not_to_be_visible()
    anna.keyboard.press("Control+k")
    expect(anna.locator("#palette")).to_be_visible()


#: The desk's own width is axe's in the story above; here it is drawn for who wants to look.
SIZES = [("390", PHONE), ("zoom", {"width": 720, "height": 450}), *([("1440", DESK)] if SHOTS else [])]


@pytest.mark.parametrize(("name", "size"), SIZES)
def test_the_pages_of_lists_are_sound(
    browser: Browser, live_server: Any, cast: Cast, name: str, size: dict[str, int]
) -> None:
    """720 × 450 is a desk of 1440 × 900 at 200 % (WCAG 2.2, 1.4.4)."""
    work = lay_out(cast)
    SavedView.objects.create(
        organisation=cast.borgo, member=cast.member("Anna"), name="Reclami di questa settimana", list_name="all",
        words="sort=opened", team=cast.team("front"), made_at=clock.now(cast.borgo),
    )
    page = page_of(browser, live_server, cast, "Anna", size)
    page.emulate_media(reduced_motion="reduce")
    ticket = f"/desk/borgo/tickets/{work.main.number}/?list=waiting"
    pages = {"list": "/desk/lists/all/?columns=team&columns=owner&columns=status", "ticket": ticket,
             "keys": "/desk/keys/", "give": f"/desk/many/assign/?tickets=borgo/{work.main.number}"}
    for part, address in pages.items():
        page.goto(f"{live_server.url}{address}")
        settled(page)
        shot(page, f"{part}-{name}")
        sound(page, f"{part} at {name}")
        moving = page.evaluate("document.getAnimations().filter((one) => one.effect.getTiming().duration > 1).length")
        assert not moving, "reduced motion"
        if part == "list":
            page.locator("summary[data-hotkey=y]").click()
            shot(page, f"views-{name}")
            sound(page, f"views at {name}")
    page.context.close()

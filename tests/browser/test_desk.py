"""The desk in a browser: axe on every page at two sizes and both themes, the keys, the composer, the list beside.

`DESK_PICTURES=folder` keeps a picture of each page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as installed
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.cast import Cast
from tests.desk_work import Work, lay_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
PICTURES = os.environ.get("DESK_PICTURES", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        here = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield here
        here.close()


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
    page.on("console", lambda message: said.append(message.text)
            if message.type == "error" and "status of 4" not in message.text else None)
    yield page
    context.close()
    assert said == []


def ticket_page(live_server: Any, work: Work, query: str = "") -> str:
    return f"{live_server.url}/desk/borgo/tickets/{work.main.number}/{query}"


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("size", "theme", "language"), [
    ("wide", "light", "it"), ("wide", "dark", "en"), ("phone", "light", "en"), ("phone", "dark", "it"),
])
def test_every_page_is_clean(browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work, size: str,
                             theme: str, language: str) -> None:
    context = enter(browser, client, live_server, cast, size=size, theme=theme, language=language)
    page = context.new_page()
    ticket = f"/desk/borgo/tickets/{work.main.number}/"
    closed = f"/desk/borgo/tickets/{work.closed.number}/"
    pages = {
        "list-waiting": "/desk/lists/waiting/", "list-all": "/desk/lists/all/", "list-mine": "/desk/lists/mine/",
        "list-nothing": "/desk/lists/all/?channel=letter", "ticket": ticket + "?list=waiting",
        "closed": closed, "closure": ticket + "closure/", "team": ticket + "team/", "assignment": ticket + "assignment/",
        "promise": ticket + "promise/", "sensitivity": ticket + "sensitivity/", "why": ticket + "why/",
        "context": ticket + "context/", "print": ticket + "print/?notes=1",
    }
    found = {}
    for name, address in pages.items():
        page.goto(live_server.url + address)
        settled(page)
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}-{theme}-{language}.png"))
        results = Axe().run(page)
        wrong = [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in results.response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if wrong or wide:
            found[name] = (wrong, "scrolls sideways" if wide else "")
    context.close()
    assert found == {}

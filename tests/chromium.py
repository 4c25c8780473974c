"""The browser of the tests: how it is started, when a page has come to rest, and what axe says of it.

One Chromium a file: Playwright keeps an event loop running in the thread while it is there, and no test without a browser
should find one. The shell without the program's own windows does with a page what the program does, at half the processor
time (measured: a page in a new context 2.1 s with the program, 0.95 s with the shell).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

#: Debian's packages chromium-headless-shell and chromium; the whole program stands in where the shell is not there.
SHELL, WHOLE = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]

#: Milliseconds that a page, a click or an `expect` is waited for. Only what never comes takes so long: the machine may be busy
#: with the other half of the tests.
PATIENCE = 90_000

#: Loaded, and twice nothing left to do while htmx neither asks nor swaps: parts that ask when the page is there, or when they
#: come into sight, have come by then. Half a second without traffic ("networkidle") would be half a second on every page.
AT_REST = """async (patience) => {
  if (document.readyState !== "complete") await new Promise((go) => addEventListener("load", go, { once: true }));
  const began = performance.now();
  for (let calm = 0; calm < 2;) {
    await new Promise((go) => requestAnimationFrame(go));
    await new Promise((go) => requestIdleCallback(go, { timeout: 500 }));
    const busy = document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added");
    if (busy && performance.now() - began > patience) throw new Error(`never at rest: ${busy.outerHTML.slice(0, 300)}`);
    calm = busy ? 0 : calm + 1;
  }
}"""


#: Another theme fades in: a colour on its way from one to the other is none that anybody reads.
RUN = """async ([within, wanted]) => {
  await new Promise((go) => requestAnimationFrame(go));
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
  return (await axe.run(within || document, wanted)).violations;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    program = SHELL if Path(SHELL).exists() else WHOLE
    with sync_playwright() as playwright:
        here = patient(playwright.chromium.launch(executable_path=program, args=FLAGS))
        yield here
        here.close()


def patient(browser: Browser) -> Browser:
    """Whatever is opened in it is waited for as long as it takes; Playwright itself gives an `expect` five seconds."""
    expect.set_options(timeout=PATIENCE)
    new_context, new_page = browser.new_context, browser.new_page

    def context(**wanted: Any) -> BrowserContext:
        found = new_context(**wanted)
        found.set_default_timeout(PATIENCE)
        return found

    def page(**wanted: Any) -> Page:
        found = new_page(**wanted)
        found.set_default_timeout(PATIENCE)
        return found

    setattr(browser, "new_context", context)  # noqa: B010 - a method of the library's, for this browser alone
    setattr(browser, "new_page", page)  # noqa: B010 - as above
    return browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as here:
        yield here


@pytest.fixture
def whole_browser(browser: Browser) -> Iterator[Browser]:
    """With windows of its own, for what the shell has not: notifications of the system."""
    here = patient(browser.browser_type.launch(executable_path=WHOLE, args=FLAGS))
    yield here
    here.close()


def settled(page: Page) -> None:
    """Waits until the page that is there has loaded all it loads by itself. Whoever waits for another page waits for that
    first (`expect_navigation`, `wait_for_url`): the old one is at rest."""
    page.evaluate(AT_REST, PATIENCE)


def violations(page: Page, options: dict[str, Any] | None = None, within: str = "") -> list[dict[str, Any]]:
    """What axe finds, by rule, in the page as it is drawn now, or in a part of it only. The second time on a page costs half: axe is there."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    wanted = {"resultTypes": ["violations"], **(options or {})}
    found: list[dict[str, Any]] = page.evaluate(RUN, [within, wanted])
    return found


def said_of(found: list[dict[str, Any]]) -> list[str]:
    """Violations in a line each: the rule, and the first elements it is about."""
    return [f"{one['id']} {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]

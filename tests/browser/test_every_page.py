"""Every page of the permission table in a browser: axe, 200 % zoom and 320 pixels, names for a screen reader, no motion.

The pages come from the test client by way of the browser's router: no server, and the scene in one transaction.
`SPORTELLO_SHOTS=folder` only keeps a picture of each at 1440 and at 390 pixels, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Error, Page
from pytest_django import DjangoDbBlocker

from tests.architecture.permission_asking import scene_for_a_module
from tests.architecture.permission_pages import lines_of_pages
from tests.architecture.permission_scene import Scene
from tests.architecture.permissions import Line
from tests.chromium import chromium, settled, violations

from .house import ADDRESS, House

pytestmark = [pytest.mark.browser, pytest.mark.pages, pytest.mark.django_db]
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")
#: Some of them only, by name: `SPORTELLO_PAGES=desk:setup`.
ONLY = os.environ.get("SPORTELLO_PAGES", "")
ZOOMED, NARROW, WIDE, PHONE = (720, 450), (320, 640), (1440, 900), (390, 844)
#: Files, fragments, redirects: nothing to look at.
NO_PAGE = {"healthz", "readyz", "metrics", "portal:logo", "portal:accent", "desk:accent"}
#: Runs no scripts at all, by its policy: looked at in `test_hostile_html.py`.
SANDBOXED = {"desk:mail_html"}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
#: One of each layout is looked at whole; of the others what is their own.
WHOLE = {"desk:list", "desk:ticket", "desk:setup", "portal:home", "portal:ticket", "account_login"}
NAMED = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "tab", "menuitem", "option", "switch",
         "spinbutton", "slider", "listbox", "dialog", "iframe", "image", "img"}

#: What is wider than the window although it does not scroll by itself (WCAG 1.4.10 lets tables and code).
WIDER = """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] : [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-box'))
  .slice(-3).map(e => e.tagName + '.' + e.className)"""
MOVES = """() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
  return [s.transitionDuration, s.animationDuration].some(d => d.split(',').some(one => parseFloat(one) > 0.011))
    || s.scrollBehavior === 'smooth' }).slice(0, 3).map(e => e.tagName + '.' + e.className)"""


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    yield from scene_for_a_module(django_db_blocker, quick=False)


def nameless(context: BrowserContext, page: Page) -> list[str]:
    """Interactive things that a screen reader would read without a name, as the browser itself computes it."""
    session = context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    found = []
    for node in nodes:
        role = node.get("role", {}).get("value", "")
        if not node.get("ignored") and role.lower() in NAMED and not str(node.get("name", {}).get("value", "")).strip():
            found.append(role)
    return found


@override_settings(STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
                             "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}})
def test_every_page(scene: Scene) -> None:
    house, faults, seen = House(scene.cookies), list[str](), 0
    with chromium() as browser:
        house.keep_the_transaction()
        context = browser.new_context(locale="it-IT", reduced_motion="reduce", viewport=_size(WIDE))
        context.route("**/*", house.answer)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        for line, person, address in lines_of_pages(scene, without=NO_PAGE | SANDBOXED, only=ONLY):
            house.person = person
            with scene.question():
                if house.has_page(address):
                    seen += 1
                    try:
                        faults += _look(page, context, line, address)
                    except Error as failed:
                        faults.append(f"{line.name}: {str(failed)[:300]}")
    assert not faults, f"{len(faults)} on {seen} pages:\n" + "\n".join(faults)
    assert seen > (0 if ONLY else 150), "the table has that many pages"


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}


def _look(page: Page, context: BrowserContext, line: Line, address: str) -> list[str]:
    """What is wrong with one page, in the order a reader would meet it."""
    page.set_viewport_size(_size(WIDE))
    page.goto(ADDRESS + address, wait_until="load")
    settled(page)
    faults: list[str] = []

    def said(what: str, found: list[str]) -> None:
        faults.extend(f"{line.name} {address[:60]}: {what} {one}" for one in found)

    if SHOTS:
        for size in (WIDE, PHONE):
            page.set_viewport_size(_size(size))
            page.screenshot(path=Path(SHOTS) / f"{line.name.replace(':', '-')}-{size[0]}.png", full_page=True)
        return []
    where = "main" if line.name not in WHOLE and page.locator("main").count() else ""
    results = violations(page, RULES, where)
    said("axe", [f"{one['id']} {[node['html'][:140] for node in one['nodes'][:2]]}" for one in results])
    said("without a name:", nameless(context, page))
    said("moves although asked not to:", page.evaluate(MOVES))
    for size, what in ((ZOOMED, "scrolls sideways at 200 %:"), (PHONE, "at 390:"), (NARROW, "at 320:")):
        page.set_viewport_size(_size(size))
        said(what, page.evaluate(WIDER))
    return faults

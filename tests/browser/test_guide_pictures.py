"""The pictures of the operators' guide: `scripts/pictures` takes them; here they are held to what the guide says of them.

People and cases are the invented ones of the tests. A picture is a palette PNG of at most 120 kB, 1440 pixels wide.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from sportello.records.accounts.models import User
from tests.cast import Cast
from tests.chromium import chromium
from tests.desk_work import lay_out

from .house import ADDRESS, House, cookies_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operators"
PICTURES = GUIDE / "pictures"
LARGEST, WIDTH = 120 * 1024, 1440
TAKING = os.environ.get("SPORTELLO_TAKE_PICTURES") == "1"
#: What a clerk would be called.
NAMES = {"Anna": "Anna Ferri", "Bruno": "Bruno Gatti", "Carla": "Carla Neri", "Elena": "Elena Sala", "Hugo": "Hugo Weber"}


def named_in_the_guide() -> dict[str, str]:
    """Picture → its description, from every page of the guide."""
    found: dict[str, str] = {}
    for page in GUIDE.glob("*.md"):
        found |= {name: said for said, name in re.findall(r"!\[([^]]*)\]\(pictures/([\w-]+\.png)\)", page.read_text())}
    return found


def test_the_guide_shows_what_there_is_and_says_what_it_shows() -> None:
    named, there = named_in_the_guide(), {path.name for path in PICTURES.glob("*.png")}
    assert set(named) == there and len(there) >= 8
    for name, said in named.items():
        data = (PICTURES / name).read_bytes()
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.width == WIDTH and picture.mode == "P", name
        assert len(data) <= LARGEST, f"{name}: {len(data)} bytes"
        assert len(said.split()) >= 8, f"{name} needs a description for who does not see it"


def ask_for_keys(page: Page) -> None:
    page.locator("list-navigation:defined").first.wait_for(state="attached")
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for()


def answer_begun(page: Page) -> None:
    page.locator("auto-save:defined").first.wait_for(state="attached")
    page.keyboard.press("r")
    page.keyboard.type("Gentile Maria Popescu, il rimborso di 46,80 euro parte domani.")


def two_chosen(page: Page) -> None:
    page.locator("list-navigation:defined").first.wait_for(state="attached")
    for key in ("j", "Space", "j", "Space"):
        page.keyboard.press(key)


def nothing(_page: Page) -> None:
    """As it opens."""


@pytest.mark.browser
@pytest.mark.django_db
@pytest.mark.skipif(not TAKING, reason="taken by scripts/pictures")
def test_take_them(cast: Cast) -> None:
    for short, name in NAMES.items():
        User.objects.filter(pk=cast.users[short].pk).update(name=name)
    work = lay_out(cast)
    ticket = f"/desk/borgo/tickets/{work.main.number}/"
    shown: dict[str, tuple[str, str, Callable[[Page], None]]] = {
        "list": ("Anna", "/desk/lists/all/", nothing),
        "many": ("Anna", "/desk/lists/all/", two_chosen),
        "ticket": ("Anna", ticket, nothing),
        "answer": ("Anna", ticket, answer_begun),
        "keys": ("Anna", ticket, ask_for_keys),
        "close": ("Anna", f"{ticket}closure/", nothing),
        "contact": ("Anna", f"/desk/borgo/contacts/new/?channel=phone&customer={work.main.customer_id}", nothing),
        "customer": ("Anna", f"/desk/borgo/customers/{work.main.customer_id}/", nothing),
        "search": ("Anna", "/desk/search/?q=mensa", nothing),
        "work": ("Carla", "/desk/borgo/workload/", nothing),
        "setup": ("Elena", "/desk/borgo/setup/", nothing),
    }
    house = House({name: cookies_of(cast.users[name]) for name in NAMES})
    PICTURES.mkdir(exist_ok=True)
    with chromium() as browser:
        house.keep_the_transaction()
        context = browser.new_context(locale="it-IT", color_scheme="light", viewport={"width": WIDTH, "height": 900})
        context.route("**/*", house.answer)
        page = context.new_page()
        for name, (person, address, first) in shown.items():
            house.person = person
            answer = page.goto(ADDRESS + address, wait_until="networkidle")
            assert answer and answer.status == 200, name
            first(page)
            # the browser's own button, in the browser's own language, is not ours to show
            page.evaluate("document.querySelectorAll('input[type=file]').forEach(one => { one.style.display = 'none' })")
            page.wait_for_timeout(300)
            kept(page.screenshot(), PICTURES / f"{name}.png")


def kept(picture: bytes, at: Path) -> None:
    """In as many colours as fit."""
    with Image.open(io.BytesIO(picture)) as whole:
        for colours in (128, 64, 32, 16):
            whole.convert("RGB").quantize(colours).save(at, optimize=True)
            if at.stat().st_size <= LARGEST:
                return
    raise AssertionError(f"{at.name} does not fit")

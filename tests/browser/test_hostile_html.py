"""T25: hostile HTML in real Chromium. No script runs, nothing remote is asked for, no word is lost.

Twice: through the product's own frame (address, sandbox, policy), and the sanitised HTML alone in a page that forbids
nothing, so that the policy cannot hide a fault of the sanitiser. A control shows that the watcher hears what runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from html import escape
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route

from sportello.foundation.journal import actor
from sportello.records.tickets.actions.messages import receive
from sportello.records.tickets.words import Words
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.mailkit.record import MailRecord
from tests.browser.hostile_html import ALL, SWALLOWING, written
from tests.browser.test_desk import enter
from tests.cast import Cast
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOST = "https://host.example/"
#: Some time for what runs by a timer, then whatever else is ready, then a word no vector says.
SAID = 9_999
LAST = f"""async () => {{
  await new Promise((go) => setTimeout(go, 200));
  await new Promise((go) => requestIdleCallback(go, {{ timeout: 5000 }}));
  window.hit({SAID});
}}"""


@dataclass
class Watch:
    """What a page did that it should not. `asked` are addresses that left for elsewhere."""

    ran: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)

    def over(self, context: BrowserContext, own: str) -> Page:
        context.add_init_script("window.hit = n => { console.log('HIT ' + n) }; window.top.alert = () => hit(-1);")
        context.on("console", lambda said: self._hear(said.text))
        context.route("**/*", lambda route: self._ask(route, own))
        return context.new_page()

    def has_heard(self, page: Page) -> None:
        """All that the page did until now has come here: it says a last word, and words come one after the other."""
        page.evaluate(LAST)
        wait_until(lambda: page.wait_for_timeout(10) or SAID in self.ran)
        self.ran.discard(SAID)

    def _hear(self, said: str) -> None:
        if match := re.match(r"HIT (-?\d+)", said):
            self.ran.add(int(match[1]))

    def _ask(self, route: Route, own: str) -> None:
        url = route.request.url
        if url in self.pages:
            route.fulfill(body=self.pages[url], content_type="text/html; charset=utf-8")
        elif url.startswith(own):
            route.continue_()
        else:
            self.asked.append(url)
            route.abort()


@pytest.fixture(scope="module")
def records() -> list[MailRecord]:
    """Each vector as a mail of its own, as the parser reads it."""
    return [parse(_mail(written(number))) for number in range(len(ALL))]


def _mail(html: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@example.org", "urp@borgo.test", "Orari"
    mail["Message-ID"] = "<h@example.org>"
    mail.set_content(html, subtype="html", cte="base64")
    return mail.as_bytes()


def _frames(numbers: Iterable[int], attributes: Any) -> str:
    boxes = "".join(f"<iframe name=f{number} {attributes(number)}></iframe>" for number in numbers)
    return f"<!doctype html><meta charset=utf-8>{boxes}"


def _texts(page: Page) -> str:
    """The words of all frames."""
    frames = [frame for frame in page.frames if re.fullmatch(r"f\d+", frame.name)]
    return "".join(str(frame.locator("body").text_content()) for frame in frames)


def _together(records: list[MailRecord], size: int) -> list[str]:
    """The sanitised HTML, so many in a page: what is sanitised is closed, so one cannot reach into the next."""
    pages = [record.html for record in records]
    return ["".join(pages[start : start + size]) for start in range(0, len(pages), size)]


def test_there_are_enough_and_each_is_another() -> None:
    assert len(ALL) >= 120
    assert len(set(ALL)) == len(ALL)


def test_the_watcher_hears_what_runs(browser: Browser) -> None:
    """The control: unsanitised, many of them do run and do ask."""
    watch = Watch()
    numbers = list(range(0, len(ALL), 4))
    watch.pages[HOST] = _frames(numbers, lambda number: f'srcdoc="{escape(written(number))}"')
    context = browser.new_context()
    page = watch.over(context, "about:")
    page.goto(HOST)
    wait_until(lambda: page.wait_for_timeout(20) or (len(watch.ran) > 15 and len(watch.asked) > 10))
    context.close()


def test_sanitised_alone_nothing_runs_and_nothing_is_asked(browser: Browser, records: list[MailRecord]) -> None:
    watch = Watch()
    together = _together(records, 4)
    watch.pages[HOST] = _frames(range(len(together)), lambda number: f'srcdoc="{escape(together[number])}"')
    context = browser.new_context()
    page = watch.over(context, "about:")
    page.goto(HOST)
    watch.has_heard(page)
    _touch(page)
    watch.has_heard(page)
    texts = _texts(page)
    context.close()
    assert {number: ALL[number][:200] for number in watch.ran} == {}
    assert watch.asked == []
    _nothing_lost(records, texts)


def test_in_the_products_frame_nothing_runs_and_nothing_is_asked(
    browser: Browser, records: list[MailRecord], client: Any, live_server: Any, cast: Cast
) -> None:
    ticket = cast.ticket()
    together = _together(records, 16)
    entries = [
        receive(ticket, Words(text="parole", html=html), channel="email", customer=None, actor=actor.MACHINE).entry.position
        for html in together
    ]
    mail = f"{live_server.url}/desk/borgo/tickets/{ticket.number}/"
    sandbox = "allow-popups allow-popups-to-escape-sandbox"
    watch = Watch()
    context = enter(browser, client, live_server, cast)
    page = watch.over(context, live_server.url)
    watch.pages[mail + "frames"] = _frames(
        range(len(entries)),
        lambda number: f'sandbox="{sandbox}" src="'
        + reverse("desk:mail_html", args=["borgo", ticket.number, entries[number]])
        + '"',
    )
    page.goto(mail + "frames")
    watch.has_heard(page)
    texts = _texts(page)
    context.close()
    assert {number: ALL[number][:200] for number in watch.ran} == {}
    assert watch.asked == []
    _nothing_lost(records, texts)


def _touch(page: Page) -> None:
    """What waits for a person: links and buttons are clicked, without following them elsewhere."""
    for frame in page.frames:
        if frame != page.main_frame:
            frame.evaluate(
                "document.querySelectorAll('a,area,button,input,details,summary').forEach(one => {"
                " one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); one.focus && one.focus();"
                " const to = one.getAttribute('href') || ''; if (!/^https?:|^mailto:|^tel:/i.test(to)) one.click(); })"
            )


def _nothing_lost(records: list[MailRecord], shown: str) -> None:
    """Both words are in the frame, or, where the HTML was too much for it, in the message's text."""
    lost = {}
    for number, record in enumerate(records):
        words = [f"prima{number}x", f"dopo{number}x"]
        if ALL[number] in SWALLOWING:
            words.pop()
        missing = [word for word in words if word not in shown and word not in record.text]
        if missing or (record.html and words[0] not in shown):
            lost[number] = (ALL[number][:120], missing)
    assert lost == {}, json.dumps(lost, indent=1)

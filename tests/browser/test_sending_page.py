"""Taking back what was sent, in a browser: the seconds run, Undo gives it back, what was held or failed can be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.faces.desk.models import Draft
from sportello.foundation.tenancy import clock
from sportello.records.customers.models import Identity
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import outbox, waiting
from sportello.service.channels.models import Dispatch, Mailbox, WaitingReply
from tests.browser.test_desk_pages import DESK, PHONE, SHOTS, cast, page_of  # noqa: F401 - fixtures
from tests.cast import Cast
from tests.chromium import said_of, violations
from tests.scripted_smtp import scripted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(300)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def clean(page: Page) -> None:
    assert said_of(violations(page)) == []


def test_anna_sends_and_takes_it_back(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    anna_user = cast.users["Anna"]
    anna_user.undo_seconds = 900  # longer than a slow machine takes to take it back
    anna_user.save()
    ticket = cast.ticket()
    page = page_of(browser, live_server, cast, "Anna", DESK)
    page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/")
    page.locator("#reply-text").fill("Gentile Maria, ecco la risposta.")
    page.locator("#reply .composer-later > summary").click()
    shoot(page, "later")
    page.keyboard.press("Escape")
    page.locator("#reply .button-primary").click()
    line = page.locator("#waiting count-down")
    expect(line).to_contain_text("Parte fra")
    shoot(page, "undo-1440")
    clean(page)
    first = line.inner_text()
    page.wait_for_function("was => document.querySelector('count-down').textContent !== was", arg=first)
    assert not Message.objects.filter(entry__ticket=ticket, direction="out", notice_moment="").exists()
    page.get_by_role("button", name="Annulla l'invio").click()
    expect(page.locator("#reply-text")).to_have_value("Gentile Maria, ecco la risposta.")
    expect(page.locator("#waiting")).to_be_empty()
    assert Draft.objects.get().text == "Gentile Maria, ecco la risposta." and not WaitingReply.objects.exists()
    page.context.close()


def test_what_was_held_and_what_failed_reads_well(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    ticket = cast.ticket()
    anna = cast.member("Anna")
    Dispatch.objects.update(state="sent", next_attempt_at=None)
    Identity.objects.create(
        organisation=cast.borgo, customer=ticket.customer, sort="email", value="lavoro@example.net",
        shown="lavoro@example.net", added_at=ticket.opened_at,
    )
    with scripted() as server:
        Mailbox.objects.update(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        server.says = {"rcpt:maria@example.org": "550 5.1.1 <maria@example.org>: user unknown"}
        messages.answer(ticket, anna, "Gentile Maria, ecco.", base_position=ticket.last_public_position)
        outbox.work()
    ticket.refresh_from_db()
    later = clock.now(cast.borgo) + timedelta(days=3)
    waiting.send(ticket, anna, waiting.Reply("A lunedì.", ticket.last_public_position, to=[("", "lavoro@example.net")]), at=later)
    Ticket.objects.filter(pk=ticket.pk).update(last_public_position=ticket.last_public_position)
    bruno = cast.member("Bruno")
    ticket.refresh_from_db()
    messages.answer(ticket, bruno, "Ci penso io.", base_position=ticket.last_public_position, to=[("", "lavoro@example.net")])
    assert waiting.work() == 1
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page = page_of(browser, live_server, cast, "Anna", size)
        page.goto(f"{live_server.url}/desk/borgo/tickets/{ticket.number}/")
        expect(page.get_by_text("Trattenuta, non inviata")).to_be_visible()
        expect(page.get_by_role("button", name="Modifica e invia di nuovo")).to_be_visible()
        page.locator("#reply-text").focus()
        expect(page.locator(".composer-came-back").get_by_role("link", name="lavoro@example.net")).to_be_visible()
        shoot(page, f"held-{name}")
        clean(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], "nothing sticks out"
        page.context.close()

"""Notifications in a browser: axe on their pages, with the keyboard alone, and a push that arrives in the worker.

`DESK_PICTURES=folder` keeps a picture of each page.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import handling, messages
from sportello.records.tickets.models import Ticket
from sportello.service.notifications import choices
from sportello.service.notifications.models import Browser as Told
from sportello.service.notifications.models import Notification
from tests.browser.test_desk import anna, enter, work, wrong_with
from tests.cast import Cast
from tests.chromium import settled
from tests.desk_work import Work
from tests.flows.test_desk import maria_writes
from tests.reacting import react
from tests.waiting import wait_until

__all__ = ["anna", "work"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("DESK_PICTURES", "")
LONG = "Associazione Culturale Amici della Biblioteca Comunale di Borgo Lieto ODV"


def laid_out(cast: Cast, work: Work) -> Ticket:
    """Anna was told of three tickets; one has a long subject and name, one was read."""
    with transaction.atomic():
        react()
        Notification.objects.all().delete()
        long = cast.ticket("Cambio di residenza da fuori comune: quali documenti servono se il contratto non è registrato",
                           name=LONG, address="a@example.org")  # fmt: skip
        for ticket in (work.plain, long):
            row = Ticket.objects.get(pk=ticket.pk)
            handling.assign(row, cast.member("Anna"), by=cast.member("Carla"), expected_owner_id=row.owner_id)
        react()
        Notification.objects.filter(ticket=work.plain).update(read_at=clock.now(cast.borgo))
        maria_writes(Ticket.objects.get(pk=long.pk), "Ci sono novità?")
        messages.note(Ticket.objects.get(pk=work.main.pk), cast.member("Bruno"), "@Anna Prova puoi guardare?")
        react()
    for label in ("Firefox, Linux", "Chrome, Android"):
        Told.objects.create(user=cast.users["Anna"], digest=label, sealed="x", label=label, added_at=clock.server_now())
    return long


@pytest.mark.parametrize(("language", "looks"), [("it", [("wide", "light"), ("phone", "dark")]), ("en", [("phone", "light")])])
def test_the_pages_are_clean(browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work, language: str,
                             looks: list[tuple[str, Any]]) -> None:
    laid_out(cast, work)
    context = enter(browser, client, live_server, cast, language=language)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, address in {"told": "", "choices": "choices/", "nothing": "?which=unread"}.items():
        if name == "nothing":
            Notification.objects.all().delete()
        page.goto(f"{live_server.url}/desk/notifications/{address}", wait_until="domcontentloaded")
        settled(page)
        found |= wrong_with(page, f"{name}-{language}", looks)
    context.close()
    assert found == {}


def test_with_the_keyboard_alone(anna: Page, live_server: Any, cast: Cast, work: Work) -> None:
    long = laid_out(cast, work)
    anna.goto(f"{live_server.url}/desk/lists/mine/")
    settled(anna)
    anna.keyboard.press("g")
    anna.keyboard.press("v")
    anna.wait_for_url("**/desk/notifications/")
    settled(anna)
    expect(anna.locator(".row-link")).to_have_count(4)
    # down to the second ticket, and into it: its notifications are read, and so is the mark gone
    anna.keyboard.press("j")
    anna.keyboard.press("j")
    anna.keyboard.press("Enter")
    anna.wait_for_url(f"**/tickets/{long.number}/**")
    anna.wait_for_selector(".pane-side .side-name")
    anna.keyboard.press("g")
    anna.keyboard.press("v")
    anna.wait_for_url("**/desk/notifications/")
    settled(anna)
    expect(anna.locator(".row-mark svg")).to_have_count(1)
    anna.keyboard.press("Shift+A")
    expect(anna.locator(".row-mark svg")).to_have_count(0)
    assert not Notification.objects.filter(read_at__isnull=True).exists()
    anna.goto(f"{live_server.url}/desk/notifications/choices/")
    settled(anna)
    anna.locator("[name=answered-mail]").focus()
    anna.keyboard.press("Space")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#announcements, .notice").first).to_contain_text("vale da adesso")
    assert "mail" in choices.of_user(cast.users["Anna"]).ways("answered")


def test_a_push_is_shown_by_the_worker(
    whole_browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work
) -> None:
    """The push service itself is not ours: the browser's debugger delivers what it would."""
    context = enter(whole_browser, client, live_server, cast)
    context.grant_permissions(["notifications"], origin=live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/notifications/choices/")
    settled(page)
    form = page.locator("form[data-push-key]")
    assert len(form.get_attribute("data-push-key") or "") == 87
    tools = context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda said: known.extend(said["registrations"]))
    tools.send("ServiceWorker.enable")
    page.evaluate("""async (address) => {
        const worker = await navigator.serviceWorker.register(address);
        while (!worker.active || worker.active.state !== "activated") await new Promise((go) => setTimeout(go, 50));
    }""", form.get_attribute("data-push-worker"))
    wait_until(lambda: page.wait_for_timeout(20) or bool(known))
    assert known[-1]["scopeURL"] == f"{live_server.url}/desk/notifications/"
    said = {"title": "Il cliente ha scritto", "body": "Pratica 2026-0000001", "tag": "2026-0000001", "url": f"{live_server.url}/desk/"}
    tools.send("ServiceWorker.deliverPushMessage", {
        "origin": live_server.url, "registrationId": known[-1]["registrationId"], "data": json.dumps(said)})  # fmt: skip
    shown = """async () => {
        const worker = await navigator.serviceWorker.getRegistration("/desk/notifications/");
        return (await worker.getNotifications()).map((one) => [one.title, one.body, one.tag, one.data]);
    }"""
    wait_until(lambda: page.wait_for_timeout(100) or page.evaluate(shown))
    assert page.evaluate(shown) == [[said["title"], said["body"], said["tag"], said["url"]]]
    context.close()

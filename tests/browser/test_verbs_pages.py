"""The verbs of a ticket in a browser: axe on their pages, "@" that offers colleagues, merging with the keyboard alone.

`DESK_PICTURES=folder` keeps a picture of each page.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.absences import mark_absent
from sportello.records.tickets.actions import linking, merging, messages, snoozing, tagging
from sportello.records.tickets.models import Mention, Ticket
from tests.browser.test_desk import anna, enter, ticket_page, work, wrong_with
from tests.cast import Cast
from tests.chromium import settled
from tests.desk_work import Work

__all__ = ["anna", "work"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("DESK_PICTURES", "")
LONG = "Associazione Culturale Amici della Biblioteca Comunale di Borgo Lieto ODV"


def laid_out(cast: Cast, work: Work) -> Ticket:
    """One merged into the other, put aside, tagged, linked, naming; and the old one."""
    member = cast.member("Anna")
    old = cast.ticket("Ancora la mensa, come le ho già scritto più volte questa settimana", address="maria@example.org")
    messages.note(old, member, "@Bruno Prova guardi anche lei.")
    merging.merge(old, work.main, by=member, reason="Riguarda la stessa cosa.")
    tagging.set_tags(work.main, ["Mensa", "rimborso", "un'etichetta piuttosto lunga di prova"], by=member)
    linking.link(work.main, work.plain, "caused_by", by=member)
    asleep = cast.ticket("Cambio di residenza da fuori comune: quali documenti servono", name=LONG, address="a@example.org")
    snoozing.snooze(asleep, by=member, until=None, reason="Attendo la scuola.")
    day = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    mark_absent(cast.member("Hugo"), day, day + timedelta(days=9), by=cast.member("Carla"))
    return old


def test_the_pages_are_clean(browser: Browser, client: Any, live_server: Any, cast: Cast, work: Work) -> None:
    old = laid_out(cast, work)
    asleep = Ticket.objects.get(snoozed_until__isnull=False)
    at = {name: f"/desk/borgo/tickets/{one.number}/" for name, one in (("main", work.main), ("old", old), ("asleep", asleep))}
    pages = {
        "snooze": at["main"] + "snooze/", "tags": at["main"] + "tags/", "merge": at["main"] + "merge/",
        "split": at["main"] + "split/", "passing": at["main"] + "passing/", "link": at["main"] + "link/",
        "copy": at["main"] + "print/", "merged": at["main"], "old": at["old"], "asleep": at["asleep"],
        "around": at["main"] + "context/", "list-snoozed": "/desk/lists/snoozed/",
        "list-mentioned": "/desk/lists/mentioned/",
        "absences": f"/desk/borgo/people/{cast.member('Hugo').pk}/absences/", "people": "/desk/borgo/people/",
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for who, names in (("Bruno", [one for one in pages if one not in ("absences", "people")]), ("Carla", ["absences", "people"])):
        context = enter(browser, client, live_server, cast, who)
        page = context.new_page()
        for name in names:
            # the machine may be busy with the other half of the tests: `settled` waits for the rest
            page.goto(live_server.url + pages[name], wait_until="domcontentloaded")
            settled(page)
            found |= wrong_with(page, name, [("wide", "light"), ("phone", "dark")])
        context.close()
    assert found == {}


def test_at_offers_colleagues_and_the_keyboard_takes_one(anna: Page, live_server: Any, cast: Cast, work: Work) -> None:
    anna.goto(ticket_page(live_server, work))
    settled(anna)
    anna.keyboard.press("n")
    anna.keyboard.type("Per la scuola @b")
    expect(anna.locator("#mentions li")).to_have_text(["Bruno Prova"])
    if PICTURES:
        anna.screenshot(path=str(Path(PICTURES) / "mentions-wide.png"))
    anna.keyboard.press("Enter")
    expect(anna.locator("#note-text")).to_have_value("Per la scuola @Bruno Prova ")
    expect(anna.locator("#mentions")).to_have_count(0)
    anna.keyboard.type("@car")
    anna.keyboard.press("Escape")
    anna.keyboard.type("ta intestata, grazie.")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#timeline")).to_contain_text("@Bruno Prova @carta intestata, grazie.")
    assert list(Mention.objects.values_list("member__user__name", flat=True)) == ["Bruno Prova"]
    expect(anna.locator("#timeline > article").last).to_be_focused()  # written, keys have their meaning again
    # put aside and back, each with one key
    anna.keyboard.press("s")
    expect(anna.locator("#verb input:checked")).to_be_focused()
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#ticket-head")).to_contain_text("Accantonata")
    expect(anna.locator("#verb input")).to_have_count(0)
    anna.keyboard.press("s")
    expect(anna.locator("#ticket-head")).not_to_contain_text("Accantonata")
    # and from the palette, by its name
    anna.keyboard.press("Control+k")
    anna.keyboard.type("etich")
    anna.keyboard.press("Enter")
    expect(anna.locator("#verb-title")).to_have_text("Etichette")
    field = anna.locator("#verb [name=tags]")
    expect(field).to_be_visible()
    field.focus()  # behind the boxes of the tags there are
    anna.keyboard.type("mensa, prova")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#timeline")).to_contain_text("mensa, prova")

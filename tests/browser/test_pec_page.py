"""The pages of a PEC in a browser: what receipts prove, on a desk and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.test_desk_pages import DESK, PHONE, page_of
from tests.cast import assemble
from tests.chromium import said_of, settled, violations
from tests.flows.mail_fixtures import ticket_of
from tests.flows.pec_fixtures import FIRM, PecBox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")
HOUR = timedelta(hours=1)


def test_receipts_and_proof_at_both_widths(browser: Browser, live_server: Any, transactional_db: None) -> None:
    box = PecBox(assemble())
    ticket = ticket_of(box.writes())
    said = box.answer(ticket, to=[("Ditta", FIRM), ("Studio", "studio@pec.example.it"), ("Maria", "maria@example.org")])
    people = [(FIRM, "certificato"), ("studio@pec.example.it", "certificato"), ("maria@example.org", "esterno")]
    box.receipt(said, "accettazione", recipients=people, late=25 * HOUR)
    box.receipt(said, "avvenuta-consegna", recipients=people, recipient=FIRM, form="completa", late=25 * HOUR)
    box.receipt(said, "preavviso-errore-consegna", recipients=people, recipient="studio@pec.example.it", error="altro",
                error_text="Il messaggio non è stato consegnato nelle prime 12 ore", late=13 * HOUR)
    start = f"{live_server.url}/desk/borgo/tickets/{ticket.number}/"
    addresses = {"sent": f"{start}messages/{said.entry.position}/certified/", "came": f"{start}messages/1/certified/",
                 "ticket": start}
    page = page_of(browser, live_server, box.cast, "Anna", DESK)
    for name, address in addresses.items():
        page.goto(address)
        settled(page)
        for width, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a size is one
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/pec-{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} at {width}"
            if name != "ticket":
                assert said_of(violations(page)) == [], f"{name} at {width}"
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.context.close()

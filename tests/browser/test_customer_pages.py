"""Customers' pages and the recording of a contact in a browser: by keyboard, axe, on a desk and on a phone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from sportello.foundation.journal import actor
from sportello.records.customers.actions import card
from sportello.records.customers.actions.changing import change_customer
from sportello.records.customers.actions.merging import merge
from sportello.records.customers.actions.registering import add_identity, find_or_add
from sportello.records.customers.duplicates import propose
from sportello.records.customers.importing import runs
from sportello.records.customers.models import Customer, SideSource
from sportello.records.customers.side import bring_in
from sportello.records.tickets import imports
from sportello.records.tickets.models import Contact, ContactDelegate, Ticket
from tests.cast import Cast
from tests.chromium import settled
from tests.waiting import wait_until

from .test_desk_pages import DESK, SHOTS, cast, look, page_of  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "Codice cliente;Cognome;Nome;Codice fiscale;E-mail\nC-1;Neri;Ugo;RSSMRA85T10A562X;ugo@gmial.com\nC-2;Bianchi;Ada;;\n"


def everything(cast: Cast) -> Customer:  # noqa: F811 - the fixture's value
    ticket = cast.ticket("Mensa scolastica: addebito doppio sulla retta di ottobre")
    cast.ticket("Orari della biblioteca")
    maria = Customer.objects.select_related("organisation").get(pk=ticket.customer_id)
    change_customer(maria, actor.SYSTEM, name=maria.name, language="ro", sort="person", needs="Testo grande, voce lenta",
                    addressed_as="Dott.ssa Popescu")
    phone = add_identity(maria, "phone", "347 123 4567", actor.SYSTEM)
    add_identity(maria, "external", "ORD-7", actor.SYSTEM)
    card.prefer(phone, actor.SYSTEM)

    def known(name: str, *identities: tuple[str, str]) -> Customer:
        return find_or_add(cast.borgo, name=name, identities=identities, language="it", actor=actor.SYSTEM)

    card.relate(known("Ion Popescu"), maria, "delegate", actor.SYSTEM, about="Delega del 3 marzo")
    card.give_consent(maria, "survey", "phone", actor.SYSTEM)
    card.write_note(maria, cast.member("Anna"), "Chiamarla al mattino: lavora di notte.")
    merge(maria, known("M. Popescu", ("email", "m.popescu@lavoro.example")), cast.member("Anna"), why="Stesso telefono")
    propose(known("Popescu Maria", ("phone", "347 1234567")))
    orders = SideSource.objects.create(organisation=cast.borgo, name="Ordini", sort="csv", key="external",
                                       made_at=maria.first_seen_at)
    bring_in(orders, b"Ordine;Data;Totale\nORD-7;01/11/2026;46,80\n")
    return maria


def test_every_page_is_looked_at(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - fixtures
    maria = everything(cast)
    run = runs.choose(cast.member("Carla"), "customers", "elenco.csv", LIST.encode())
    chosen = runs.choose(cast.member("Carla"), "customers", "altro.csv", LIST.encode())
    runs.begin(run, cast.member("Carla"), for_good=False)
    imports.work()
    twin = Customer.objects.get(name="Popescu Maria")
    own = f"/desk/borgo/customers/{maria.pk}/"
    pages = {
        "card": ("Carla", own), "merge": ("Anna", f"{own}merges/?other={twin.pk}"), "data": ("Carla", f"{own}data/"),
        "duplicates": ("Anna", "/desk/borgo/customers/duplicates/"), "list": ("Carla", "/desk/borgo/customers/"),
        "imports": ("Carla", "/desk/borgo/customers/imports/"), "tried": ("Carla", f"/desk/borgo/customers/imports/{run.pk}/"),
        "columns": ("Carla", f"/desk/borgo/customers/imports/{chosen.pk}/"), "export": ("Carla", "/desk/borgo/customers/export/"),
        "readings": ("Carla", "/desk/borgo/customers/readings/"), "sources": ("Elena", "/desk/borgo/customers/sources/"),
        "contact": ("Anna", f"/desk/borgo/contacts/new/?customer={maria.pk}"),
    }
    people = {who: page_of(browser, live_server, cast, who, DESK) for who in ("Anna", "Carla", "Elena")}
    faults: list[str] = []
    for what, (who, address) in pages.items():
        page = people[who]
        page.goto(live_server.url + address)
        settled(page)
        faults += look(page, f"crm-{what}")
    assert faults == []
    assert "46,80" in _side(people["Carla"], live_server.url + own)
    for page in people.values():
        page.context.close()


def _side(page: Page, address: str) -> str:
    page.goto(address)
    page.locator("dl.facts.held").first.wait_for()
    return page.locator("dl.facts.held").first.inner_text()


@pytest.mark.parametrize("typed", ["347 1234", "+39 347-123", "maria pop", "ord-7", "maria@ex"])
def test_a_call_of_a_known_customer_by_keyboard(
    browser: Browser, live_server: Any, cast: Cast, typed: str  # noqa: F811 - fixtures
) -> None:
    """Everything pressed is counted: of the thirty seconds of a call, two thirds at most are the person's typing."""
    maria = everything(cast)
    page = page_of(browser, live_server, cast, "Anna", DESK)
    page.goto(f"{live_server.url}/desk/borgo/contacts/new/?channel=phone")
    page.wait_for_function("customElements.get('work-timer') !== undefined")
    pressed = 0

    def press(*keys: str) -> None:
        nonlocal pressed
        for key in keys:
            page.keyboard.press(key)
            pressed += 1

    began = time.monotonic()
    press("f")
    page.keyboard.type(typed)
    # half a number is also found, with a ticket of that number before the customers
    page.locator("label[for=customer-new]", has_text=typed).wait_for()
    page.locator(f"#customer-{maria.pk}").wait_for()
    press("Tab", "Space")
    page.locator("#acts-self").wait_for()
    page.locator("#id_subject").focus()
    page.keyboard.type("Rimborso mensa")
    press("Tab")
    page.keyboard.type("Chiede il rimborso.")
    press("Tab", "ArrowDown", "Control+Enter")
    page.wait_for_url("**/receipt/")
    seconds = time.monotonic() - began
    typed_signs = len(typed) + len("Rimborso mensa") + len("Chiede il rimborso.")
    assert Ticket.objects.latest("pk").customer_id == maria.pk
    # an operator types about four signs a second; what is left is reading and the machine, which is measured elsewhere
    assert (typed_signs + pressed) / 4 < 20, (pressed, typed_signs)
    if SHOTS:
        print(f"\n{typed}: {pressed} keys, {typed_signs} signs, {seconds:.1f} s of the machine")
    page.context.close()


def test_a_late_answer_does_not_take_the_row_from_under_the_finger(
    browser: Browser, live_server: Any, cast: Cast  # noqa: F811 - fixtures
) -> None:
    """Anna sees Maria and goes to her while what she typed last is still being looked for."""
    maria = everything(cast)
    page = page_of(browser, live_server, cast, "Anna", DESK)
    page.goto(f"{live_server.url}/desk/borgo/contacts/new/?channel=phone")
    page.keyboard.press("f")
    page.keyboard.type("347 1")
    page.locator(f"#customer-{maria.pk}").wait_for()
    late: list[Route] = []
    page.route("**/contacts/find/**", lambda route: late.append(route))
    with page.expect_request("**/contacts/find/**"):
        page.keyboard.type("x")
    page.keyboard.press("Tab")
    wait_until(lambda: page.wait_for_timeout(10) or bool(late))  # that it was asked is heard before it is handed to us
    with page.expect_response("**/contacts/find/**"):
        late[0].continue_()
    page.wait_for_timeout(100)  # the answer may be taken in: nothing that can be waited for must happen
    page.keyboard.press("Space")
    page.locator("#acts-self").wait_for()
    assert page.evaluate("document.activeElement.checked")
    page.context.close()


def test_who_acts_for_the_customer_by_keyboard(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811
    everything(cast)
    page = page_of(browser, live_server, cast, "Anna", DESK)
    page.goto(f"{live_server.url}/desk/borgo/contacts/new/")
    page.wait_for_function("customElements.get('work-timer') !== undefined")
    page.keyboard.press("f")
    page.keyboard.type("maria@ex")
    page.locator("#found input[name=customer]").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#acts-self").wait_for()
    settled(page)
    page.locator("#acts-self").focus()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():  # a page that has not yet gone is as quiet as one that has arrived
        page.keyboard.press("Control+Enter")
    assert Contact.objects.filter(ended_at__isnull=False).exists()
    assert ContactDelegate.objects.get().delegate.name == "Ion Popescu"
    page.context.close()

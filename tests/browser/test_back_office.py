"""The back office in a browser: what is asked, approved, ticked and unknown, on a desk and on a phone, with long names and
with nothing in it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.records.procedures.models import Kind
from sportello.records.tickets import tick
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.approvals import asking, rules
from sportello.service.backoffice.approvals.asking import Draft
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.models import Forwarding, Office
from sportello.service.backoffice.offices import answering, forwarding
from sportello.service.backoffice.offices.forwarding import Asked
from sportello.service.backoffice.unknown_cases import drafts, handling
from tests.browser.test_desk_pages import DESK, PHONE, page_of
from tests.cast import Cast, assemble
from tests.chromium import said_of, settled, violations
from tests.unit.tickets.terms_scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SPORTELLO_SHOTS", "")
LONG = "Settore Lavori pubblici, manutenzioni, verde, protezione civile e rapporti con la Provincia"


def lay_out(cast: Cast) -> dict[str, str]:
    """Addresses of every page with something in it."""
    scene = Scene(cast)
    ticket = scene.opened("2026-09-01 10:00")
    Ticket.objects.filter(pk=ticket.pk).update(subject="Buca in via Garibaldi davanti al civico 12: caduta di una persona anziana")
    ticket.refresh_from_db()
    anna, bruno, carla = (cast.member(name) for name in ("Anna", "Bruno", "Carla"))
    works = Office.objects.create(
        organisation=cast.borgo, name=LONG, channel="email", address="lavori.pubblici.e.manutenzioni@provincia.test",
        competence="Strade, segnaletica, illuminazione", days=5,
    )
    taxes = Office.objects.create(organisation=cast.borgo, name="Tributi", channel="inside", team=cast.team("taxes"))
    said = list(Message.objects.filter(entry__ticket=ticket, direction="in").values_list("pk", flat=True))
    one = forwarding.forward(
        ticket, works, Asked("Buca in via Garibaldi", "Era segnalata?\n\nDa quando, e chi ne risponde?", 5, said), by=anna
    )
    other = forwarding.forward(ticket, taxes, Asked("Un conto", "Torna il conto?", 3, said), by=anna)
    answering.record_answer(one, "Segnalata dal 20 agosto, riparata il 3 settembre.", how="phone", by=anna)
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    rules.make_rule(kind, "replies", [Approver(team=cast.team("taxes")), Approver()], by=carla)
    text = "Gentile Maria Popescu,\n\nla buca era segnalata dal 20 agosto: le spetta il risarcimento.\n\nCordiali saluti"
    wanted = Draft(text, ticket.last_public_position, [("Maria Popescu", "maria@example.org")])
    approval = asking.ask(ticket, wanted, by=anna)
    asking.send_back(approval, 1, "Dica entro quando rispondiamo.", by=bruno)
    asking.reword(approval, Draft(text + "\nEntro 10 giorni.", *[ticket.last_public_position, wanted.to]), by=anna)
    items = ticking.items_from("! Foto del luogo con data e riferimento al numero civico\nTestimoni\n! IBAN controllato")
    ticking.make_template(cast.borgo, "Danni", items, kind=kind, by=carla)
    checklist = ticking.write(ticket, "Sopralluogo e danni", items, by=anna)
    ticking.tick(checklist.items.get(position=2), by=anna)
    case = handling.flag(ticket, cast.team("taxes"), by=anna, case="Chiede di curare un'aiuola davanti a casa.",
                         needed="Chi decide, con quale modulo, entro quando.")  # fmt: skip
    plan = drafts.ProcedureDraft("Adozione di aree verdi", "service", 20)
    handling.solve(case, handling.Solution("procedure", "Bozza pronta.", procedure=plan), by=bruno)
    scene.now("2026-09-09 10:00")
    tick.work()
    at = f"/desk/borgo/tickets/{ticket.number}/"
    return {
        "home": "/desk/offices/", "forwarding": f"{at}forwardings/{one.pk}/", "forward": f"{at}forwarding/",
        "question": f"/desk/borgo/asked/{other.pk}/", "approvals": "/desk/approvals/",
        "approval": f"{at}approvals/{approval.pk}/", "ask": f"{at}approvals/new/", "checklists": f"{at}checklists/",
        "case": f"{at}cases/{case.pk}/", "cases": "/desk/cases/", "warnings": "/desk/warnings/",
        "setup": "/desk/borgo/offices/", "rule": f"/desk/borgo/approval-rules/{kind.pk}/", "ticket": at,
        "side": f"{at}context/",
    }


#: Who looks at which page; everybody else is Anna.
LOOKS = {"question": "Bruno", "approvals": "Bruno", "approval": "Bruno", "setup": "Carla", "rule": "Carla"}


def test_every_page_at_both_widths(browser: Browser, live_server: Any, transactional_db: None) -> None:
    cast = assemble()
    addresses = lay_out(cast)
    assert Forwarding.objects.count() == 2
    people = {who: page_of(browser, live_server, cast, who, DESK) for who in ("Anna", *set(LOOKS.values()))}
    for name, address in addresses.items():
        page = people[LOOKS.get(name, "Anna")]
        page.goto(f"{live_server.url}{address}")
        settled(page)
        for width, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a size is one
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/office-{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} at {width}"
            if name != "ticket" and width == "desk":
                assert said_of(violations(page)) == [], name
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
    for page in people.values():
        page.context.close()


def test_with_nothing_in_it(browser: Browser, live_server: Any, transactional_db: None) -> None:
    cast = assemble()
    page = page_of(browser, live_server, cast, "Carla", PHONE)
    for name, address in (("offices", "/desk/offices/"), ("approvals", "/desk/approvals/"), ("cases", "/desk/cases/"),
                          ("warnings", "/desk/warnings/"), ("setup", "/desk/borgo/offices/")):  # fmt: skip
        page.goto(f"{live_server.url}{address}")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/office-empty-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    page.context.close()

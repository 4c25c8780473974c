"""Pages of the back office that came later, in a browser: clean, and fitting on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser

from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.service.backoffice.archive import holds
from sportello.service.backoffice.complaints import lessons
from sportello.service.backoffice.complaints.registering import on_opened  # noqa: F401 - the room's reactions are there
from sportello.service.backoffice.documents import issuing
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.models import Complaint, ProtocolRequest
from sportello.service.backoffice.protocol import setting_up
from tests.cast import Cast
from tests.unit.backoffice.complaints_scene import RULES
from tests.unit.backoffice.test_step_forms import ASKS
from tests.unit.tickets.terms_scene import Scene

from .test_desk_pages import DESK, PHONE, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Riconoscimento dell'agevolazione tariffaria sulla mensa scolastica per due figli nella stessa scuola primaria"


def everything(cast: Cast) -> tuple[dict[str, str], str, str]:  # noqa: F811 - the fixture
    """Something on every page; the desk's addresses by name, then number and code of a request with a form to fill in."""
    borgo, carla = cast.borgo, cast.member("Carla")
    setting_up.change(borgo, actor.SYSTEM, is_on=True, keeper="outside", administration="c_x999", office="AOO1",
                      url="https://protocollo.example.org/registrazioni")
    Scene(cast).under({**RULES, "steps": [*RULES["steps"], *ASKS["steps"]], "checklists": ASKS["checklists"]})
    ready = publishing.shipped(borgo)
    for form in publishing.bring_in(borgo, cast.member("Elena"), ready[1:]):
        publishing.publish(form, cast.member("Elena"))
    opened = cast.opened(LONG, kind="complaint")
    ticket = opened.ticket
    letter = issuing.begin(ticket, carla, None)
    issuing.save(letter, carla, edits=0, title=LONG, recipient="Maria Popescu\nVia Roma 1", text="Venga lunedì.\n" * 4)
    issuing.issue(letter, carla, registered=True)
    ProtocolRequest.objects.update(trouble="away", answer="503 Service Unavailable", tries=4)
    complaint = Complaint.objects.get(ticket=ticket)
    row = lessons.begin(complaint, lesson=LONG, action=f"{LONG}: un controllo prima dell'invio", owner=carla,
                        due_on=(clock.now(borgo) + timedelta(days=3)).date(), by=carla)
    type(row).objects.update(reminded_before_at=clock.now(borgo), reminded_late_at=clock.now(borgo))
    holds.place(ticket.customer, "Ricorso al TAR 12/2026", carla)
    client = Client()
    client.force_login(cast.users["Carla"], backend="django.contrib.auth.backends.ModelBackend")
    reply = f"tickets/{ticket.number}/complaint/replies/final/"
    client.post(f"/desk/borgo/{reply}", {
        "do": "keep", "base_position": ticket.last_public_position, "block-claimed": "Il doppio addebito.",
        "files": SimpleUploadedFile("estratto-conto-di-ottobre-con-il-doppio-addebito.txt", b"dieci euro")})  # fmt: skip
    documents = f"borgo/tickets/{ticket.number}"
    return {
        "letter-waits": f"{documents}/letters/{letter.pk}/", "documents-wait": f"{documents}/documents/",
        "outside": "borgo/protocol/outside/", "complaint-reply": f"borgo/{reply}", "warnings": "warnings/",
        "actions": "borgo/complaints/actions/", "card-held": f"borgo/customers/{ticket.customer_id}/",
        "forms-ready": "borgo/forms/import/", "ticket-steps": f"{documents}/context/",
    }, ticket.number, opened.code  # fmt: skip


def test_every_page(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - the fixtures
    addresses, number, code = everything(cast)
    faults: list[str] = []
    page = page_of(browser, live_server, cast, "Carla", DESK)
    for what, address in addresses.items():
        answer = page.goto(f"{live_server.url}/desk/{address}")
        assert answer and answer.status == 200, what
        faults += look(page, what)
    page.context.close()
    page = browser.new_context(viewport=PHONE, locale="it").new_page()  # type: ignore[arg-type]  # a size is one
    page.goto(f"{live_server.url}/o/borgo/follow/?number={number}")
    page.fill("[name=code]", code)
    with page.expect_navigation():
        page.click("main button[type=submit]")
    faults += look(page, "portal-form-asked")
    with page.expect_navigation():
        page.click("form[action*='/steps/'] button")
    faults += look(page, "portal-form")
    page.fill("[name=q-wanted]", "I verbali del 2025")
    with page.expect_navigation():
        page.click("main form.form button.button-primary")
    assert page.url.endswith(f"/follow/{number}/") or page.locator("[aria-invalid=true]").count(), page.url
    page.context.close()
    assert faults == []

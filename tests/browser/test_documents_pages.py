"""The pages of documents, forms and the register in a browser: clean, and fitting on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.tickets.models import Message
from sportello.service.backoffice.documents import issuing, templates
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.forms.definition import read
from sportello.service.backoffice.models import ProtocolEntry, ProtocolSettings
from sportello.service.backoffice.protocol import printing, registering, setting_up
from sportello.service.backoffice.protocol.matter import of_message
from sportello.service.channels.webform import drafts
from tests.cast import Cast
from tests.unit.backoffice.test_forms import FORM

from .test_desk_pages import DESK, PHONE, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Riconoscimento dell'agevolazione tariffaria sulla mensa scolastica per due figli nella stessa scuola primaria"


def everything(cast: Cast) -> dict[str, str]:  # noqa: F811 - the fixture
    """Something on every page; the addresses by name."""
    clock.move_to(cast.borgo, clock.server_now() - timedelta(days=2))
    setting_up.change(cast.borgo, actor.SYSTEM, is_on=True, keeper="own", administration="c_x999", office="AOO1")
    carla, ticket = cast.member("Carla"), cast.ticket(LONG)
    form = publishing.begin(cast.borgo, carla, read({**FORM, "intro": {"it": "Serve la ricevuta del pagamento."}}))
    publishing.publish(form, carla)
    chosen = next(one for one in templates.in_use(cast.borgo) if one.code == "reply")
    first = issuing.begin(ticket, carla, None)
    issuing.save(first, carla, edits=0, title=LONG, recipient="Maria Popescu\nVia Roma 1", text="Venga lunedì.\n" * 4)
    issuing.issue(first, carla, registered=True)
    message = Message.objects.filter(entry__ticket=ticket, direction="in").get()
    registering.register(ticket, of_message(message), carla, message=message)
    entry = ProtocolEntry.objects.order_by("id")[0]
    registering.annul(entry, carla, "Registrata due volte per errore dell'operatore", "Determina 12/2026")
    clock.move_to(cast.borgo, clock.server_now())
    printing.print_day(ProtocolSettings.objects.select_related("organisation").get(), entry.registered_on)
    letter = issuing.begin(ticket, carla, chosen)
    issuing.save(letter, carla, edits=0, title=letter.title, recipient=letter.recipient, text=letter.text + (
        "\n\nAi sensi della normativa vigente, si comunica che l'istanza presentata dal richiedente in merito al "
        "riconoscimento della agevolazione tariffaria verrà esaminata dall'ufficio competente previa presentazione della DSU."))
    documents = f"tickets/{ticket.number}"
    return {
        "documents": f"{documents}/documents/", "letter": f"{documents}/letters/{letter.pk}/", "templates": "documents/",
        "template": f"documents/{chosen.pk}/", "paper": "documents/paper/", "forms": "forms/", "form": f"forms/{form.pk}/",
        "field": f"forms/{form.pk}/fields/who/", "form-preview": f"forms/{form.pk}/preview/",
        "form-who": f"forms/{form.pk}/filling/", "protocol": "protocol/", "entry": f"protocol/entries/{entry.pk}/",
        "prints": "protocol/prints/", "outside": "protocol/outside/",
    }


def test_every_page_of_documents(
    browser: Browser, live_server: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch  # noqa: F811 - the fixtures
) -> None:
    monkeypatch.setattr(drafts, "LEAST", timedelta(0))
    addresses, faults = everything(cast), []
    page = page_of(browser, live_server, cast, "Carla", DESK)
    for what, address in addresses.items():
        answer = page.goto(f"{live_server.url}/desk/borgo/{address}")
        assert answer and answer.status == 200, what
        faults += look(page, f"documents-{what}")
    page.context.close()
    page = page_of(browser, live_server, cast, "Elena", DESK)
    page.goto(f"{live_server.url}/desk/borgo/protocol/settings/")
    faults += look(page, "documents-settings")
    # the customer's side, on their phone: a form filled in with wrong answers, without scripts of ours
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size is one
    page.goto(f"{live_server.url}/o/borgo/forms/")
    faults += look(page, "portal-forms")
    page.goto(f"{live_server.url}/o/borgo/request/?kind=information")
    faults += look(page, "portal-request")
    page.fill("#id_name", "Maria Popescu")
    page.fill("#id_email", "maria@example.org")
    page.check("#id_privacy")
    page.click(".portal-main button.button-primary")
    page.check("input[value=person]")
    page.click(".portal-main button.button-primary")
    page.fill("#id_q-tax_code", "RSSMRA85T10A562X")
    page.click(".portal-main button.button-primary")
    expect(page.locator("#id_q-tax_code")).to_have_attribute("aria-invalid", "true")
    faults += look(page, "portal-form")
    page.context.close()
    assert faults == []

"""The pages of procedures in a browser: clean, and fitting on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.records.procedures import packs
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.actions.switching import confirm
from sportello.records.procedures.models import Procedure
from tests.cast import Cast

from .test_desk_pages import DESK, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_of_procedures(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - the fixtures
    elena = cast.person("Elena")
    for code in ("foia", "document_access", "energy_complaint", "gdpr_rights"):
        publish(cast.borgo, packs.versions_of(code)[-1], elena.actor, on=True)
    waiting = Procedure.objects.get(code="document_access")
    confirm(waiting, "suspensions.irregular", "Regolamento comunale sull'accesso, art. 12", cast.member("Elena"), elena.actor)
    own = Procedure.objects.get(code="foia")
    pages = {
        "procedures": "", "procedure": f"{own.pk}/", "procedure-waiting": f"{waiting.pk}/",
        "procedure-edit": f"{own.pk}/edit/", "procedures-packs": "packs/", "procedures-import": "import/",
    }
    page, faults = page_of(browser, live_server, cast, "Elena", DESK), []
    for what, address in pages.items():
        answer = page.goto(f"{live_server.url}/desk/borgo/procedures/{address}")
        assert answer and answer.status == 200, what
        faults += look(page, what)
    page.context.close()
    assert faults == []

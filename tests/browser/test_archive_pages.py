"""The pages of the archive in a browser: clean, and fitting on a desk and on a phone; seen before, while one types."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.records.tickets.models import Message
from sportello.service.backoffice.archive import disposal, holds, packages, solutions
from sportello.service.backoffice.models import FileClass
from tests.cast import Cast
from tests.unit.backoffice.archive_scene import approved, carry_out, closed, confirmed

from .test_desk_pages import DESK, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Errore 503 pagando la mensa scolastica con la carta: addebito doppio sul conto cointestato di novembre e dicembre"


def test_every_page_of_the_archive(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - the fixtures
    page, faults = page_of(browser, live_server, cast, "Carla", DESK), []

    def seen(what: str, address: str) -> None:
        answer = page.goto(f"{live_server.url}/desk/borgo/{address}")
        assert answer and answer.status == 200, what
        faults.extend(look(page, what))

    for what in ("archive", "holds", "disposals", "packages"):
        seen(f"{what}-empty", "archive/" if what == "archive" else f"archive/{what}/")
    gone = closed(cast, "Vecchia mensa", years=5)
    first = closed(cast, LONG, name="Giovanni Battista Della Valle-Schwarzenberg", address="gb@example.org")
    carla = cast.member("Carla")
    confirmed(cast, "1.1")
    approved(cast)
    carry_out()
    closed(cast, "Altra vecchia mensa", years=4)
    disposal.propose(cast.borgo, cast.member("Elena"))
    holds.place(first, "Ricorso al TAR n. 12/2026, udienza del 3 dicembre", carla)
    holds.place(first.customer, "Ispezione del Garante, prot. 3/2026", carla)
    solutions.mark(first, Message.objects.get(entry__ticket=first, direction="out", notice_moment="").entry.position, carla)
    made = packages.ask(cast.person("Carla"), carla, "Informazioni chiuse nel 2026, per il polo di conservazione regionale")
    seen("package-writing", f"archive/packages/{made.pk}/")
    while packages.work():
        pass
    row, open_question = FileClass.objects.get(code="1.1"), FileClass.objects.get(code="2.1")
    pages = {
        "archive": "archive/", "plan": "archive/plan/", "class": f"archive/plan/classes/{row.pk}/",
        "class-question": f"archive/plan/classes/{open_question.pk}/", "plan-import": "archive/plan/import/",
        "holds": "archive/holds/", "disposals": "archive/disposals/", "disposal": "archive/disposals/2/",
        "disposal-done": "archive/disposals/1/", "packages": "archive/packages/",
        "package": f"archive/packages/{made.pk}/", "ticket": f"tickets/{first.number}/archive/",
        "tombstone": f"tickets/{gone.number}/archive/",
    }
    for what, address in pages.items():
        seen(what, address)
    page.goto(f"{live_server.url}/desk/borgo/contacts/new/")
    page.fill("#id_subject", "La mensa dà errore quando pago con la carta")
    page.wait_for_selector("#seen-before li")
    assert first.number in page.inner_text("#seen-before")
    faults.extend(look(page, "contact-seen"))
    page.context.close()
    assert faults == []

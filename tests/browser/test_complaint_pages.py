"""The pages of complaints, known faults and shop requests in a browser: clean, on a desk and on a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.records.procedures.actions.publishing import publish
from sportello.records.procedures.models import OfficeCalendar
from sportello.records.procedures.packs import shipped_version
from sportello.records.tickets.models import Ticket
from sportello.service.backoffice.complaints import instances, lessons, limits, registering, remedies, replies, stages
from sportello.service.backoffice.faults import keeping, telling
from sportello.service.backoffice.models import Complaint, KnownFault
from sportello.service.backoffice.shop import telling as shop
from tests.cast import HOURS, Cast
from tests.unit.backoffice.complaints_scene import ALL_BLOCKS, RULES, line_of
from tests.unit.tickets.terms_scene import Scene

from .test_desk_pages import DESK, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Associazione Culturale Amici della Biblioteca Comunale di Borgo Lieto e Frazioni Montane ODV"


def complaints(cast: Cast) -> Complaint:  # noqa: F811 - the fixture's value
    """One with everything on it, two more in the list, one of them annulled."""
    Scene(cast).under(RULES)
    anna, carla = cast.member("Anna"), cast.member("Carla")
    ticket = cast.ticket("Mensa scolastica: addebito doppio sulla retta di ottobre", kind="complaint", name=LONG)
    found = line_of(ticket)
    limits.set_limit(cast.borgo, by=cast.member("Elena"), amount=5000, role="operator")
    limits.set_limit(cast.borgo, by=cast.member("Elena"), amount=None, member=carla)
    stages.assess(found, severity=3, risk=4, is_safety=True, responsible=anna, text="Riguarda molte famiglie.", by=anna)
    stages.investigate(found, cause="billing", text="La rata di ottobre è partita due volte dal programma.", by=anna)
    refund = remedies.offer(found, sort="refund", cost=4680, text="Rimborso della rata.", reason="Errore nostro.", by=anna)
    remedies.done(refund, by=anna)
    remedies.offer(found, sort="discount", cost=2000, text="Sconto sulla prossima rata.", reason="Per il disturbo.", by=anna)
    replies.save(found, "final", {**ALL_BLOCKS, "checks": ""}, finding="partly", by=anna)
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    instances.open_instance(found, code="conciliation", opened_on=today, reference="C/2026/118", by=anna)
    lessons.begin(found, lesson="La rata parte due volte quando si ripete l'invio.", action="Controllo prima dell'invio.",
                  owner=anna, due_on=today + timedelta(days=20), public_text="Un controllo evita i doppioni.", by=anna)
    annulled = line_of(cast.ticket("Scusate, era una domanda", kind="complaint"))
    registering.annul(annulled, "Era una domanda.", by=carla)
    cast.ticket("Coda di due ore allo sportello", kind="complaint", address="altro@example.org")
    return found


def fault(cast: Cast) -> KnownFault:  # noqa: F811 - the fixture's value
    now = clock.now(cast.borgo)
    tickets = [cast.ticket(f"Acqua fredda in via Roma {n}", address=f"c{n}@example.org", name=LONG) for n in range(3)]
    found = keeping.begin(cast.borgo, titles={"it": "Acqua calda assente nelle scuole di via Roma"}, is_public=True,
                          began_at=now - timedelta(hours=2), kind=tickets[0].kind, by=cast.member("Anna"))
    keeping.link(found, tickets[:2], by=cast.member("Anna"))
    keeping.write_update(found, texts={"it": "Il tecnico arriva alle 15."}, state="found", tell=True,
                         by=cast.member("Anna"))
    telling.work()
    return found


def withdrawal(cast: Cast) -> Ticket:  # noqa: F811 - the fixture's value
    definition = shipped_version("withdrawal", date(2026, 12, 1))
    assert definition is not None
    calendar, _made = OfficeCalendar.objects.get_or_create(
        organisation=cast.bottega, slug="italy", defaults={"data": {**HOURS, "country": "IT"}}
    )
    publish(cast.bottega, definition, actor.SYSTEM, calendar=calendar, on=True)
    ticket = cast.ticket("Recesso dall'ordine A-1", organisation=cast.bottega, kind="withdrawal")
    found = Ticket.objects.select_related("kind", "organisation", "procedure__calendar").get(pk=ticket.pk)
    bought = clock.local(cast.bottega, clock.now(cast.bottega)).date() - timedelta(days=5)
    shop.keep(found, shop.Declared("A-1", "Lampada da tavolo", delivered_on=bought), actor.SYSTEM)
    return found


def test_every_page_of_complaints(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - the fixtures
    found, event, bought = complaints(cast), fault(cast), withdrawal(cast)
    here = f"/desk/borgo/tickets/{found.ticket.number}/complaint/"
    year = clock.local(cast.borgo, clock.now(cast.borgo)).year
    waiting = found.remedies.get(state="asked")
    pages = {
        "register": ("Carla", "/desk/borgo/complaints/?state=all"), "register-empty": ("Irene", "/desk/bottega/complaints/"),
        "complaint": ("Carla", here), "reply": ("Anna", f"{here}replies/final/"), "remedy": ("Anna", f"{here}remedies/"),
        "assessment": ("Anna", f"{here}assessment/"), "decision": ("Carla", f"{here}remedies/{waiting.pk}/decision/"),
        "approvals": ("Carla", "/desk/borgo/complaints/approvals/"), "actions": ("Carla", "/desk/borgo/complaints/actions/"),
        "report": ("Carla", f"/desk/borgo/complaints/report/{year}/"), "limits": ("Elena", "/desk/borgo/complaints/limits/"),
        "faults": ("Anna", "/desk/borgo/faults/"), "fault": ("Anna", f"/desk/borgo/faults/{event.pk}/"),
        "fault-new": ("Anna", "/desk/borgo/faults/new/"),
        "shop": ("Irene", f"/desk/bottega/tickets/{bought.number}/shop-request/"),
        "ticket": ("Anna", f"/desk/borgo/tickets/{found.ticket.number}/"),
        "portal-status": ("Anna", "/o/borgo/status/"), "portal-status-fault": ("Anna", f"/o/borgo/status/{event.pk}/"),
        "portal-home": ("Anna", "/o/bottega/"), "portal-withdrawal": ("Anna", "/o/bottega/shop/withdrawal/"),
    }  # fmt: skip
    people = {who: page_of(browser, live_server, cast, who, DESK) for who in ("Anna", "Carla", "Elena", "Irene")}
    faults = []
    for what, (who, address) in pages.items():
        answer = people[who].goto(live_server.url + address)
        assert answer and answer.status == 200, what
        faults += look(people[who], what)
    for page in people.values():
        page.context.close()
    assert not faults, "\n".join(faults)

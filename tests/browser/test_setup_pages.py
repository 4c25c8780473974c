"""The pages of setting up in a browser: clean, and fitting on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from sportello.foundation.files.actions import keep
from sportello.foundation.files.models import Logo
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Branch, OutsideProvider
from sportello.records.procedures.actions.hours import hours_of_branch
from sportello.records.procedures.models import Kind
from tests.cast import Cast

from .test_desk_pages import DESK, cast, look, page_of  # noqa: F401 - fixtures are taken by name

pytestmark = pytest.mark.django_db(transaction=True)

#: One point, so that it stretches to whatever it is drawn as.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c489"
    "0000000d49444154789c636038a1f01f00045c02345ea0c1e20000000049454e44ae426082"
)  # fmt: skip


def test_every_page_of_setting_up(browser: Browser, live_server: Any, cast: Cast) -> None:  # noqa: F811 - the fixtures
    long = "Ufficio relazioni con il pubblico e servizi demografici, elettorali e cimiteriali"
    branch = Branch.objects.create(organisation=cast.borgo, slug="roma", names={"it": f"Sede di via Roma, {long}"},
                                   address="Via Roma 1\n00100 Borgo Lieto", phone="06 1234567",
                                   hints={"it": "Ingresso in sedia a rotelle dal cortile."})  # fmt: skip
    hours_of_branch(cast.borgo, branch)
    Logo.objects.create(organisation=cast.borgo, blob=keep(cast.borgo, PIXEL))
    Organisation.objects.filter(pk=cast.borgo.pk).update(
        footer_links=[{"names": {"it": "Amministrazione trasparente"}, "url": "https://borgo.example/trasparente"}],
        owner_line="Regione Immaginaria",
    )
    OutsideProvider.objects.create(
        organisation=cast.borgo, code="borgo", name="Identità digitale unica dell'Unione", domains=["borgo.example"],
        server_url="https://accesso.unione-dei-comuni-della-valle.example/realms/dipendenti-e-collaboratori",
        client_id="sportello", made_at=clock.now(cast.borgo),
    )  # fmt: skip
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    pages = {
        "setup": "", "setup-organisation": "organisation/", "setup-appearance": "appearance/", "setup-teams": "teams/",
        "setup-team": f"teams/{cast.team('front').pk}/", "setup-branches": "branches/", "setup-kinds": "kinds/",
        "setup-branch": f"branches/{branch.pk}/", "setup-hours": "hours/", "setup-kind": f"kinds/{kind.pk}/",
        "setup-kind-new": "kinds/new/", "setup-sign-in": "sign-in/",
    }  # fmt: skip
    page, faults = page_of(browser, live_server, cast, "Elena", DESK), []
    for what, address in pages.items():
        answer = page.goto(f"{live_server.url}/desk/borgo/setup/{address}")
        assert answer and answer.status == 200, what
        faults += look(page, what)
    page.goto(f"{live_server.url}/o/borgo/")
    faults += look(page, "setup-portal")
    page.context.close()
    assert faults == []

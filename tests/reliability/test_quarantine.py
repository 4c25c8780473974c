"""T28: what was held back survives restarts and runs, shows its age, and is cleared by people only."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import connections

from sportello.foundation.files.actions import read
from sportello.service.channels import intake, quarantine
from sportello.service.channels.models import IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter

pytestmark = pytest.mark.django_db(transaction=True)


def test_t28_it_survives_restarts_and_shows_its_age(cast: Cast, client) -> None:
    """glpi#4892, #5903: the list was emptied at every run of the collector."""
    raw = letter("chi sono?", sender="", subject="Senza mittente")
    held = arrive(raw)
    for _run in range(3):
        connections.close_all()  # what a restart of the worker is to the database
        for _round in range(5):
            intake.work()
        arrive(letter())
    held.refresh_from_db()
    assert (held.state, held.cause, read(held.raw)) == ("quarantined", "no_sender", raw)
    assert [row.received_at for row in quarantine.quarantined(cast.person("Anna"))] == [held.received_at]
    client.force_login(cast.users["Anna"])
    page = client.get("/desk/borgo/quarantine/").content.decode()
    assert "Senza mittente" in page
    shown = re.search(r'Senza mittente.*?datetime="([^"]+)"', page, re.DOTALL)
    assert shown is not None
    assert abs(datetime.fromisoformat(shown[1]) - held.received_at).total_seconds() < 60
    assert client.get("/desk/borgo/quarantine/", {"before": held.pk}).status_code == 200


def test_t28_only_people_clear_it_and_nothing_is_deleted(cast: Cast) -> None:
    held = arrive(letter(sender=""))
    anna = cast.member("Anna")
    quarantine.set_aside(quarantine.get_mail(cast.person("Anna"), "borgo", held.pk), anna)
    assert quarantine.quarantined(cast.person("Anna")) == []
    row = IncomingMail.objects.get(pk=held.pk)
    assert (row.state, row.cause, row.released_by_id) == ("machine", "set_aside", anna.pk)
    quarantine.release(row, anna)
    intake.work()
    row.refresh_from_db()
    assert row.state == "ticketed", "set aside by mistake, it can still be read"

"""Who answers for a corrective action is reminded before its day and after it, once each, whoever looks and however often."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from sportello.foundation.journal.models import Event
from sportello.service.backoffice.complaints import lessons
from sportello.service.backoffice.models import CorrectiveAction
from tests.cast import Cast
from tests.unit.tickets.terms_scene import Scene

from .complaints_scene import complaint_of

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return [one.payload["which"] for one in Event.objects.filter(verb="corrective_action.reminded").order_by("id")]


def begun(cast: Cast, due_on: date) -> CorrectiveAction:
    return lessons.begin(complaint_of(cast), lesson="La fattura parte due volte.", action="Un controllo prima dell'invio.",
                         owner=cast.member("Hugo"), due_on=due_on, by=cast.member("Bruno"))


def test_before_and_after_the_day_once_each(cast: Cast, client: Any) -> None:
    scene = Scene(cast)
    row = begun(cast, date(2026, 10, 20))
    for day, said in (("2026-10-12", []), ("2026-10-13", ["before"]), ("2026-10-20", ["before"]),
                      ("2026-10-21", ["before", "late"]), ("2026-12-01", ["before", "late"])):  # fmt: skip
        scene.now(f"{day} 09:00")
        for _worker in range(3):
            lessons.work()
        assert told() == said, day
    client.force_login(cast.users["Hugo"])
    assert row.action.split()[-1] in client.get(reverse("desk:warnings_home")).content.decode().replace("&#x27;", "'")
    client.force_login(cast.users["Anna"])
    assert "corrective" not in client.get(reverse("desk:warnings_home")).content.decode(), "of others there is nothing to see"
    client.force_login(cast.users["Carla"])
    assert "ricordato" in client.get(reverse("desk:complaint_actions", args=["borgo"])).content.decode()
    lessons.finish(row, effect="Nessun doppio addebito da un mese.", by=cast.member("Hugo"))
    client.force_login(cast.users["Hugo"])
    assert "corrective" not in client.get(reverse("desk:warnings_home")).content.decode()


def test_one_begun_late_is_reminded_the_day_after_and_one_done_never(cast: Cast) -> None:
    scene = Scene(cast)
    begun(cast, date(2026, 9, 3))
    lessons.work()
    assert told() == [], "who was given it today knows"
    scene.now("2026-09-02 09:00")
    lessons.work()
    assert told() == ["before"]
    lessons.finish(CorrectiveAction.objects.get(), effect="Fatto.", by=cast.member("Hugo"))
    scene.now("2026-09-10 09:00")
    assert lessons.work() == 0 and told() == ["before"]


def test_a_worker_killed_while_it_reminds_neither_skips_nor_repeats(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(cast)
    begun(cast, date(2026, 9, 20))
    scene.now("2026-09-15 09:00")
    real = lessons.record

    def dies(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise KeyboardInterrupt  # after writing, before the commit

    monkeypatch.setattr(lessons, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        lessons.work()
    assert told() == [] and CorrectiveAction.objects.get().reminded_before_at is None
    monkeypatch.setattr(lessons, "record", real)
    assert lessons.work() == 1 and told() == ["before"]

"""The machine's clock is set back: what was to be tried again soon is, and what people promised stays."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sportello.config import clock_steps
from sportello.foundation.tenancy import clock
from sportello.service.channels.models import Dispatch, IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter, stored

HOUR = timedelta(hours=1)


class Machine:
    """The two clocks of a machine; `set_by` moves the one on the wall."""

    def __init__(self) -> None:
        self.wall = 0.0

    def time(self) -> float:
        return time.time() + self.wall

    @staticmethod
    def monotonic() -> float:
        return time.monotonic()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> Machine:
    one = Machine()
    settings.HOME = tmp_path
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(clock_steps, "time", one)
    monkeypatch.setattr(clock_steps, "_last", None)
    return one


def soon(at: datetime | None) -> bool:
    return at is not None and abs(at - clock.server_now()) < timedelta(seconds=70)


def test_what_was_to_be_tried_again_in_the_wrong_hour_is_tried_now(cast: Cast, machine: Machine) -> None:
    mail, sent = stored(letter("una")), arrive(letter("altra"))
    assert clock_steps.work() == 0, "first look"
    machine.wall = 3600
    assert clock_steps.work() == 0, "forward, nothing lies still"
    ahead = clock.server_now() + HOUR
    IncomingMail.objects.filter(pk=mail.pk).update(next_attempt_at=ahead + timedelta(minutes=1), attempts=1)
    Dispatch.objects.update(state="queued", next_attempt_at=ahead)
    machine.wall = 0
    assert clock_steps.work() >= 2, "and the colleague's notification"
    mail.refresh_from_db()
    assert soon(mail.next_attempt_at)
    assert all(soon(at) for at in Dispatch.objects.values_list("next_attempt_at", flat=True))
    assert sent.state == "ticketed" and clock_steps.work() == 0


def test_a_step_while_no_worker_looked_is_found_by_the_next(cast: Cast, machine: Machine, monkeypatch) -> None:
    machine.wall = 3600
    clock_steps.work()
    mail = stored(letter("una"))
    IncomingMail.objects.filter(pk=mail.pk).update(next_attempt_at=clock.server_now() + HOUR)
    machine.wall = 0
    monkeypatch.setattr(clock_steps, "_last", None)  # another process
    assert clock_steps.work() == 1


def test_a_clock_turned_gently_is_left_alone_until_it_adds_up(cast: Cast, machine: Machine) -> None:
    mail = stored(letter("una"))
    clock_steps.work()
    IncomingMail.objects.filter(pk=mail.pk).update(next_attempt_at=clock.server_now() + HOUR)
    for turned in (-2, -4):
        machine.wall = turned
        assert clock_steps.work() == 0
    machine.wall = -6
    assert clock_steps.work() == 1


def test_after_the_machine_was_started_anew_nothing_is_concluded(cast: Cast, machine: Machine, monkeypatch) -> None:
    machine.wall = 3600
    clock_steps.work()
    machine.wall = 0
    monkeypatch.setattr(clock_steps, "_last", None)
    monkeypatch.setattr(clock_steps, "_boot", lambda: "another start")
    assert clock_steps.work() == 0

"""Processes that only read mail, beside the worker: as many as were asked for, and nothing else in them."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from sportello.config import rounds
from sportello.config.supervisor import run
from sportello.config.supervisor.staff import staff
from sportello.config.supervisor.trouble import Trouble


def names(monkeypatch: pytest.MonkeyPatch, asked: str) -> list[tuple[str, str]]:
    monkeypatch.setenv("SPORTELLO_INTAKE_PROCESSES", asked)
    one = run.Supervisor()
    programs = staff(one.home, one.doors, {}, None, one._plan())
    return [(child.name, child.program) for child in programs if child.name.startswith("intake")]


def test_as_many_as_asked_each_with_a_log_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(monkeypatch, "") == names(monkeypatch, "0") == []
    assert names(monkeypatch, "2") == [("intake-1", "intake"), ("intake-2", "intake")]
    for wrong in ("two", "-1", "33"):
        with pytest.raises(Trouble, match="SPORTELLO_INTAKE_PROCESSES"):
            names(monkeypatch, wrong)


def test_one_does_the_loop_it_was_asked_for_and_leaves_the_workers_heartbeat_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings
) -> None:
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    began: list[str] = []
    told: list[object] = []

    def of(loops: list[rounds.Loop], stop: object) -> list[rounds.Round]:
        began.extend(loop.name for loop in loops)
        stop.set()  # type: ignore[attr-defined]  # the event of the worker's own life
        return []

    monkeypatch.setattr(rounds, "rounds_of", of)
    monkeypatch.setattr(rounds, "Jobs", told.append)
    monkeypatch.setattr(signal, "signal", lambda *given: None)
    assert rounds.work_until_told(only="intake") == 0
    assert (began, told) == (["intake"], [])
    assert not (tmp_path / "run" / "worker.json").exists()

"""What the supervisor keeps alive: programs that end are started again, and leave nobody behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from sportello.config.supervisor import child as children
from sportello.config.supervisor.child import Child
from tests.waiting import LIMIT, wait_until

CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A child whose program is the given Python code (the real ones need a whole installation)."""
    made: list[Child] = []

    def make(code: str) -> Child:
        package = tmp_path / "stand-in" / "sportello"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__main__.py").write_text(code)
        env = {**os.environ, "PYTHONPATH": str(package.parent)}
        child = Child("web", tmp_path / "logs" / "web.log", env)
        made.append(child)
        return child

    # `-m sportello` must find the stand-in, not the checkout the tests stand in
    monkeypatch.chdir(tmp_path)
    yield make
    for child in made:
        if child.process is not None:
            child.wait(time.monotonic())


def test_one_that_ends_is_started_again_with_growing_pauses(program) -> None:
    child = program("raise SystemExit('no such port')")
    child.start()
    pauses = []
    for _ in range(3):
        child.process.wait(LIMIT)
        asked, pause = time.monotonic(), child.pause
        said = child.look()
        pauses.append(child.pause)
        assert "web ended (exit code 1)" in said
        assert "no such port" in said, "its last words must reach the terminal"
        assert child.again_at - asked >= pause, "not before the pause is over"
        child.again_at = float("inf")  # which would end while a slow machine looks
        assert child.look() == "" and child.process is None
        child.again_at = time.monotonic()
        child.look()
        assert child.process is not None
    assert pauses == sorted(pauses) and pauses[0] < pauses[-1] <= children.LONGEST_PAUSE


def test_one_that_lived_long_is_back_at_once(program, monkeypatch: pytest.MonkeyPatch) -> None:
    child = program("")
    child.pause = 8.0
    child.start()
    child.process.wait(LIMIT)
    monkeypatch.setattr(children, "WELL_AFTER", -1.0)
    child.look()
    assert child.again_at - time.monotonic() < 1


def test_workers_of_a_killed_master_do_not_keep_its_port(program) -> None:
    child = program("import os, time\nprint(os.fork(), flush=True)\ntime.sleep(600)")
    child.start()
    worker = _number_in(child.log, lines=2)  # of the fork's two: its own, and 0
    child.process.kill()
    child.process.wait()
    child.look()
    wait_until(lambda: _gone(worker), say="it still holds the port")


def test_one_that_does_not_want_to_end_is_killed_at_its_limit(program) -> None:
    child = program(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(1, flush=True)\ntime.sleep(600)"
    )
    child.start()
    _number_in(child.log)
    child.ask_to_end()
    assert child.wait(time.monotonic() + 0.3) is False
    assert child.process is None


def test_a_full_log_is_cut_and_one_kept(program, monkeypatch: pytest.MonkeyPatch) -> None:
    child = program("print('x' * 100, flush=True)")
    child.start()
    child.process.wait(LIMIT)
    monkeypatch.setattr(children, "LOG_BYTES", 50)
    child.trim_log()
    assert child.log.stat().st_size == 0
    assert child.log.with_suffix(".log.1").stat().st_size == 101


def _number_in(log: Path, lines: int = 1) -> int:
    wait_until(lambda: log.read_text().count("\n") >= lines, say=f"{sys.executable} said nothing")
    number = max(int(word) for word in log.read_text().split())
    assert number > 0
    return number


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True

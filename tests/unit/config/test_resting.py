"""Programs nobody needs end, and are there again for whoever comes; nobody who comes meanwhile is refused or forgotten."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sportello.config import resting, rounds
from sportello.config.schedule import Loop
from sportello.config.supervisor import sleep, staff
from sportello.config.supervisor.child import Child
from sportello.config.supervisor.doors import Door
from sportello.config.supervisor.sleep import ROUND, Sleep
from sportello.config.supervisor.trouble import Trouble
from sportello.service.watching import checks, here
from tests.ports import free_port
from tests.waiting import LIMIT, wait_until

#: Answers one person at the supervisor's door, and goes to rest.
ANSWERS_ONE = """
import os, socket
door = socket.socket(fileno=int(os.environ["SPORTELLO_DOOR"]))
door.setblocking(True)
came, _ = door.accept()
came.sendall(b"here"); came.close()
"""


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door("127.0.0.1", free_port(), "SPORTELLO_PORT")
    found.take()
    found.open()
    yield found
    found.close()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """One that rests, in place of the real ones; its code is `sportello/__main__.py`."""
    package = tmp_path / "stand-in" / "sportello"
    package.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)  # `-m sportello` must find it, not the checkout
    child = Child("listen", tmp_path / "listen.log", {**os.environ, "PYTHONPATH": str(package.parent)})
    (package / "__main__.py").write_text(ANSWERS_ONE)
    yield child
    child.wait(time.monotonic())


def ended(child: Child) -> str:
    assert child.process is not None
    child.process.wait(LIMIT)
    return child.look()


def test_who_comes_while_a_program_rests_is_answered_by_it(program: Child, door: Door) -> None:
    program.door, program.needed = door, door.is_knocked_at
    program.look()
    assert program.process is None and program.rests(), "nobody needs it yet"
    for _ in range(2):
        came = socket.create_connection(("127.0.0.1", door.port), LIMIT)
        program.look()
        assert came.recv(10) == b"here"
        assert ended(program) == "" and program.rests(), "it went to rest: no failure, no pause"


def test_who_comes_while_a_program_falls_waits_for_its_return(program: Child, door: Door, tmp_path: Path) -> None:
    program.door, program.needed = door, door.is_knocked_at
    code = tmp_path / "stand-in" / "sportello" / "__main__.py"
    code.write_text("raise SystemExit(3)")
    came = socket.create_connection(("127.0.0.1", door.port), LIMIT)
    program.look()
    assert "exit code 3" in ended(program) and not program.rests()
    assert staff.Telling(tmp_path).told == {}
    code.write_text(ANSWERS_ONE)
    program.again_at = time.monotonic()
    program.look()
    assert came.recv(10) == b"here"


def test_a_door_that_is_somebody_elses_is_named(door: Door) -> None:
    with pytest.raises(Trouble, match="set SPORTELLO_MAIL_PORT"):
        Door("127.0.0.1", door.port, "SPORTELLO_MAIL_PORT").take()


def test_before_it_is_opened_a_door_refuses() -> None:
    """A browser is told at once that nobody is there yet, instead of waiting through the first start."""
    shut = Door("127.0.0.1", free_port(), "SPORTELLO_PORT")
    shut.take()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", shut.port), 5)
    shut.close()


def test_one_more_that_has_nothing_to_do_goes(program: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "REST", 0.3)
    (tmp_path / "stand-in" / "sportello" / "__main__.py").write_text("import time\ntime.sleep(600)")
    program.needed, program.idle = (lambda: True), staff.Idle(program)
    program.start()
    assert program.process is not None
    asked = program.process
    wait_until(lambda: program.look() or asked.poll() is not None)
    assert asked.poll() == -15, "asked to end"


def test_what_the_supervisor_says_of_its_programs(program: Child, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    telling = staff.Telling(tmp_path)

    def told() -> dict[str, str]:
        telling.look([program])
        found: dict[str, str] = json.loads((tmp_path / "run" / staff.TOLD).read_text())
        return found

    program.needed = lambda: False
    assert told() == {"listen": "rests"}
    program.again_at = time.monotonic() + 60
    assert told() == {"listen": "ended"}
    program.start()
    assert told() == {"listen": "runs"}
    telling.end()
    assert not (tmp_path / "run" / staff.TOLD).exists()


@pytest.mark.parametrize(("said", "answers"), [("runs", True), ("rests", True), ("ended", False), (None, None)])
def test_mail_is_taken_by_a_listener_that_rests(
    said: str | None, answers: bool | None, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setenv(here.SUPERVISED, "1")
    (tmp_path / "run").mkdir()
    if said:
        (tmp_path / "run" / here.PROGRAMS).write_text(json.dumps({"listen": said, "worker": said}))
    assert here.listener() is answers
    monkeypatch.setattr(here, "heartbeat", lambda: 25.0)
    assert checks._worker() == (checks.OK if said == "rests" else checks.LATE), "asleep it rounds twice a minute"


class TestSleep:
    """The worker, while nobody writes to the database."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        (tmp_path / "pg_wal").mkdir()
        (tmp_path / "pg_wal" / "000000010000000000000001").touch()
        return tmp_path / "pg_wal"

    @pytest.fixture
    def child(self, tmp_path: Path) -> Child:
        return Child("worker", tmp_path / "worker.log", {}, by=lambda *_: pytest.fail("not started here"))

    @pytest.fixture(autouse=True)
    def now(self, monkeypatch: pytest.MonkeyPatch) -> float:
        """It is told in tenths of a second here, which a slow machine would be through with."""
        at = float(int(time.time()))
        monkeypatch.setattr(sleep.time, "time", lambda: at)
        return at

    @staticmethod
    def write(log: Path, seconds_ago: float = 0.0) -> None:
        at = time.time() - seconds_ago
        os.utime(next(log.iterdir()), (at, at))

    def asleep(self, child: Child, log: Path, since: float = 1.0) -> Sleep:
        child.started_at, child.ended_at = time.time() - 500, time.time() - since
        self.write(log, 300)
        return Sleep(child, log)

    def test_it_is_there_at_first_and_after_a_fall(self, child: Child, log: Path) -> None:
        assert Sleep(child, log)() and child.program == ""

    def test_it_sleeps_while_nobody_writes(self, child: Child, log: Path) -> None:
        assert not self.asleep(child, log)()

    def test_it_is_woken_for_a_round_by_what_is_written(self, child: Child, log: Path) -> None:
        needed = self.asleep(child, log)
        self.write(log)
        assert needed() and child.program == ROUND

    def test_it_stays_up_when_somebody_is_at_work(self, child: Child, log: Path) -> None:
        needed = self.asleep(child, log)
        programs = []
        for _ in range(sleep.OFTEN + 1):
            child.started_at = child.ended_at = time.time() - 5
            self.write(log)
            assert needed()
            programs.append(child.program)
        assert programs == [ROUND] * sleep.OFTEN + [""]

    def test_what_is_written_for_a_while_does_not_wake_it_without_end(self, child: Child, log: Path) -> None:
        needed = self.asleep(child, log)
        self.write(log)
        assert needed()
        child.started_at = child.ended_at = time.time() - 0.1
        self.write(log)
        assert not needed(), "half a second later, then a second, then more"
        child.started_at = child.ended_at = time.time() - 0.6
        assert needed()

    def test_what_was_written_while_it_ended_is_not_missed(self, child: Child, log: Path) -> None:
        """Loops look every so often: what came in a worker's last minute may have come after their last look."""
        needed = self.asleep(child, log)
        self.write(log, 30)
        assert needed()

    def test_time_alone_wakes_it_twice_a_minute(self, child: Child, log: Path) -> None:
        assert self.asleep(child, log, since=sleep.NAP + 1)() and child.program == ROUND

    def test_where_the_log_cannot_be_seen_it_is_always_needed(self, child: Child, log: Path) -> None:
        self.asleep(child, log)
        assert Sleep(child, log / "elsewhere")()

    def test_without_a_nursery_it_does_not_sleep(self, child: Child, log: Path) -> None:
        needed = self.asleep(child, log)
        child.by, child.env = None, {sleep.SLEEPS: "1", "HOME": "/"}
        assert needed() and child.program == "" and child.env == {"HOME": "/"}


class TestRound:
    """What a worker does that has been woken."""

    @pytest.fixture
    def loops(self, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
        settings.HOME = tmp_path
        done: dict[str, list[int]] = {"often": [], "seldom": []}
        monkeypatch.setattr(rounds, "LOOPS", [Loop("often", 0.0, "often"), Loop("seldom", 3600.0, "seldom")])
        monkeypatch.setattr(rounds, "reach", lambda name: lambda: done[name].append(1) or 0)
        monkeypatch.setattr(rounds, "work_until_told", lambda: 77)
        monkeypatch.setattr(rounds.Jobs, "are_due", lambda self: False)
        monkeypatch.setattr(rounds.connections, "close_all", lambda: None)
        monkeypatch.setattr(rounds, "close_old_connections", lambda: None)  # these loops need no database
        return done

    def test_with_nothing_to_do_it_ends_and_says_that_it_was_there(self, loops, tmp_path: Path) -> None:
        assert rounds.work_a_round() == 0
        beat = here.heartbeat()
        assert beat is not None and beat < LIMIT

    def test_what_was_done_lately_is_not_done_again(self, loops) -> None:
        for _ in range(3):
            rounds.work_a_round()
        assert (len(loops["often"]), len(loops["seldom"])) == (3, 1)

    def test_with_something_to_do_it_stays(self, loops, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            rounds, "reach", lambda name: lambda: 0 if loops[name].append(1) or len(loops[name]) > 1 else 1
        )
        assert rounds.work_a_round() == 77

    def test_with_a_job_it_stays(self, loops, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rounds.Jobs, "are_due", lambda self: True)
        assert rounds.work_a_round() == 77


def test_one_that_has_grown_and_is_not_needed_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(resting.os, "kill", lambda pid, number: told.set())
    monkeypatch.setattr(resting, "LOOK_EVERY", 0.01)
    monkeypatch.delenv(resting.SUPERVISED, raising=False)
    resting.when(lambda: True)
    assert not told.wait(0.2), "started by hand nobody would start it again"
    monkeypatch.setenv(resting.SUPERVISED, "1")
    use = resting.Use()
    use.begin()
    resting.when(lambda: use.quiet() > 0)
    assert not told.wait(0.2), "somebody is being answered"
    use.end()
    assert told.wait(LIMIT)
    with suppress(OSError):
        assert resting.grown(0.001) and not resting.grown(1e6)

"""Few threads for many periodic works: none waits for another's long piece, and what is not needed goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from sportello.config import hands
from sportello.config.hands import Hands, Work
from sportello.config.schedule import Loop
from tests.waiting import LIMIT, wait_until


class Piece(Work):
    """Work of ours: `does` is called each time, then it may rest for `rest` seconds."""

    def __init__(self, name: str, does: Callable[[], object], rest: float = 0.01) -> None:
        self.loop, self.does, self.rest = Loop(name, rest, "nowhere:work"), does, rest

    def once(self) -> float:
        self.does()
        return self.rest


@pytest.fixture
def stop():
    told = threading.Event()
    yield told
    told.set()


def until(holds: Callable[[], object], hands_: Hands) -> None:
    wait_until(lambda: hands_.look() or holds())


def test_few_hands_do_what_comes_up(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LATE", 60.0)  # on a slow machine everything is late
    done: list[int] = []
    works = [Piece(str(number), lambda number=number: done.append(number)) for number in range(10)]
    few = Hands(works, stop)
    few.begin()
    until(lambda: all(done.count(number) > 3 for number in range(10)), few)
    assert len(few.threads) == hands.USUAL
    stop.set()
    few.end(time.monotonic() + LIMIT)
    assert few.threads == []


def test_long_pieces_keep_nobody_waiting(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LATE", 0.02)
    monkeypatch.setattr(hands, "LINGERS", 0.2)
    goes_on, short = threading.Event(), []
    long = [Piece(f"long {number}", lambda: goes_on.wait(LIMIT), rest=60.0) for number in range(3)]
    few = Hands([*long, Piece("short", lambda: short.append(1))], stop)
    few.begin()
    until(lambda: len(short) > 5, few)
    assert len(few.threads) > hands.USUAL
    goes_on.set()
    until(lambda: len(few.threads) == hands.USUAL, few)


def test_no_piece_is_done_twice_at_a_time(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LATE", 0.0)
    inside, most = [], []

    def work() -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.002)
        inside.pop()

    few = Hands([Piece("one", work, rest=0.0), *[Piece(str(n), lambda: None, rest=0.0) for n in range(5)]], stop)
    few.begin()
    until(lambda: len(most) > 30, few)
    assert max(most) == 1

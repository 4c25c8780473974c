"""Many kills at random points under the load of a day, mail servers, people at the form and a colleague at the desk."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.kills import counting
from tests.kills.installation import Installation
from tests.kills.recovering import Probe, Recoveries, part_is_back, probes
from tests.kills.senders import Day, FormSender, MailSender, Operator

#: One simulated day in seven minutes, with so many times the customers of the demo.
SPEED, TIMES = 200.0, 20
_BETWEEN = (0.2, 2.0)
#: One kill in five does not wait for the one before it to heal.
_AT_ONCE = 0.2
#: What must be back in so many seconds after any kill, or the soak ends there.
_HEALED = 240.0


def seed_of_run() -> int:
    """SPORTELLO_SOAK_SEED, else one drawn now; told, so that it can be given again."""
    return int(os.environ.get("SPORTELLO_SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def kills_of_run(usual: int) -> int:
    return int(os.environ.get("SPORTELLO_SOAK_KILLS", "0")) or usual


def minutes_of_run() -> float:
    """When no more are killed, whatever is left (SPORTELLO_SOAK_MINUTES): a slow machine needs its evening, too."""
    return float(os.environ.get("SPORTELLO_SOAK_MINUTES", "0")) or 24 * 60


@dataclass
class Load:
    """Everybody before the doors."""

    installation: Installation
    seed: int
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        at = self.installation
        self.mails = [MailSender(at.mail_port, name, self.stop, 0.8) for name in ("a", "b")]
        self.forms = FormSender(at.port, self.stop, 2.0)
        self.operator = Operator(at.port, self.stop, self.seed)
        self.day = Day(at, self.seed, speed=SPEED, times=TIMES)
        for thread in (*self.mails, self.forms, self.operator):
            thread.start()

    def end(self) -> None:
        self.day.stop()
        self.stop.set()
        for thread in (*self.mails, self.forms, self.operator):
            thread.join(90)
            assert not thread.is_alive(), f"{thread.name} never got an answer"

    def words(self) -> list[str]:
        return [word for sender in self.mails for word in sender.taken] + self.forms.taken

    def said(self) -> str:
        day = {door: len(self.day.lines(door)) for door in ("mail", "form")}
        own = {one.name: len(one.taken) for one in (*self.mails, self.forms, self.operator)}
        return f"answered: {own}, day {day}"


@dataclass
class Soak:
    """One run of `kills` kills drawn from `seed`."""

    installation: Installation
    seed: int
    kills: int
    recoveries: Recoveries = field(default_factory=Recoveries)
    done: int = 0

    def run(self) -> None:
        chance, stop = random.Random(self.seed), threading.Event()
        load = Load(self.installation, self.seed)
        load.start()
        both = probes(self.installation, stop)
        time.sleep(3)
        began = time.monotonic()
        for number in range(1, self.kills + 1):
            self._one(chance, both, number)
            self.done = number
            enough = (self.installation.home / "enough").exists()  # whoever watches has put it there
            if enough or time.monotonic() - began > minutes_of_run() * 60:
                _tell(f"that is enough: {number} kills of {self.kills}")
                break
        self._heal(both, time.monotonic())
        time.sleep(5)  # the last kill is healed before the doors close, so that everybody can finish
        load.end()
        stop.set()
        said = load.said()
        _tell(f"all killed; {said}")
        self.installation.wait_until(lambda: counting.settled(self.installation), f"everything to settle; {said}", 900)
        _count(self.installation, load)

    def _one(self, chance: random.Random, both: tuple[Probe, Probe], number: int) -> None:
        """One kill, and the wait until everything is back (or not, to hit it while it heals)."""
        time.sleep(chance.uniform(*_BETWEEN))
        part, at_once = self._part(chance, number), chance.random() < _AT_ONCE
        deadline = time.monotonic() + _HEALED
        while True:
            before = set(self.installation.pids(part))
            orphans = self.installation.programs() if part == "supervisor" else []
            killed = time.monotonic()
            if self.installation.kill(part, chance):
                break
            self.installation.keep_running()
            if part == "collect" and self.installation.rests(part):
                _tell(f"{number:4} {part}: has no mailbox to read, and rests")
                return
            self.installation.knock(part)
            assert time.monotonic() < deadline, f"{part} never came back to be killed\n{self.installation.log()}"
            time.sleep(0.2)
        if at_once and number < self.kills:
            self.installation.keep_running()
            _tell(f"{number:4} {part}: the next one follows at once")
            return
        itself = self._heal(both, killed, part, before)
        _gone, left = psutil.wait_procs(orphans, 15)
        assert not left, f"nobody ended what the supervisor left behind: {[one.cmdline() for one in left]}"
        pages, mail = (probe.away(killed) for probe in both)
        self.recoveries.add(part, pages, mail, itself)
        _tell(f"{number:4} {part}: pages {pages:.1f} s, mail {mail:.1f} s, itself {itself:.1f} s")

    def _part(self, chance: random.Random, number: int) -> str:
        """Each once, then any."""
        parts = Installation.EVERY_PART
        return parts[number - 1] if number <= len(parts) else chance.choice(parts)

    def _heal(
        self, both: tuple[Probe, Probe], killed: float, part: str = "", before: set[int] | None = None
    ) -> float:
        """Wait until pages, mail and the part are back, starting the supervisor again; seconds until the part was."""
        itself = -1.0
        while itself < 0 or not all(probe.is_back(killed) for probe in both):
            self.installation.keep_running()
            if itself < 0 and (not part or part_is_back(self.installation, part, before or set())):
                itself = time.monotonic() - killed
            assert time.monotonic() - killed < _HEALED, (
                f"{part}: not back after {_HEALED:.0f} s (pages {both[0].open_since}, mail {both[1].open_since},"
                f" itself {itself})\n{self.installation.log()}"
            )
            time.sleep(0.1)
        return itself


def _count(installation: Installation, load: Load) -> None:
    """What was promised is there."""
    assert not [one for sender in load.mails for one in sender.refused], "refused for good"
    counting.words_once(installation, load.words(), load.said())
    counting.replies_once(installation, load.operator.taken)
    counting.mails_once(installation, [str(one["message_id"]) for one in load.day.lines("mail")])
    numbers = [(str(one["organisation"]), str(one["number"])) for one in load.day.lines("form")]
    # cut short at their last button: the people of `FormSender` begin anew, the day is ended where it stands
    counting.forms_once(installation, numbers, len(load.forms.taken), load.forms.cut + 1)
    counting.ledgers(installation)
    counting.nothing_is_silent(installation)
    blobs = counting.blobs_are_whole(installation)
    faults = Counter((one["status"], one["path"]) for one in load.day.lines("trouble") if one["status"] != 503)
    (tickets,) = installation.ask("SELECT count(*) FROM tickets_ticket")[0]
    _tell(f"{tickets} tickets, {blobs} blobs whole; the supervisor was started {installation.starts} times")
    assert not faults, f"pages that were faults, not 'not now': {dict(faults)}"
    assert load.operator.is_in and not load.operator.thrown_out, "somebody was thrown out of the desk"


def report(soak: Soak) -> None:
    """On the terminal, and where SPORTELLO_SOAK_REPORT says."""
    table = f"seed {soak.seed}, {soak.done} kills\n\n{soak.recoveries.table()}\n"
    _tell("\n" + table)
    if path := os.environ.get("SPORTELLO_SOAK_REPORT"):
        Path(path).write_text(table)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)

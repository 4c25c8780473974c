"""The machine's clock jumps an hour either way: nobody is told twice, nobody forgotten, nothing lies still for an hour."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.kills import counting
from tests.kills.installation import Installation, installed
from tests.kills.senders import FormSender, MailSender, Operator

_FAULTS = str(Path(__file__).parent / "faults")
HOUR = 3600


class Clock:
    """What the programs of an installation take for the machine's clock (`faults/sitecustomize.py`); the one that only
    counts is left alone, and so is the database's."""

    def __init__(self, home: Path) -> None:
        self.path = home / "clock"
        self.set(0)
        self.env = {"PYTHONPATH": _FAULTS}

    def set(self, seconds: int) -> None:
        """So far ahead of the true one (negative: behind)."""
        half = self.path.with_suffix(".half")
        half.write_text(f"{seconds:+d}\n")
        half.replace(self.path)


def what_flows(one: Installation, mails: MailSender, said: str) -> None:
    """Mail is taken, read and receipted within seconds, whatever the clock says."""
    taken = len(mails.taken)
    one.wait_until(lambda: len(mails.taken) > taken + 5, f"mail to be taken {said}")
    word = mails.taken[-1]
    one.wait_until(
        lambda: one.ask("SELECT 1 FROM channels_dispatch d JOIN tickets_message m ON m.id = d.message_id JOIN tickets_entry"
                        " e ON e.id = m.entry_id JOIN tickets_ticket t ON t.id = e.ticket_id WHERE t.subject LIKE %s AND"
                        " d.state = 'sent'", f"%{word}%"),
        f"{word} to be receipted {said}",
    )  # fmt: skip


@pytest.mark.soak
def test_an_hour_forward_and_back_and_back_again() -> None:
    home = Path(tempfile.mkdtemp(prefix="sp-clock-"))
    clock = Clock(home)
    with installed(clock.env, at=home) as one:
        the_clock_jumps(one, clock)


def the_clock_jumps(one: Installation, clock: Clock) -> None:
    stop = threading.Event()
    mails, forms = MailSender(one.mail_port, "a", stop, 0.3), FormSender(one.port, stop, 1.0)
    operator = Operator(one.port, stop, seed=3)
    for thread in (mails, forms, operator):
        thread.start()
    what_flows(one, mails, "at first")
    for ahead in (HOUR, 0, -HOUR, 0, HOUR, 0):
        one.wait_until(lambda: one.ask("SELECT 1 FROM channels_waitingreply"), "a reply that can be undone")
        clock.set(ahead)
        began = time.monotonic()
        what_flows(one, mails, f"at {ahead:+d}")
        print(f"clock at {ahead:+5d} s: a new mail taken and receipted after {time.monotonic() - began:.1f} s")
    stop.set()
    for thread in (mails, forms, operator):
        thread.join(90)
    one.wait_until(lambda: counting.settled(one), "what waited not to wait for the hour", 400)
    counting.words_once(one, mails.taken + forms.taken, "after the clock jumped")
    counting.replies_once(one, operator.taken)
    counting.ledgers(one)
    counting.nothing_is_silent(one)
    assert operator.is_in and not operator.thrown_out and not mails.refused
    assert "the clock was set by" in one.log_of("worker")

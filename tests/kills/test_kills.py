"""Parts are killed while mail and forms flow: whatever was answered is there exactly once, nothing queued is lost."""

from __future__ import annotations

import os
import random
import smtplib
import threading
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from sportello.config.day.doors import FormDoor
from tests.dovecot import Dovecot, dovecot
from tests.kills import mailbox
from tests.kills.installation import Installation

TOWN = mailbox.TOWN
#: -9 for what is ours, a restart for the provider.
WHILE_FETCHING = ("collect", "collect", "postmaster", "provider", "collect")
_BETWEEN_KILLS = (0.3, 1.8)


class MailSender(threading.Thread):
    """A mail server outside: tries each message until it is answered 250, as mail servers do."""

    def __init__(self, port: int, name: str, stop: threading.Event) -> None:
        super().__init__(daemon=True, name=name)
        self.port, self.stop = port, stop
        self.taken: list[str] = []
        self.tries = 0

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            word = f"parola{self.name}x{number}x"
            while not self._send(word, number):
                self.tries += 1
                time.sleep(0.2)
                if self.stop.is_set():
                    return
            self.taken.append(word)
            time.sleep(0.05)

    def _send(self, word: str, number: int) -> bool:
        message = EmailMessage()
        message["From"] = f"Cliente {self.name} <cliente{self.name}.{number}@posta.example>"
        message["To"] = TOWN
        message["Subject"] = f"Domanda {word}"
        message["Message-ID"] = f"<{word}@posta.example>"
        message.set_content(f"Buongiorno, la mia parola è {word}.\n" + "riga di testo\n" * 20)
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=15) as smtp:
                smtp.send_message(message)
        except (OSError, smtplib.SMTPException):
            return False
        return True


class FormSender(threading.Thread):
    """People at the web form; only a form that ended on its receipt page counts as answered."""

    def __init__(self, port: int, stop: threading.Event) -> None:
        super().__init__(daemon=True, name="forms")
        self.door, self.stop = FormDoor(f"http://127.0.0.1:{port}"), stop
        self.taken: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            word = f"modulo{number}x"
            values = {
                "kind": "informazione",
                "sheet": "",
                "subject": f"Modulo {word}",
                "text": f"La mia parola è {word}.",
                "name": f"Persona {number}",
                "email": f"persona{number}@posta.example",
                "phone": "",
                "language": "it",
            }
            try:
                self.door.send("roccaserena", values)
            except (OSError, RuntimeError, LookupError, StopIteration, ValueError):
                time.sleep(0.3)
                continue
            self.taken.append(word)


def rounds(installation: Installation, seed: int, kills: int) -> None:
    """Kill `kills` parts at random points; then let it settle and count."""
    chance, stop = random.Random(seed), threading.Event()
    senders = [MailSender(installation.mail_port, name, stop) for name in ("a", "b")]
    forms = FormSender(installation.port, stop)
    for thread in (*senders, forms):
        thread.start()
    done: list[str] = []
    deadline = time.monotonic() + 30 + kills * 15
    while len(done) < kills and time.monotonic() < deadline:
        time.sleep(chance.uniform(*_BETWEEN_KILLS))
        part = (
            installation.PARTS[len(done) % len(installation.PARTS)]
            if len(done) < 5
            else chance.choice(installation.PARTS)
        )
        if installation.kill(part, chance):
            done.append(part)
    assert len(done) == kills, f"only {done}\n{installation.log()}"
    # the last kill is healed before the doors close, so that every sender can finish its message
    installation.wait_until(lambda: installation.answers() and installation.takes_mail(), "everything to be back")
    time.sleep(3)
    stop.set()
    for thread in (*senders, forms):
        thread.join(60)
    settled(installation)
    count(installation, [word for sender in senders for word in sender.taken], forms.taken, done)


def settled(installation: Installation) -> None:
    def is_settled() -> bool:
        status = installation.status()
        if not status or status.get("database") != "up":
            return False
        waiting = sum(status["dispatches"].get(state, 0) for state in ("queued", "sending", "in_doubt"))
        return status["mail"]["pending"] == 0 and waiting == 0

    installation.wait_until(is_settled, "everything to be read and to leave")


def count(installation: Installation, mails: list[str], forms: list[str], killed: list[str]) -> None:
    texts = [row[0] for row in installation.ask("SELECT text FROM tickets_message WHERE direction = 'in'")]
    assert len(mails) > 20, f"too little mail flowed to prove anything: {len(mails)} ({killed})"
    for word in (*mails, *forms):
        there = sum(word in text for text in texts)
        assert there == 1, f"{word} is there {there} times after killing {killed}"
    status = installation.status()["mail"]
    assert status["received"] == sum(value for name, value in status.items() if name != "received")
    assert status["quarantined"] == 0
    # every ticket has its receipt, sent exactly once
    (tickets,) = installation.ask("SELECT count(*) FROM tickets_ticket")[0]
    (receipts,) = installation.ask("SELECT count(*) FROM tickets_message WHERE notice_moment = 'receipt'")[0]
    (dispatches,) = installation.ask("SELECT count(*) FROM channels_dispatch")[0]
    (sent,) = installation.ask("SELECT count(*) FROM channels_dispatch WHERE state = 'sent'")[0]
    (left,) = installation.ask("SELECT count(*) FROM channels_outtraymail")[0]
    assert receipts == tickets == dispatches == sent == left
    (silent,) = installation.ask("SELECT count(*) FROM tickets_notice WHERE state <> 'given'")[0]
    assert silent == 0


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory):
    import shutil
    import tempfile

    # a short path: the database's socket lies in it
    home = Path(tempfile.mkdtemp(prefix="sp-kill-"))
    one = Installation(home)
    try:
        one.start()
        yield one
    finally:
        code = one.stop()
        shutil.rmtree(home, ignore_errors=True)
    assert code == 0


@pytest.mark.kills
def test_killed_while_it_reads_nothing_is_lost_or_doubled(installation: Installation) -> None:
    """The collector, the database and the provider are killed while each wave is being fetched."""
    with dovecot() as provider:
        _killed_while_it_reads(installation, provider)


def _killed_while_it_reads(installation: Installation, provider: Dovecot) -> None:
    chance = random.Random(4)
    words = mailbox.deliver(provider, 0)
    mailbox.set_up(installation, provider)
    for wave, part in enumerate(WHILE_FETCHING):
        # the first of a wave are stored, the others are on their way
        begun = len(words) - mailbox.WAVE
        installation.wait_until(lambda: mailbox.fetched(installation) > begun, f"wave {wave} to be fetched")  # noqa: B023 - asked at once
        words += mailbox.deliver(provider, wave + 1)
        if part == "provider":
            provider.stop()
            provider.start()
        else:
            installation.wait_until(lambda: installation.kill(part, chance), f"{part} to be there")  # noqa: B023 - asked at once
    installation.wait_until(lambda: mailbox.settled(installation, len(words)), "all to be stored and read")

    mails = installation.ask("SELECT state, count(*) FROM channels_incomingmail GROUP BY state")
    assert dict(mails) == {"ticketed": len(words)}
    texts = [text for (text,) in installation.ask("SELECT text FROM tickets_message WHERE direction = 'in'")]
    assert sorted(next(word for word in words if f"è {word}." in text) for text in texts) == sorted(words)
    account = mailbox.of_town(installation)
    assert (account["on_server"], account["stored"], account["adds_up"]) == (len(words), len(words), True)
    assert (account["not_yet_stored"], account["left_on_server"], account["missing"]) == (0, 0, 0)
    assert mailbox.unread_there(provider) == len(words), "nobody who reads the mailbox sees that we were there"


@pytest.mark.kills
def test_eight_kills_lose_and_double_nothing(installation: Installation) -> None:
    rounds(installation, seed=8, kills=8)


@pytest.mark.soak
def test_fifty_kills_lose_and_double_nothing(installation: Installation) -> None:
    seed = int(os.environ.get("SPORTELLO_SOAK_SEED", "0")) or random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rounds(installation, seed=seed, kills=50)

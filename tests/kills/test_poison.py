"""What cannot be read or reacted to harms nobody else, is held where people see it, and can be done again."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from sportello.config.day.browser import Browser
from sportello.config.day.organisations import PASSWORD
from tests.kills import counting
from tests.kills.installation import TOWN, Installation, installed

_FAULTS = str(Path(__file__).parent / "faults")
ATTEMPTS = 5


@pytest.fixture(scope="module")
def poisoned() -> Iterator[Installation]:
    with installed({"PYTHONPATH": _FAULTS, "SPORTELLO_INTAKE_PROCESSES": "1"}) as one:
        yield one


def write(installation: Installation, word: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = f"Cliente <{word}@posta.example>", TOWN
    message["Subject"], message["Message-ID"] = f"Domanda {word}", f"<{word}@posta.example>"
    message.set_content(f"Buongiorno, la mia parola è {word}.")
    with smtplib.SMTP("127.0.0.1", installation.mail_port, timeout=15) as smtp:
        smtp.send_message(message)


def state_of(installation: Installation, word: str) -> tuple[str, str, int]:
    return installation.ask(
        "SELECT state, cause, attempts FROM channels_incomingmail m JOIN files_blob b ON b.id = m.raw_id"
        " WHERE m.envelope_from = %s",
        f"{word}@posta.example",
    )[0]


@pytest.mark.soak
def test_a_message_that_kills_whoever_reads_it_is_held_and_the_others_go_on(poisoned: Installation) -> None:
    """Worker and reader die of it, are started again, and after five deaths it waits for a colleague."""
    others = []
    write(poisoned, "veleno-mortale")
    for number in range(40):
        others.append(f"buona{number}x")
        write(poisoned, others[-1])

    def is_held() -> bool:
        # the pauses between two tries are minutes in the end: nobody here waits for them
        poisoned.ask("UPDATE channels_incomingmail SET next_attempt_at = NULL WHERE state = 'pending' RETURNING 1")
        return state_of(poisoned, "veleno-mortale")[0] == "quarantined"

    poisoned.wait_until(is_held, "the poison to be held")
    assert state_of(poisoned, "veleno-mortale") == ("quarantined", "unreadable", ATTEMPTS)
    died = poisoned.log_of("run").count("(exit code 139)")
    assert ATTEMPTS <= died <= ATTEMPTS + 2, "no more deaths than tries, but for a batch it was in"
    poisoned.wait_until(lambda: counting.settled(poisoned), "the others to be read")
    counting.words_once(poisoned, others, "beside a poison")
    colleague = Browser(f"http://127.0.0.1:{poisoned.port}")
    login = colleague.get("/desk/").form("login")
    colleague.submit(login, {"login": "carla@sportello.example", "password": PASSWORD})
    held = colleague.get("/desk/roccaserena/quarantine/")
    assert "La lettura non è riuscita più volte" in held.text or "Reading it failed several times" in held.text, held.text
    (mail,) = poisoned.ask("SELECT id FROM channels_incomingmail WHERE state = 'quarantined'")[0]
    page = colleague.get(f"/desk/roccaserena/quarantine/{mail}/")
    assert page.status == 200, ("who looks at it does not die of it", poisoned.log_of("web")[-2000:])
    assert b"veleno-mortale" in colleague.get(f"/desk/roccaserena/quarantine/{mail}/raw/").content


@pytest.mark.soak
def test_an_event_no_reaction_can_take_is_parked_seen_and_done_again(poisoned: Installation) -> None:
    broken = poisoned.home / "reaction-is-broken"
    broken.touch()
    before = len(poisoned.ask("SELECT 1 FROM journal_event"))
    write(poisoned, "veleno-lento")
    write(poisoned, "tranquilla")
    poisoned.wait_until(lambda: poisoned.status().get("journal", {}).get("parked") == 1, "the event to be parked")
    poisoned.wait_until(lambda: counting.are_level(poisoned), "the others to go on")
    assert len(poisoned.ask("SELECT 1 FROM journal_event")) > before
    counting.words_once(poisoned, ["veleno-lento", "tranquilla"], "beside a parked event")
    assert parked(poisoned) == (1, "checklists-of-kinds"), "who looks after the installation reads it"
    broken.unlink()
    assert parked(poisoned, "--again")[0] == 0, "mended, it is done at once"
    assert poisoned.status()["journal"]["parked"] == 0


def parked(installation: Installation, *more: str) -> tuple[int, str]:
    """(exit code, the first word) of `sportello parked`."""
    command = [sys.executable, "-m", "sportello", "parked", *more]
    done = subprocess.run(command, env=installation.env, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, done.stdout.split()[0]

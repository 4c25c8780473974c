"""Who stands before the doors while parts are killed, and what each was answered."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path

from sportello.config.day.browser import Browser
from sportello.config.day.doors import FormDoor
from sportello.config.day.organisations import PASSWORD
from tests.kills.installation import TOWN, Installation

_GONE = (OSError, http.client.HTTPException, RuntimeError, LookupError, StopIteration, ValueError)


class MailSender(threading.Thread):
    """A mail server outside: tries each message until it is answered 250, as mail servers do."""

    def __init__(self, port: int, name: str, stop: threading.Event, pause: float = 0.05) -> None:
        super().__init__(daemon=True, name=name)
        self.port, self.stop, self.pause = port, stop, pause
        self.taken: list[str] = []
        #: Answers that are no promise to take it later: there must be none.
        self.refused: list[str] = []
        #: Codes of the answers, 0 where there was none.
        self.answers: list[int] = []
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
            self.stop.wait(self.pause)

    def _send(self, word: str, number: int) -> bool:
        message = EmailMessage()
        message["From"] = f"Cliente {self.name} <cliente{self.name}.{number}@posta.example>"
        message["To"] = TOWN
        message["Subject"] = f"Domanda {word}"
        message["Message-ID"] = f"<{word}@posta.example>"
        message.set_content(f"Buongiorno, la mia parola è {word}.\n" + "riga di testo\n" * 20)
        try:
            smtp = smtplib.SMTP("127.0.0.1", self.port, timeout=15)
            try:
                smtp.send_message(message)
            finally:
                smtp.close()
        except (OSError, smtplib.SMTPException) as answer:
            self.answers.append(code_of(answer))
            if self.answers[-1] >= 500:
                self.refused.append(f"{word}: {answer}")
            return False
        self.answers.append(250)
        return True


def code_of(answer: Exception) -> int:
    """What the other end said; 0 when it said nothing."""
    if isinstance(answer, smtplib.SMTPRecipientsRefused):
        return max(code for code, _words in answer.recipients.values())
    return answer.smtp_code if isinstance(answer, smtplib.SMTPResponseException) else 0


class FormSender(threading.Thread):
    """People at the web form; only a form that ended on its receipt page counts as answered."""

    def __init__(self, port: int, stop: threading.Event, pause: float = 0.0) -> None:
        super().__init__(daemon=True, name="forms")
        self.door, self.stop, self.pause = FormDoor(f"http://127.0.0.1:{port}"), stop, pause
        self.taken: list[str] = []
        #: Forms that got no receipt: nobody knows of these whether the last button was heard.
        self.cut = 0

    def run(self) -> None:
        number = 0
        while not self.stop.wait(self.pause):
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
            except _GONE:
                self.cut += 1
                time.sleep(0.3)
                continue
            self.taken.append(word)


class Seen(Browser):
    """A browser that remembers every status."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.statuses: list[tuple[int, str]] = []

    def _once(self, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        found = super()._once(method, url, body, kind)
        self.statuses.append((found[0], f"{method} {url}"))
        return found


class Operator(threading.Thread):
    """A colleague at the desk: signs in once, opens tickets, answers them; what was answered 302 was sent."""

    def __init__(self, port: int, stop: threading.Event, seed: int, pause: float = 1.0) -> None:
        super().__init__(daemon=True, name="operator")
        self.base, self.stop, self.pause, self.chance = f"http://127.0.0.1:{port}", stop, pause, random.Random(seed)
        self.taken: list[str] = []
        #: Whether they have seen the desk, and how often they saw the sign-in page after that.
        self.is_in, self.thrown_out = False, 0
        self.browser = Seen(self.base)

    def run(self) -> None:
        number = 0
        while not self.stop.wait(self.pause):
            number += 1
            try:
                self._answer(f"risposta{number}x")
            except _GONE:
                self.stop.wait(0.5)

    def sign_in(self) -> None:
        page = self.browser.get("/desk/")
        self.browser.submit(page.form("login"), {"login": "carla@sportello.example", "password": PASSWORD})

    def _answer(self, word: str) -> None:
        page = self.browser.get("/desk/lists/all/")
        if page.status == 200 and not page.url.endswith("/desk/lists/all/"):
            self.thrown_out += self.is_in
            self.sign_in()
            page = self.browser.get("/desk/lists/all/")
        self.is_in = self.is_in or (page.status == 200 and page.url.endswith("/desk/lists/all/"))
        found = sorted(set(re.findall(r"/desk/roccaserena/tickets/[\d-]+/", page.text)))
        ticket = self.browser.get(self.chance.choice(found))
        form = ticket.form("base_position")
        self.browser.statuses.clear()
        self.browser.submit(form, {"text": f"Gentile cliente, ecco: {word}.", "then": "keep"})
        if self.browser.statuses[0][0] in (302, 303):
            self.taken.append(word)


class Day:
    """`sportello day`, in a process of its own."""

    def __init__(self, installation: Installation, seed: int, *, speed: float, times: int) -> None:
        self.answered = installation.home / "answered.jsonl"
        self.output = installation.home / "day.log"
        words = ["day", "--seed", str(seed), "--speed", str(speed), "--times", str(times), "--days", "30"]
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sportello", *words, "--answered", str(self.answered)],
                env=installation.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        """It must have lived through everything."""
        said = self.output.read_text(errors="replace")[-3000:]
        assert self.process.poll() is None, f"the day ended by itself ({self.process.returncode}):\n{said}"
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.wait(30)

    def lines(self, door: str) -> list[dict[str, object]]:
        """What it was answered, of one door (`sportello/config/day/answered.py`)."""
        return _lines(self.answered, door)


def _lines(path: Path, door: str) -> list[dict[str, object]]:
    if not path.exists():
        return []
    # the last line may have been cut
    found = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return [one for one in found if one["door"] == door]

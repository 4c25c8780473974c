"""Who writes while hosts die: mail servers with two addresses to try, and people at the web forms of both hosts."""

from __future__ import annotations

import random
import smtplib
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from itertools import pairwise

from sportello.config.day.browser import Browser
from sportello.config.day.doors import FormDoor, OpenForm

from .net import customer

TOWN = "urp@comune.roccaserena.example"
PAUSE = 0.3


def _picture(chance: random.Random, size: int) -> bytes:
    """What begins as a picture does; no two alike."""
    return b"\x89PNG\r\n\x1a\n" + chance.randbytes(size)


class Mailer(threading.Thread):
    """A mail server outside, with two hosts to try (two MX): each message until it is answered 250, here or there. Its
    repeats carry the same Message-ID, as repeats do."""

    def __init__(self, name: str, hosts: tuple[str, ...], stop: threading.Event, town: str) -> None:
        super().__init__(daemon=True, name=f"mail {name}")
        self.key, self.hosts, self.stop, self.town = name, hosts, stop, town
        #: (word, when it was begun, when it was taken, by whom), on our clock.
        self.taken: list[tuple[str, float, float, str]] = []
        self.refused, self.said = 0, ""

    def run(self) -> None:
        chance, number = random.Random(self.key), 0
        while not self.stop.is_set():
            number += 1
            word = f"parola{self.key}x{number}x"
            raw = self._letter(word, number, chance)
            turn = number
            while not self.stop.is_set():
                host, began = self.hosts[turn % len(self.hosts)], time.monotonic()
                turn += 1
                if self._send(host, raw, number):
                    self.taken.append((word, began, time.monotonic(), host))
                    break
                self.refused += 1
                time.sleep(0.2)
            time.sleep(PAUSE)

    def _letter(self, word: str, number: int, chance: random.Random) -> bytes:
        message = EmailMessage()
        message["From"] = f"Cliente {self.key} <cliente{self.key}.{number}@posta.example>"
        message["To"] = self.town
        message["Subject"] = f"Domanda {word}"
        message["Message-ID"] = f"<{word}@posta.example>"
        message.set_content(f"Buongiorno, la mia parola è {word}.\n" + "riga di testo\n" * 20)
        if number % 4 == 0:
            message.add_attachment(_picture(chance, 30_000), maintype="image", subtype="png", filename="foto.png")
        return message.as_bytes(policy=policy.SMTP)

    def _send(self, host: str, raw: bytes, number: int) -> bool:
        try:
            with smtplib.SMTP(host, 8025, local_hostname="mx.posta.example", timeout=10) as smtp:
                smtp.sendmail(f"cliente{self.key}.{number}@posta.example", [self.town], raw)
        except (OSError, smtplib.SMTPException) as error:
            self.said = repr(error)[:200]
            return False
        return True


class Forms(FormDoor):
    """From an address of the network each."""

    def open(self, slug: str, language: str) -> OpenForm:
        self._callers += 1
        browser = Browser(self.base, customer(self._callers), language)
        return OpenForm(browser, browser.get(f"/o/{slug}/request/").form("subject"), time.monotonic())


class Writer(threading.Thread):
    """Somebody at the web form of one host; only a form that ended on its receipt is counted as answered."""

    def __init__(self, name: str, host: str, start: int, stop: threading.Event, slug: str) -> None:
        super().__init__(daemon=True, name=f"form {name}")
        self.key, self.host, self.stop, self.slug = name, host, stop, slug
        self.door = Forms(f"http://{host}:8000")
        self.door._callers = start
        self.taken: list[tuple[str, float, float, str]] = []
        self.refused, self.said = 0, ""

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            word = f"modulo{self.key}x{number}x"
            values = {
                "kind": "informazione", "sheet": "", "subject": f"Modulo {word}", "text": f"La mia parola è {word}.",
                "name": f"Persona {self.key} {number}", "email": f"persona{self.key}{number}@posta.example",
                "phone": "", "language": "it",
            }  # fmt: skip
            photo = ("foto.png", _picture(random.Random(word), 20_000)) if number % 3 == 0 else None
            began = time.monotonic()
            try:
                self.door.send(self.slug, values, photo)
            except (OSError, RuntimeError, LookupError, StopIteration, ValueError) as error:
                self.refused, self.said = self.refused + 1, repr(error)[:200]
                time.sleep(0.5)
                continue
            self.taken.append((word, began, time.monotonic(), self.host))


class Visitor(threading.Thread):
    """Opens the page of the form of one host four times a second: it reads and writes the database."""

    def __init__(self, host: str, stop: threading.Event, slug: str) -> None:
        super().__init__(daemon=True, name=f"page {host}")
        self.host, self.stop, self.slug = host, stop, slug
        self.served: list[tuple[float, float]] = []

    def run(self) -> None:
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                with urllib.request.urlopen(f"http://{self.host}:8000/o/{self.slug}/request/", timeout=3) as answer:
                    if answer.status == 200:
                        self.served.append((began, time.monotonic()))
            except OSError:
                pass
            time.sleep(0.25)


@dataclass
class Load:
    hosts: tuple[str, ...]
    slug: str = "roccaserena"
    town: str = TOWN
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        first_tried = {"a": self.hosts, "b": self.hosts[::-1], "c": self.hosts, "d": self.hosts[::-1]}
        self.mailers = [Mailer(name, hosts, self.stop, self.town) for name, hosts in first_tried.items()]
        self.writers = [Writer(name, host, 150 * turn, self.stop, self.slug)
                        for turn, (name, host) in enumerate(zip("ef", self.hosts, strict=True))]  # fmt: skip
        self.visitors = [Visitor(host, self.stop, self.slug) for host in self.hosts]

    def begin(self) -> None:
        for thread in (*self.mailers, *self.writers, *self.visitors):
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in (*self.mailers, *self.writers, *self.visitors):
            thread.join(90)

    def told(self) -> str:
        """Where it stands, for who waits."""
        return "; ".join(f"{one.name}: {len(one.taken)} taken, {one.refused} refused {one.said}"
                         for one in (*self.mailers, *self.writers))  # fmt: skip

    def words(self) -> list[str]:
        return [one[0] for thread in (*self.mailers, *self.writers) for one in thread.taken]

    def taken(self, host: str = "") -> list[tuple[float, float]]:
        """(begun, answered) of every mail that was taken, by one host or any."""
        return sorted((began, ended) for thread in self.mailers for _word, began, ended, by in thread.taken
                      if host in ("", by))  # fmt: skip

    def mail_again(self, since: float, host: str = "") -> float | None:
        """Seconds after `since` until a mail that was begun later was answered 250."""
        return next((ended - since for began, ended in self.taken(host) if began > since), None)

    def page_again(self, since: float, host: str) -> float | None:
        """The same for a page of one host."""
        visitor = next(one for one in self.visitors if one.host == host)
        return next((ended - since for began, ended in visitor.served if began > since), None)

    def silence(self, since: float, until: float) -> float:
        """The longest time without a mail taken, by anybody, between the two."""
        moments = [since, *(ended for _began, ended in self.taken() if since < ended < until), until]
        return max(later - earlier for earlier, later in pairwise(moments))

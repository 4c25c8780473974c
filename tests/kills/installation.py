"""A whole installation for a test: its own home, ports and database, started as a newcomer starts it."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psutil
import psycopg

from tests.ports import free_port
from tests.waiting import LIMIT

_PATIENCE = 900.0
_OURS = ("SPORTELLO_", "DATABASE_", "DJANGO_")
_FOUND = "from sportello.config.day.founders import found_demo; found_demo()"
TOWN = "urp@comune.roccaserena.example"
#: What whoever keeps services running waits before it starts one again (`RestartSec=1`).
_SERVICE_MANAGER = 1.0


class Installation:
    """Start, look inside, kill a part, stop. The organisations of the demo, without their weeks.

    `more` is added to the environment of its programs.
    """

    #: What the eight kills of every test run choose from.
    PARTS = ("web", "worker", "listen", "postmaster", "backend", "nursery")
    #: And those of the soak. "power": the database's server and everything of it at once, so that it replays.
    EVERY_PART = (*PARTS, "intake", "collect", "stream", "power", "supervisor")

    def __init__(self, home: Path, more: Mapping[str, str] | None = None) -> None:
        self.home, self.port, self.mail_port, self.stream_port = home, free_port(), free_port(), free_port()
        home.chmod(0o755)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            "SPORTELLO_HOME": str(home),
            "SPORTELLO_PORT": str(self.port),
            "SPORTELLO_STREAM_PORT": str(self.stream_port),
            "SPORTELLO_MAIL_PORT": str(self.mail_port),
            "SPORTELLO_DEMO": "0",
            "PYTHONUNBUFFERED": "1",
            **(more or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        self.spawn()
        self.wait_until(self.answers, "the pages to answer")
        self.shell(_FOUND)
        self.wait_until(self.takes_mail, "the mail listener")

    def spawn(self) -> None:
        """As a service manager does: it does not wait."""
        self.starts += 1
        with (self.home / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sportello", "run"],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(LIMIT * 2)

    def keep_running(self) -> bool:
        """Start it again when it has ended, as a service manager does; True when it had to."""
        if self.process is None or self.process.poll() is None:
            return False
        time.sleep(_SERVICE_MANAGER)
        self.spawn()
        return True

    def wait_until(self, what: Callable[[], Any], said: str, patience: float = _PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if what():
                return
            assert self.process is None or self.process.poll() is None, self.log()
            time.sleep(0.3)
        raise AssertionError(f"waited {patience:.0f} s for {said}\n{self.log()}")

    # -- asked from outside --

    def get(self, path: str) -> tuple[int, str]:
        """(status, text) of a page; status 0 when nobody answers, or was killed in the middle of it."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""

    def answers(self) -> bool:
        return self.get("/healthz")[0] == 200

    def takes_mail(self) -> bool:
        """A recipient is known: the door is open, and what it asks behind it, too."""
        return self.mail_says() == 250

    def mail_says(self) -> int:
        """The answer to a recipient (nothing is sent): 250, 4yz; 0 when nobody is there."""
        try:
            smtp = smtplib.SMTP("127.0.0.1", self.mail_port, timeout=5)
        except (OSError, smtplib.SMTPException):
            return 0
        try:
            smtp.ehlo()
            smtp.mail("probe@posta.example")
            return smtp.rcpt(TOWN)[0]
        except (OSError, smtplib.SMTPException):
            return 0
        finally:
            smtp.close()

    def streams(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.stream_port), 2).close()
        except OSError:
            return False
        return True

    # -- asked from inside --

    def shell(self, words: str, given: str = "") -> str:
        """Python inside the installation's own Django."""
        done = subprocess.run(
            [sys.executable, "-m", "sportello", "manage", "shell", "-v0", "-c", words],
            env=self.env,
            input=given,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout

    def status(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "sportello", "status", "--json"],
            env=self.env,
            capture_output=True,
            check=False,
            timeout=LIMIT * 2,
        )
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        parts = urlsplit(self.env.get("DATABASE_URL") or (self.home / "run" / "database.url").read_text().strip())
        with psycopg.connect(
            host=parse_qs(parts.query)["host"][0],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            dbname=parts.path.lstrip("/"),
            options="-c timezone=UTC",
        ) as connection:
            return connection.execute(sql, values or None).fetchall()

    # -- killed --

    def kill(self, part: str, chance: random.Random) -> bool:
        """kill -9 of a part; False when it was not there to be killed."""
        pids = self.pids(part)
        if not pids:
            return False
        killed = [_kill(pid) for pid in (pids if part == "power" else [chance.choice(pids)])]
        if part == "supervisor" and self.process is not None:
            self.process.wait(10)
        return any(killed)

    def rests(self, part: str) -> bool:
        """Whether the supervisor says that the program is not there because nobody needs it."""
        try:
            return bool(json.loads((self.home / "run" / "programs.json").read_text()).get(part) == "rests")
        except (OSError, ValueError):
            return False

    def knock(self, part: str) -> None:
        """At the door of a program that rests; the collector has none, and the worker is woken by what is written."""
        port = {"stream": self.stream_port, "listen": self.mail_port}.get(part)
        if port is not None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 2).close()

    def pids(self, part: str) -> list[int]:
        """The processes of a part. A program's name is the last word of its command line, however it was started."""
        if self.process is None or self.process.poll() is not None:
            return []
        if part == "supervisor":
            return [self.process.pid]
        if part in ("postmaster", "backend", "power"):
            return self._of_database(part)
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if part in _names(child):
                    found.append(child.pid)
            except psutil.Error:
                continue
        return found

    def programs(self) -> list[psutil.Process]:
        """Everything the supervisor started but the database."""
        if self.process is None or self.process.poll() is not None:
            return []
        children = psutil.Process(self.process.pid).children(recursive=True)
        database = set(self._of_database("power"))
        return [one for one in children if one.pid not in database]

    def _of_database(self, part: str) -> list[int]:
        try:
            postmaster = int((self.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            if part == "postmaster":
                return [postmaster]
            children = psutil.Process(postmaster).children(recursive=True)
        except (OSError, ValueError, IndexError, psutil.Error):
            return []
        if part == "power":
            return [postmaster, *(one.pid for one in children)]
        found = []
        for one in children:
            try:
                if "[local]" in " ".join(one.cmdline()):
                    found.append(one.pid)
            except psutil.Error:
                continue
        return found

    def log(self) -> str:
        return "\n".join(self.log_of("run").splitlines()[-40:])

    def log_of(self, name: str) -> str:
        """What a program wrote; "run" is the supervisor."""
        path = self.home / ("run.log" if name == "run" else f"logs/{name}.log")
        return path.read_text(errors="replace") if path.exists() else ""


#: Where its server writes its own title over the command line: what it serves.
_SERVED = {"sportello.config.wsgi:application": "web", "sportello.config.asgi:stream": "stream"}


def _names(process: psutil.Process) -> set[str]:
    """What a process is called: the last word of its command line, or what it serves."""
    words = [word for word in " ".join(process.cmdline()).split() if not word.startswith("worker-")]
    return {*words[-1:], *(name for served, name in _SERVED.items() if any(served in word for word in words))}


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def installed(more: Mapping[str, str] | None = None, *, at: Path | None = None) -> Iterator[Installation]:
    """One that runs, and whose orderly end is looked at."""
    # a short path: the database's socket lies in it
    home = at or Path(tempfile.mkdtemp(prefix="sp-kill-", dir=os.environ.get("SPORTELLO_SOAK_HOME") or None))
    one = Installation(home, more)
    try:
        one.start()
        yield one
    finally:
        code = one.stop()
        shutil.rmtree(home, ignore_errors=True)
    assert code == 0

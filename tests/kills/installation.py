"""A whole installation for a test: its own home, ports and database, started as a newcomer starts it."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import psycopg

_PATIENCE = 120.0
_OURS = ("SPORTELLO_", "DATABASE_", "DJANGO_")
_FOUND = "from sportello.config.day.founders import found_demo; found_demo()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """Start, look inside, kill a part, stop. The organisations of the demo, without their weeks."""

    PARTS = ("web", "worker", "listen", "postmaster", "backend", "nursery")

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.mail_port = home, free_port(), free_port()
        home.chmod(0o755)
        self.env = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("SPORTELLO_", "DATABASE_", "DJANGO_"))
            },
            "SPORTELLO_HOME": str(home),
            "SPORTELLO_PORT": str(self.port),
            "SPORTELLO_STREAM_PORT": str(free_port()),
            "SPORTELLO_MAIL_PORT": str(self.mail_port),
            "SPORTELLO_DEMO": "0",
            "PYTHONUNBUFFERED": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.home / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sportello", "run"],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until(self.answers, "the pages to answer")
        subprocess.run(
            [sys.executable, "-m", "sportello", "manage", "shell", "-v0", "-c", _FOUND], env=self.env, check=True
        )
        self.wait_until(self.takes_mail, "the mail listener")

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def wait_until(self, what: Any, said: str, patience: float = _PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if what():
                return
            assert self.process is None or self.process.poll() is None, self.log()
            time.sleep(0.2)
        raise AssertionError(f"waited {patience:.0f} s for {said}\n{self.log()}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def takes_mail(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.mail_port), 3) as one:
                return one.recv(3) == b"220"
        except OSError:
            return False

    def status(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "sportello", "status", "--json"],
            env=self.env,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        from urllib.parse import parse_qs, unquote, urlsplit

        parts = urlsplit((self.home / "run" / "database.url").read_text().strip())
        with psycopg.connect(
            host=parse_qs(parts.query)["host"][0],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            dbname=parts.path.lstrip("/"),
            options="-c timezone=UTC",
        ) as connection:
            return connection.execute(sql, values).fetchall()

    def kill(self, part: str, chance: random.Random) -> bool:
        """kill -9 of a part; False when it was not there to be killed."""
        pids = self._pids(part)
        if not pids:
            return False
        try:
            os.kill(chance.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _pids(self, part: str) -> list[int]:
        assert self.process is not None
        if part in ("postmaster", "backend"):
            try:
                postmaster = int((self.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
                if part == "postmaster":
                    return [postmaster]
                children = psutil.Process(postmaster).children()
            except (OSError, ValueError, psutil.Error):
                return []
            return [one.pid for one in children if "[local]" in " ".join(one.cmdline())]
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                # a title written over the command line is one string, filled up with spaces
                if " ".join(child.cmdline()).split()[-1:] == [part]:
                    found.append(child.pid)
            except psutil.Error:
                continue
        return found

    def log(self) -> str:
        return "\n".join((self.home / "run.log").read_text(errors="replace").splitlines()[-40:])

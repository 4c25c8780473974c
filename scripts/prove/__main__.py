"""Prove `make run` from an empty home: start, a mail and a form go in, both receipts come out, stop, start again.

    scripts/prove-run                as whoever calls
    scripts/prove-run --user nobody  as an ordinary user, in a copy of the checkout (root only)
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent))

import checkout
import doors

#: The first start makes weeks of demo on a machine that may be busy.
FIRST_START = 900.0
#: The second makes nothing again: seconds, or on a machine that is busy so much of the first.
SECOND_START, SECOND_SHARE = 10.0, 0.25
STOP = 40.0


class Installation:
    """One home and `make run` on it."""

    def __init__(self, place: Path, user: str | None) -> None:
        self.place, self.user = place, user
        self.home = place / "home"
        self.checkout = checkout.for_user(user, place) if user else checkout.HERE
        self.port, self.stream_port, self.mail_port = _free_ports(3)
        self.base = f"http://127.0.0.1:{self.port}"
        self.output = place / "output.txt"
        self.make: subprocess.Popen[bytes] | None = None

    def environment(self) -> Mapping[str, str]:
        """A newcomer's: nothing of ours, the home and the ports."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TERM") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.place),
            "SPORTELLO_HOME": str(self.home),
            "SPORTELLO_PORT": str(self.port),
            "SPORTELLO_STREAM_PORT": str(self.stream_port),
            "SPORTELLO_MAIL_PORT": str(self.mail_port),
        }

    def start(self, patience: float) -> float:
        """`make run` until the pages answer and it says ready; how many seconds that took."""
        began = time.monotonic()
        words = self.output.stat().st_size if self.output.exists() else 0
        with self.output.open("ab") as output:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=self.checkout,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as_user(),
            )
        while not (self._healthy() and b"\nready in" in b"\n" + self.output.read_bytes()[words:]):
            if self.make.poll() is not None:
                raise AssertionError(f"make run ended with {self.make.returncode}:\n{self.words()}")
            if time.monotonic() - began > patience:
                raise AssertionError(f"not ready after {patience:.0f} s:\n{self.words()}")
            time.sleep(0.1)
        return time.monotonic() - began

    def command(self, *words: str) -> str:
        """One `sportello` command on this home."""
        done = subprocess.run(
            ["bin/sportello", *words],
            cwd=self.checkout,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            **self._as_user(),
        )
        if done.returncode:
            raise AssertionError(f"sportello {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return str(done.stdout)

    def ctrl_c(self) -> None:
        """As a terminal does: the whole foreground group. (make itself then ends by that signal.)"""
        assert self.make is not None
        os.killpg(self.make.pid, signal.SIGINT)
        self.make.wait(STOP)

    def interrupt(self) -> int:
        """Only the supervisor is interrupted: make tells its exit code."""
        assert self.make is not None
        os.kill(int((self.home / "run" / "supervisor.lock").read_text()), signal.SIGINT)
        return self.make.wait(STOP)

    def left_behind(self) -> list[str]:
        """Processes that still belong to this home: by their environment, their words, or where their words go (a
        program that has given itself a title has written over the other two)."""
        mark = f"SPORTELLO_HOME={self.home}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and int(entry.name) != os.getpid():
                    words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    where = os.readlink(entry / "fd" / "1")
                    environment = (entry / "environ").read_bytes().split(b"\0")
                    if mark in environment or str(self.home) in words or where.startswith(str(self.place)):
                        found.append(f"{entry.name} {words}")
            except OSError:
                continue
        return found

    def words(self) -> str:
        """The last it said, and its programs' last words."""
        logs = sorted((self.home / "logs").glob("*.log")) if self.home.exists() else []
        last = [f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in (self.output, *logs)]
        return "\n".join(last)

    def _healthy(self) -> bool:
        try:
            with urlopen(f"{self.base}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _as_user(self) -> dict[str, Any]:
        if not self.user:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def prove(installation: Installation) -> None:
    """The walk. AssertionError tells what did not hold."""
    first = installation.start(FIRST_START)
    say(f"first start in {first:.0f} s")
    status = json.loads(installation.command("status", "--json"))
    check(bool(status["mailboxes"]), "the demo has no mailbox")
    mailbox = status["mailboxes"][0]
    mark = uuid.uuid4().hex[:10]

    by_mail = f"maria.{mark}@example.org"
    doors.send_mail(installation.mail_port, mailbox["address"], by_mail, f"lampione spento {mark}")
    receipt = doors.receipt_by_mail(installation.base, by_mail, f"lampione spento {mark}")
    say(f"mail to {mailbox['address']}: receipt {doors.number_on(receipt)}")

    by_form = f"maria.form.{mark}@example.org"
    shown = doors.fill_in_form(installation.base, mailbox["organisation"], by_form, f"strada buia {mark}")
    number = doors.number_on(shown)
    receipt = doors.receipt_by_mail(installation.base, by_form, number)
    say(f"form of {mailbox['organisation']}: receipt {number} on screen and by mail")

    mail = json.loads(installation.command("status", "--json"))["mail"]
    parts = sum(count for name, count in mail.items() if name != "received")
    check(mail["received"] == parts, f"mail does not add up: {mail}")
    say(f"status adds up: {mail}")

    installation.ctrl_c()
    check(not installation.left_behind(), f"left behind: {installation.left_behind()}")
    say("Ctrl-C: nothing left behind")

    took = installation.start(FIRST_START)
    check(took < max(SECOND_START, SECOND_SHARE * first), f"the second start took {took:.1f} s, the first {first:.0f}")
    doors.receipt_by_mail(installation.base, by_form, number, 10)
    say(f"second start in {took:.1f} s, the data kept")
    code = installation.interrupt()
    check(code == 0, f"exit code {code} after an interrupt")
    check(not installation.left_behind(), f"left behind: {installation.left_behind()}")
    say("exit code 0")


def check(holds: bool, otherwise: str) -> None:
    """Raise with `otherwise` when it does not hold."""
    if not holds:
        raise AssertionError(otherwise)


def say(words: str) -> None:
    """One line at once: the proof is long."""
    print(f"  {words}", flush=True)


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def main() -> int:
    """0 when all of it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user", help="an ordinary user to run as (needs root)")
    parser.add_argument("--keep", action="store_true", help="keep the folder, to look at the logs")
    args = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="sportello-proof-"))
    place.chmod(0o755)
    if args.user:
        entry = pwd.getpwnam(args.user)
        os.chown(place, entry.pw_uid, entry.pw_gid)
    print(f"make run from an empty home, as {args.user or pwd.getpwuid(os.geteuid()).pw_name}:", flush=True)
    installation = Installation(place, args.user)
    try:
        prove(installation)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        print(f"FAILED: {error}\n{installation.words()}", file=sys.stderr)
        return 1
    finally:
        if installation.make is not None and installation.make.poll() is None:
            installation.ctrl_c()
        if not args.keep:
            shutil.rmtree(place, ignore_errors=True)
    print("it holds", flush=True)
    return 0


sys.exit(main())

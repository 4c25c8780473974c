"""`python -m bench.standing`: what an installation takes that only stands there, and how soon it is there.

Makes a home of its own with the two organisations of the demo (no tickets), stops it, then starts it `--starts` times:
seconds until the first page, until every door is open, and until it has stopped. Then, once more started, it stands for
`--idle` seconds and the memory of every process is summed, as PSS (each page divided by the number of processes that
have it, so that the sum is what the machine would get back); then people sign in and look at pages, mails come, and it
stands again. Linux only. Nothing of it stays.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Makes the two organisations and says who may sign in, by what, and where the town takes mail.
_FOUND = """
import json
from sportello.config.day.founders import found_demo
from sportello.config.day.organisations import COLLEAGUES, PASSWORD, TOWN
from sportello.service.channels.models import Mailbox
found_demo()
address = Mailbox.objects.filter(organisation__slug=TOWN.slug).order_by("pk").first().address
print(json.dumps({"people": [one.email for one in COLLEAGUES[:4]], "password": PASSWORD, "address": address}))
"""
_PATIENCE = 300.0
#: What colleagues look at, and customers.
PAGES = ("/desk/lists/all/", "/desk/lists/mine/", "/desk/lists/due/", "/desk/search/?q=lampione", "/")


@dataclass(frozen=True)
class Start:
    """Seconds: since the command; `end` since it was told to stop. `processor`: of all processes until the doors were
    open, which means something on a machine that others use too."""

    page: float
    doors: float
    processor: float
    end: float


@dataclass(frozen=True)
class Memory:
    """Of one kind of processes, in MB."""

    name: str
    processes: int
    pss: float
    own: float


class Standing:
    """One home and `sportello run` on it, as somebody at a terminal starts it."""

    def __init__(self, home: Path, checkout: Path) -> None:
        self.home, self.checkout = home, checkout
        self.ports = [_free_port() for _ in range(3)]
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "PYTHONPATH") if name in os.environ}
        names = ("SPORTELLO_PORT", "SPORTELLO_STREAM_PORT", "SPORTELLO_MAIL_PORT")
        self.env = {
            **kept, "SPORTELLO_HOME": str(home), "SPORTELLO_DEMO": "0",
            **{name: str(port) for name, port in zip(names, self.ports, strict=True)},
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def found(self) -> dict[str, Any]:
        """The two organisations of the demo."""
        command = ["bin/sportello", "manage", "shell", "-v0", "-c", _FOUND]
        said = subprocess.run(command, cwd=self.checkout, env=self.env, check=True, capture_output=True, text=True)
        told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
        return told

    def start(self) -> tuple[float, float, float]:
        """Seconds until the first page, until pages, stream, mail and the worker are there, of processor until then."""
        self.began = time.monotonic()
        wall = time.time()
        with (self.home / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["bin/sportello", "run"], cwd=self.checkout, env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        page = self._until(lambda: _shows(self.ports[0]))
        self._until(lambda: _opens(self.ports[1]))
        self._until(lambda: _opens(self.ports[2], b"220"))
        doors = self._until(lambda: _written(self.home / "run" / "worker.json") > wall)
        return page, doors, sum(map(_processor, _family(self._supervisor())))

    def stop(self) -> float:
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        if self.process.wait(60):
            raise RuntimeError(f"it ended with {self.process.returncode}")
        return time.monotonic() - began

    def _supervisor(self) -> int:
        return int((self.home / "run" / "supervisor.lock").read_text())

    def _until(self, holds: Callable[[], bool]) -> float:
        while not holds():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() - self.began > _PATIENCE:
                raise RuntimeError((self.home / "run.log").read_text()[-2000:])
            time.sleep(0.005)
        return time.monotonic() - self.began

    def memory(self) -> list[Memory]:
        """By kind, the largest first. The database lies under the supervisor, like every program."""
        assert self.process is not None
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for pid in _family(self._supervisor()):
            try:
                found[_kind(pid)].append(_rollup(pid))
            except OSError:  # it has just ended
                continue
        kinds = [
            Memory(name, len(them), sum(one[0] for one in them), sum(one[1] for one in them))
            for name, them in found.items()
        ]
        return sorted(kinds, key=lambda one: -one.pss)


def use(standing: Standing, known: dict[str, Any]) -> None:
    """People sign in and look, until both workers have shown every page; twenty mails come."""
    from .client import Client

    for email in known["people"]:
        client = Client(standing.base)
        client.sign_in(email, known["password"])
        for path in PAGES * 6:
            client.get(path)
    for number in range(20):
        message = EmailMessage()
        message["From"] = f"Cliente {number} <cliente{number}@posta.example>"
        message["To"] = known["address"]
        message["Subject"] = f"Domanda {number}"
        message["Message-ID"] = f"<standing{number}@posta.example>"
        message.set_content("Buongiorno, il lampione davanti a casa mia è spento da una settimana.\n")
        with smtplib.SMTP("127.0.0.1", standing.ports[2], timeout=30) as smtp:
            smtp.send_message(message)


def table(kinds: list[Memory]) -> str:
    """Lines for a terminal and a page of figures."""
    lines = [f"{'':24}{'processes':>10}{'PSS MB':>9}{'own MB':>9}"]
    lines += [f"{one.name:24}{one.processes:>10}{one.pss:>9.1f}{one.own:>9.1f}" for one in kinds]
    whole = [sum(one.processes for one in kinds), sum(one.pss for one in kinds), sum(one.own for one in kinds)]
    return "\n".join([*lines, f"{'all':24}{whole[0]:>10}{whole[1]:>9.1f}{whole[2]:>9.1f}"])


def starts(them: list[Start]) -> str:
    """Median and worst, in seconds."""
    lines = [f"{'':24}{'median s':>10}{'worst s':>10}"]
    for name, values in (
        ("first page", [one.page for one in them]),
        ("every program there", [one.doors for one in them]),
        ("processor until then", [one.processor for one in them]),
        ("stopped", [one.end for one in them]),
    ):
        lines.append(f"{name:24}{median(values):>10.2f}{max(values):>10.2f}")
    return "\n".join(lines)


def _shows(port: int) -> bool:
    """The first page, whole: a status and its closing tag."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as asked:
            asked.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept-Language: it\r\n\r\n")
            answer = b"".join(iter(lambda: asked.recv(65536), b""))
    except OSError:
        return False
    return answer.split(b" ")[1:2] == [b"200"] and b"</html>" in answer


def _opens(port: int, says: bytes = b"") -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as asked:
            return asked.recv(len(says)) == says if says else True
    except OSError:
        return False


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _family(pid: int) -> Iterator[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children[int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])].append(int(entry.name))
            except OSError:
                continue
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children[one]


def _processor(pid: int) -> float:
    """User and system time, with that of children that have ended."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, parts[11:15])) / os.sysconf("SC_CLK_TCK")


def _kind(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    if words.startswith("postgres: sportello"):
        return "database: connections"
    if words.startswith("postgres:") or "/postgres -D" in words:
        return "database: itself"
    return f"sportello {words.split()[-1]}"


def _rollup(pid: int) -> tuple[float, float]:
    """PSS and what only this process has, in MB."""
    rows = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith("kB"):
            rows[name] = int(rest.split()[0]) / 1024
    return rows["Pss"], rows["Private_Dirty"] + rows["Private_Clean"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def home() -> Iterator[Path]:
    """A short path (the database's socket lies in it), gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="sp-stand-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """0 when everything ran, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m bench.standing", description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="how often it is started (5)")
    parser.add_argument("--idle", type=float, default=90, help="seconds it stands before memory is summed (90)")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="another checkout than this one")
    args = parser.parse_args()
    with home() as place:
        standing = Standing(place, args.checkout)
        took: list[Start] = []
        try:
            standing.start()
            known = standing.found()
            standing.stop()
            for _ in range(args.starts):
                soon = standing.start()
                took.append(Start(*soon, standing.stop()))
            standing.start()
            _say(f"{len(took)} starts\n{starts(took)}")
            time.sleep(args.idle)
            _say(f"standing for {args.idle:.0f} s, one page shown\n{table(standing.memory())}")
            use(standing, known)
            time.sleep(args.idle)
            _say(f"used, then standing for {args.idle:.0f} s\n{table(standing.memory())}")
            standing.stop()
        finally:
            if standing.process is not None and standing.process.poll() is None:
                standing.stop()
    _say(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    return 0


def _say(words: str) -> None:
    sys.stdout.write(words + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

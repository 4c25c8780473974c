"""`python -m bench.live`: the live stream with thousands of browsers, each of a person of their own.

An installation of its own (embedded PostgreSQL, the product's settings), `sportello stream` as `sportello run` starts
it, browsers in processes of their own (`live_clients`, which do on the wire what the page's module does) on loopback.

    idle      what an idle stream costs: memory of the stream's process and of the database (PSS), processor time
    event     one change told to all of them: from its commit to each
    storm     all of them lose their line and come back: at once, and as the module does; again with the process killed
    away      the database goes away for a while: all are told it is back, nobody is lost
    change    operators on one list, changes by the product's verbs: event, then the fragment the page asks for
    slow      a browser that reads nothing

All is bounded in number and time. Budgets are printed beside the figures, not enforced.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .place import installation

SCENARIOS = ("idle", "event", "storm", "away", "change", "slow")
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """0 when everything ran, whatever the figures say."""
    args = _arguments()
    _enough_files(args.streams)
    with installation() as home:
        from . import live_scenes as scenes

        stage = scenes.Stage(home, args)
        for name in args.only.split(",") if args.only else SCENARIOS:
            print(f"== {name} (load {os.getloadavg()[0]:.1f})", flush=True)
            getattr(scenes, name)(stage)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__.split("\n")[0])
    parser.add_argument("--streams", type=int, default=5_000, help="how many browsers (5000)")
    parser.add_argument("--only", default="", help="of " + ",".join(SCENARIOS))
    parser.add_argument("--seconds", type=float, default=20.0, help="how long idle and change are looked at (20)")
    parser.add_argument("--operators", type=int, default=200, help="operators on one list in `change` (200)")
    parser.add_argument("--changes", type=float, default=20.0, help="changes a second in `change` (20)")
    parser.add_argument("--words", type=int, default=0, help="of ten changes, those that are a customer's words (0)")
    parser.add_argument("--away", type=float, default=60.0, help="seconds without database in `away` (60)")
    parser.add_argument("--clients", type=int, default=1, help="processes of browsers (1)")
    return parser.parse_args()


def _enough_files(streams: int) -> None:
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < streams + 200:
        sys.exit(f"ulimit -Hn is {hard}: {streams} streams need {streams + 200}; raise it or ask for fewer (--streams)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# What a process costs ------------------------------


def pss(pids: Iterable[int]) -> int:
    """Bytes of memory that are theirs, what is shared divided by those who share it."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024
    return total


def spent(pids: Iterable[int]) -> float:
    """Seconds of processor time they have used."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / _TICK
    return total


def family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def database_pids(home: Path) -> list[int]:
    """Every process of the cluster of this home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd").startswith(str(home / "postgres")):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def at(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


# The stream, and its browsers ------------------------------


@contextmanager
def stream(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`sportello stream` on the port of the environment."""
    with (home / "stream.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sportello", "stream"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _answers(process, home / "stream.log")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _answers(process: subprocess.Popen[bytes], log: Path) -> None:
    import http.client

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", int(os.environ["SPORTELLO_STREAM_PORT"]), timeout=2)
            line.request("GET", "/nothing")
            if line.getresponse().status == 404:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the stream did not start:\n{log.read_text(errors='replace')[-2000:]}")


class Browsers:
    """Processes full of browsers, spoken to in JSON."""

    def __init__(self, processes: int) -> None:
        address = f"127.0.0.1:{os.environ['SPORTELLO_STREAM_PORT']}"
        origin = f"http://127.0.0.1:{os.environ['SPORTELLO_PORT']}"
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.live_clients", address, origin, f"127.0.0.{2 + number}"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for number in range(processes)
        ]  # fmt: skip

    def ask(self, parts: list[dict[str, Any]] | None = None, **asked: Any) -> list[dict[str, Any]]:
        """The same command to all, with what is each one's own; their answers."""
        self.send(parts, **asked)
        return self.answers()

    def send(self, parts: list[dict[str, Any]] | None = None, **asked: Any) -> None:
        for number, process in enumerate(self.processes):
            assert process.stdin is not None
            whole = {**asked, **(parts[number] if parts else {})}
            process.stdin.write(json.dumps(whole).encode() + b"\n")
            process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(process.stdout.readline()) for process in self.processes if process.stdout]

    def open(
        self, cookies: list[str], topics: list[str], *, rate: float = 0.0, patience: float = 60.0
    ) -> list[dict[str, Any]]:
        """A browser a cookie, `rate` a second (0: all at once); waits until all have had their first word."""
        many = len(self.processes)
        parts = [{"cookies": cookies[number::many]} for number in range(many)]
        return self.ask(parts, do="open", topics=topics, rate=rate / many, patience=patience)

    def end(self) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


@contextmanager
def browsers(processes: int) -> Iterator[Browsers]:
    crowd = Browsers(processes)
    try:
        yield crowd
    finally:
        crowd.end()


def flat(answers: list[dict[str, Any]], name: str) -> list[float]:
    return [one for answer in answers for one in answer[name]]


def total(answers: list[dict[str, Any]], name: str) -> int:
    return sum(answer[name] for answer in answers)


if __name__ == "__main__":
    sys.exit(main())

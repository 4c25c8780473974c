"""Hosts as network namespaces on one bridge, within namespaces (network, mount, process) of the run's own: when it
ends, however it ends, the kernel takes all of it away.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: The addresses from which customers come: one each, as doors count by address.
CUSTOMERS = 400


def run(*words: str, check: bool = True) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def make_bridge() -> None:
    """The network, with ourselves at its end."""
    for path in ("/run", "/srv"):  # what is made there is gone with us
        run("mount", "-t", "tmpfs", "none", path)
    Path("/run/netns").mkdir()
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "lan", "type", "bridge")
    run("ip", "link", "set", "lan", "up")
    run("ip", "addr", "add", "10.77.0.1/16", "dev", "lan")
    for number in range(CUSTOMERS):
        run("ip", "addr", "add", f"{customer(number)}/32", "dev", "lan")


def customer(number: int) -> str:
    number %= CUSTOMERS
    return f"10.77.{1 + number // 200}.{1 + number % 200}"


@dataclass
class Host:
    """A machine: its cable, its folders where programs expect theirs, its programs."""

    name: str
    address: str
    base: Path
    #: Folders of this host, by the path they have on it.
    folders: tuple[str, ...] = ()
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def connect(self) -> None:
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", self._cable, "master", "lan", "up")
        for words in (["link", "set", "lo", "up"], ["link", "set", "eth0", "up"],
                      ["addr", "add", f"{self.address}/16", "dev", "eth0"]):  # fmt: skip
            run("ip", "-n", self.name, *words)
        for folder in self.folders:
            self.at(folder).mkdir(parents=True)

    @property
    def _cable(self) -> str:
        return f"to-{self.name}"

    def at(self, path: str) -> Path:
        """Where a path of this host lies for us."""
        return self.base / self.name / path.strip("/").replace("/", "-")

    def cut(self) -> None:
        run("ip", "link", "set", self._cable, "down")

    def join(self) -> None:
        run("ip", "link", "set", self._cable, "up")

    def words(self, *command: str, user: str = "") -> list[str]:
        """The command as it is started on this host."""
        mounts = "".join(f"mkdir -p {path} && mount --bind {self.at(path)} {path} && " for path in self.folders)
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        return ["ip", "netns", "exec", self.name, "sh", "-c", f'{mounts}exec "$@"', "sh", *as_user, *command]

    def start(self, name: str, command: Sequence[str], *, user: str = "", env: Mapping[str, str] | None = None) -> None:
        with (self.base / self.name / f"{name}.log").open("ab") as log:
            self.programs[name] = subprocess.Popen(
                self.words(*command, user=user), env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def do(self, *command: str, user: str = "", env: Mapping[str, str] | None = None) -> str:
        """One command to its end; its output. RuntimeError with its words when it fails."""
        done = subprocess.run(
            self.words(*command, user=user), env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(command)[:200]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def kill(self, *, sparing: str = "", only: str = "") -> int:
        """kill -9 of every program of the host, but for one, or of one alone; how many processes."""
        killed = 0
        for pid in [int(one) for one in run("ip", "netns", "pids", self.name).split()]:
            with contextlib.suppress(OSError):
                name = Path(f"/proc/{pid}/comm").read_text().strip()
                if (not sparing or name != sparing) and (not only or name == only):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        return killed

    def said(self, name: str, lines: int = 15) -> str:
        path = self.base / self.name / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

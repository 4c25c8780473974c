"""A whole installation for one measurement: home, cluster and port of its own; all of it ends with the block."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sportello.config.supervisor.postgres import Cluster

WORKERS = 2
#: Home → its server, for scenes that take it away for a while.
CLUSTERS: dict[Path, Cluster] = {}
_PATIENCE = 60.0


@contextmanager
def installation() -> Iterator[Path]:
    """The home of a fresh, migrated installation; the environment of this process names it.

    The cluster runs with the settings of the product, fsync on. Django must not be set up before.
    """
    home = Path(tempfile.mkdtemp(prefix="sportello-bench-"))
    try:
        with kept(home):
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def kept(home: Path) -> Iterator[bool]:
    """The same in a folder that stays; made where there is none yet: then True."""
    is_new = not (home / "postgres").exists()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    cluster = Cluster(home / "postgres", home / "keys" / "database_password", home / "logs" / "postgres.log")
    try:
        cluster.prepare()
        cluster.start()
        cluster.ensure_database()
        _environment(home, cluster)
        from sportello.config.prepare import prepare

        prepare()
        CLUSTERS[home] = cluster
        yield is_new
    finally:
        CLUSTERS.pop(home, None)
        cluster.stop()


def _environment(home: Path, cluster: Cluster) -> None:
    for name in [name for name in os.environ if name.startswith("SPORTELLO_")]:
        del os.environ[name]
    os.environ |= {
        "SPORTELLO_HOME": str(home),
        "DATABASE_URL": cluster.url(),
        "SPORTELLO_PORT": str(free_port()),
        "SPORTELLO_STREAM_PORT": str(free_port()),
    }


@contextmanager
def web(home: Path, workers: int = WORKERS) -> Iterator[tuple[str, int]]:
    """`sportello web` with as many processes as `make run` has at most; its address and its process."""
    base = f"http://127.0.0.1:{os.environ['SPORTELLO_PORT']}"
    with (home / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sportello", "web", "--workers", str(workers)],
            env=dict(os.environ), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(process, base, home / "web.log")
        yield base, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _wait(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the pages did not start:\n{log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

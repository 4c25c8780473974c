"""A real Postfix of Debian for the tests: own settings, queue and ports on the loopback, started and ended here.

Postfix starts as root only; without root, or without Postfix, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.waiting import LIMIT

SBIN = Path("/usr/lib/postfix/sbin")
#: What the queue of a Postfix consists of; those that are not the mail system's own belong to root.
_OWN = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


@dataclass
class Postfix:
    """A running one. `home`: settings, queue, log."""

    home: Path
    port: int

    @property
    def log(self) -> str:
        path = self.home / "log" / "mail.log"
        return path.read_text() if path.exists() else ""

    def flush(self) -> None:
        """Try what is deferred again, now."""
        subprocess.run(["postqueue", "-c", str(self.home / "etc"), "-f"], check=True, timeout=LIMIT, capture_output=True)

    def waiting(self) -> int:
        """Messages in the queue."""
        queue = self.home / "queue"
        return sum(1 for name in ("incoming", "active", "deferred") for one in (queue / name).rglob("*") if one.is_file())


def why_not() -> str:
    """Why there can be none here; empty when there can."""
    if not (SBIN / "master").exists():
        return "Postfix is not installed (Debian: postfix)"
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    return ""


@contextmanager
def postfix(relay_port: int, *, tls: tuple[Path, Path] | None = None, **settings: str) -> Iterator[Postfix]:
    """One that hands everything to 127.0.0.1:`relay_port`. `tls`: files of certificate and key, and STARTTLS is
    offered. `settings` go into main.cf as they are."""
    missing = why_not()
    if missing:
        pytest.skip(missing)
    home = Path(tempfile.mkdtemp(prefix="sportello-postfix-", dir="/tmp"))
    home.chmod(0o755)
    port = free_port()
    _lay_out(home, port, relay_port, tls, settings)
    master = subprocess.Popen(
        [str(SBIN / "master"), "-c", str(home / "etc"), "-d"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
    )
    server = Postfix(home, port)
    try:
        _wait_for(server, master)
        yield server
    finally:
        master.send_signal(signal.SIGTERM)
        try:
            master.wait(LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(master.pid, signal.SIGKILL)
            master.wait(LIMIT)
        shutil.rmtree(home, ignore_errors=True)


def _lay_out(
    home: Path, port: int, relay_port: int, tls: tuple[Path, Path] | None, settings: dict[str, str]
) -> None:
    for name in ("etc", "queue", "data", "log"):
        (home / name).mkdir()
    for name in (*_OWN, "maildrop", "public", "pid"):
        (home / "queue" / name).mkdir()
    for name in _OWN:
        shutil.chown(home / "queue" / name, "postfix", "root")
        (home / "queue" / name).chmod(0o700)
    shutil.chown(home / "queue" / "maildrop", "postfix", "postdrop")
    (home / "queue" / "maildrop").chmod(0o730)
    shutil.chown(home / "queue" / "public", "postfix", "postdrop")
    (home / "queue" / "public").chmod(0o710)
    shutil.chown(home / "data", "postfix", "postfix")
    lines = {
        "compatibility_level": "3.6",
        "queue_directory": str(home / "queue"),
        "data_directory": str(home / "data"),
        "command_directory": "/usr/sbin",
        "daemon_directory": str(SBIN),
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "maillog_file": str(home / "log" / "mail.log"),
        "maillog_file_prefixes": str(home / "log"),
        "myhostname": "relay.test",
        "mydestination": "",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.0/8",
        "relayhost": f"[127.0.0.1]:{relay_port}",
        "smtp_host_lookup": "native",
        "alias_maps": "",
        "alias_database": "",
        "local_transport": "error:no local mail here",
        "smtputf8_enable": "yes",
        "minimal_backoff_time": "300s",
        "notify_classes": "",
        **settings,
    }
    if tls is not None:
        certificate, key = tls
        lines |= {
            "smtpd_tls_security_level": "may",
            "smtpd_tls_cert_file": str(certificate),
            "smtpd_tls_key_file": str(key),
        }
    (home / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    (home / "etc" / "master.cf").write_text(_services(port))


def _services(port: int) -> str:
    """The few daemons a relay needs, none in a chroot."""
    rows = [
        (f"127.0.0.1:{port}", "inet", "n", "-", "n", "-", "-", "smtpd"),
        ("pickup", "unix", "n", "-", "n", "60", "1", "pickup"),
        ("cleanup", "unix", "n", "-", "n", "-", "0", "cleanup"),
        ("qmgr", "unix", "n", "-", "n", "300", "1", "qmgr"),
        ("tlsmgr", "unix", "-", "-", "n", "1000?", "1", "tlsmgr"),
        ("proxymap", "unix", "-", "-", "n", "-", "-", "proxymap"),
        ("rewrite", "unix", "-", "-", "n", "-", "-", "trivial-rewrite"),
        ("bounce", "unix", "-", "-", "n", "-", "0", "bounce"),
        ("defer", "unix", "-", "-", "n", "-", "0", "bounce"),
        ("trace", "unix", "-", "-", "n", "-", "0", "bounce"),
        ("verify", "unix", "-", "-", "n", "-", "1", "verify"),
        ("flush", "unix", "n", "-", "n", "1000?", "0", "flush"),
        ("smtp", "unix", "-", "-", "n", "-", "-", "smtp"),
        ("relay", "unix", "-", "-", "n", "-", "-", "smtp"),
        ("showq", "unix", "n", "-", "n", "-", "-", "showq"),
        ("error", "unix", "-", "-", "n", "-", "-", "error"),
        ("retry", "unix", "-", "-", "n", "-", "-", "error"),
        ("anvil", "unix", "-", "-", "n", "-", "1", "anvil"),
        ("scache", "unix", "-", "-", "n", "-", "1", "scache"),
        ("postlog", "unix-dgram", "n", "-", "n", "-", "1", "postlogd"),
    ]
    return "".join(f"{' '.join(row)}\n" for row in rows)


def _wait_for(server: Postfix, master: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if master.poll() is not None:
            raise RuntimeError(f"Postfix ended with {master.returncode}: {server.log[-2000:]}")
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as probe:
                if probe.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Postfix does not answer: {server.log[-2000:]}")

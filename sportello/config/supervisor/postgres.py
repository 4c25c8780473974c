"""A PostgreSQL cluster of our own: made, started, healed and stopped by whoever holds the home's lock.

Files under its base folder:

    data/        the cluster, owned by the account it runs as, 0700
    socket/      the unix socket; when the path is too long (108 bytes are all a socket has) a short folder
    elsewhere programs/    a copy of the programs, only when the account cannot reach the environment's
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sportello.config.supervisor import orphans, programs
from sportello.config.supervisor.account import Account, account_for
from sportello.config.supervisor.programs import Programs
from sportello.config.supervisor.trouble import Stopped, Trouble

#: The superuser and the database have this one name.
NAME = "sportello"
PORT = 5432
#: sun_path has 108 bytes on Linux, 104 on macOS, with the ending zero.
SOCKET_BYTES = 103
LOG_BYTES = 10 * 1024 * 1024
#: Given on the command line, so that they hold for a cluster made by an older version, too.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] ",
    "log_startup_progress_interval": "5s",
    # Beside the data: containers give /dev/shm 64 MB, and a killed server would leave its segments there.
    "dynamic_shared_memory_type": "mmap",
}
#: What `sportello load` raises while it runs: written to the cluster's own file at each start, since what stands on the
#: command line cannot be changed until the next. A load that was killed left its own there.
LIFTED_BY_LOADS: Mapping[str, str] = {
    "max_wal_size": "512MB",
    "checkpoint_timeout": "5min",
    "wal_init_zero": "on",
    "wal_writer_flush_after": "1MB",
    "autovacuum_naptime": "1min",
}
#: Progress and questions of a start that takes long: called every so often with a sentence.
Say = Callable[[str], None]


def _silent(_: str) -> None:
    """Says nothing."""


@dataclass
class Cluster:
    """One cluster in `base`. `settings` override the usual ones; `log` receives the server's words."""

    base: Path
    password_file: Path
    log: Path
    given: Programs | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    say: Say = _silent
    #: Asked while waiting; True ends the wait with `Stopped`.
    asked_to_stop: Callable[[], bool] = lambda: False
    process: subprocess.Popen[bytes] | None = None
    account: Account = field(init=False)
    programs: Programs = field(init=False)

    @property
    def data(self) -> Path:
        """The data folder, as the running server sees it (links resolved)."""
        return self.base / "data"

    @property
    def socket(self) -> Path:
        """The folder of the unix socket."""
        near = self.base / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES:
            return near
        mark = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        return _runtime_folder() / f"sportello-{os.geteuid()}-{mark}"

    @property
    def password(self) -> str:
        """Made at first use, kept in `password_file` (0600)."""
        try:
            return self.password_file.read_text().strip()
        except FileNotFoundError:
            pass
        self.password_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
        return self.password_file.read_text().strip()

    def url(self, database: str = NAME) -> str:
        """`postgresql://user:password@/database?host=/socket/folder`, as libpq and our settings read it."""
        return f"postgresql://{NAME}:{self.password}@/{database}?host={quote(str(self.socket), safe='')}"

    def client(self, database: str = NAME) -> dict[str, str]:
        """The same for client programs, as environment: a password must not show in the list of processes."""
        return {
            "PGHOST": str(self.socket),
            "PGPORT": str(PORT),
            "PGUSER": NAME,
            "PGPASSWORD": self.password,
            "PGDATABASE": database,
            "PGCONNECT_TIMEOUT": "10",
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }

    # -- made --

    def is_made(self) -> bool:
        """Was it made by an earlier start?"""
        return (self.data / "PG_VERSION").exists()

    def prepare(self) -> bool:
        """Folders, programs and, the first time, the cluster itself (half a second). True when it is new."""
        self.base = self.base.resolve()
        self.account = account_for(self.base)
        self.base.mkdir(parents=True, exist_ok=True)
        if self.account.lowered:
            self.base.chmod(0o711)
        wanted = self.given or programs.from_wheel()
        self.programs = programs.within_reach(wanted, self.account, self.base)
        new = not (self.data / "PG_VERSION").exists()
        if new:
            self._initdb()
        found = int((self.data / "PG_VERSION").read_text().strip())
        if found != self.programs.major:
            raise WrongMajor(found, self.programs.major)
        return new

    def _initdb(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise Trouble(
                f"{self.data} is not empty and is not a whole database: an earlier start was cut short. "
                "Move it away and start again."
            )
        making = self.base / "data.new"
        _remove(making)
        make_cluster(self.programs, self.account, making, self.password)
        if self.data.exists():
            self.data.rmdir()
        making.rename(self.data)

    # -- started --

    def start(self) -> None:
        """Start and wait until it answers, however long recovery takes (told through `say`).

        Raises Trouble with the server's last words when it ends instead, Stopped when asked to stop
        meanwhile.
        """
        ended = orphans.end_all(self.data)
        if ended:
            self.say(f"{ended} processes an earlier database had left behind were ended")
        _hold_folder(self.socket, self.account)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._put_down()
        words = {**SETTINGS, "unix_socket_directories": str(self.socket), **self.settings}
        command: list[str | Path] = [self.programs["postgres"], "-D", self.data]
        for key, value in words.items():
            command += ["-c", f"{key}={value}"]
        with self.log.open("ab") as log:
            began = log.tell()
            self.process = self.account.popen(command, output=log)
        try:
            self._wait_until_ready(began)
        except Stopped:
            self.stop()
            raise

    def _put_down(self) -> None:
        """`LIFTED_BY_LOADS` as they usually are, in the file ALTER SYSTEM writes to; its other lines stay."""
        path = self.data / "postgresql.auto.conf"
        before = path.read_text()
        others = [line for line in before.splitlines() if line.partition("=")[0].strip() not in LIFTED_BY_LOADS]
        after = "\n".join([*others, *(f"{name} = '{value}'" for name, value in LIFTED_BY_LOADS.items())]) + "\n"
        if after == before:
            return
        half = path.with_suffix(".half")
        with half.open("w") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        half.chmod(0o600)
        self.account.own(half)
        half.replace(path)

    def _wait_until_ready(self, began: int) -> None:
        started = told = time.monotonic()
        assert self.process is not None  # noqa: S101 - narrows the type; start() has just set it
        while not self._ready(self.process.pid):
            if self.process.poll() is not None:
                raise Trouble(f"The database did not start:\n{tail(self.log, began)}")
            if self.asked_to_stop():
                raise Stopped
            now = time.monotonic()
            if now - told >= 2:
                told = now
                self.say(f"the database is recovering ({now - started:.0f} s)")
            time.sleep(0.02)

    def _ready(self, pid: int) -> bool:
        """The server writes its state in line 8 of postmaster.pid; the first line tells whether it is this
        server.
        """
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def alive(self) -> bool:
        """Is the server we started still there?"""
        return self.process is not None and self.process.poll() is None

    def ensure_database(self, name: str = NAME) -> None:
        """Create the database if it is not there."""
        there = self.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")  # noqa: S608 - our own constant
        if not there:
            self.query(f'CREATE DATABASE "{name}"')

    def query(self, statement: str, database: str = "postgres") -> str:
        """One statement through psql: its bare answer. Raises Trouble with the server's words."""
        done = subprocess.run(
            [self.programs["psql"], "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=self.client(database),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        if done.returncode:
            raise Trouble(f"The database refused: {done.stderr.strip()}")
        return done.stdout.strip()

    # -- stopped --

    def stop(self, patience: float = 60.0) -> None:
        """Fast stop (SIGINT: clients are cut, everything is written). SIGTERM would wait for clients for
        ever.
        """
        if self.process is not None and self.process.poll() is None:
            for which, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
                self.process.send_signal(which)
                try:
                    self.process.wait(wait)
                    break
                except subprocess.TimeoutExpired:
                    continue
        self.process = None
        if self.socket.parent != self.base:
            _remove(self.socket)


class WrongMajor(Trouble):
    """The data are of another major version than the programs: see upgrade.py."""

    def __init__(self, found: int, wanted: int) -> None:
        super().__init__(
            f"The database was made by PostgreSQL {found}; these programs are PostgreSQL {wanted}."
        )
        self.found, self.wanted = found, wanted


def make_cluster(using: Programs, account: Account, data: Path, password: str, *more: str) -> None:
    """initdb into `data`: libc's C.UTF-8 (the same on 15 and 18), SCRAM for everybody, `more` options."""
    data.mkdir(mode=0o700)
    account.own(data)
    descriptor, name = tempfile.mkstemp(dir=data.parent, prefix="pw-")
    secret = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        account.own(secret)
        command: list[str | Path] = [using["initdb"], "-D", data, "-U", NAME]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", *more]
        code, written = account.run(command)
    finally:
        secret.unlink()
    if code:
        _remove(data)
        raise Trouble(f"The database could not be made in {data}:\n{written.strip()[-1500:]}")


def tail(log: Path, since: int = 0, lines: int = 8) -> str:
    """The last lines a program wrote since a position in its log."""
    try:
        with log.open("rb") as file:
            file.seek(max(since, log.stat().st_size - 8000))
            return "\n".join(file.read().decode(errors="replace").strip().split("\n")[-lines:])
    except OSError:
        return ""


def _runtime_folder() -> Path:
    given = os.environ.get("XDG_RUNTIME_DIR")
    for folder in (Path(given) if given else None, Path("/run") if os.geteuid() == 0 else None):
        if folder and folder.is_dir() and os.access(folder, os.W_OK) and len(os.fsencode(folder)) < 50:
            return folder
    return Path("/tmp")  # noqa: S108 - short is the point; _hold_folder checks whose it is


def _hold_folder(folder: Path, account: Account) -> None:
    """Make the socket's folder, 0700 and the account's; refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != account.uid:
            raise Trouble(f"{folder} is somebody else's: remove it, or set XDG_RUNTIME_DIR.") from None
        folder.chmod(0o700)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)

"""The supervisor: database, schema, demo, then the programs, watched until somebody says stop.

Order up: database (meanwhile the nursery imports the application), schema and files of this version, the pages, the
other programs, demo (once). Order down: programs, each with its time limit, the nursery, then the database. One process
without Django, awake only when a child ends or a second has passed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from sportello import __version__
from sportello.config import home as place
from sportello.config.supervisor import asking, embedded, stamps
from sportello.config.supervisor.child import Child, Process
from sportello.config.supervisor.lock import HomeLock
from sportello.config.supervisor.nursery import Nursery, reap_others
from sportello.config.supervisor.parent import SUPERVISED
from sportello.config.supervisor.postgres import Cluster
from sportello.config.supervisor.sleep import LOOK_EVERY, SLEEPS, Sleep
from sportello.config.supervisor.staff import Doors, Plan, Telling, staff
from sportello.config.supervisor.trouble import Stopped, Trouble

NURSERY_PATIENCE = 2.0
MOST_INTAKE = 32
MOST_WEB = 64
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PAGES_MAY_TAKE = 60.0
#: Pages that do not answer by then do not hold the other programs up.
PAGES_COME_FIRST = 5.0
TRIM_EVERY = 60.0
#: Seconds in which the programs of a supervisor that was killed end by themselves (`parent.py`) and free their ports.
ORPHANS_MAY_TAKE = 15.0


class Supervisor:
    """One run of the whole installation. `nursery_life`: what the nursery's process does; without, there is none."""

    def __init__(self, nursery_life: Callable[[socket.socket], int] | None = None) -> None:
        self.nursery_life = nursery_life
        self.home = place.home()
        self.bind = os.environ.get("SPORTELLO_BIND", "127.0.0.1")
        self.port = asking.port("SPORTELLO_PORT", 8000)
        self.stream_port = asking.port("SPORTELLO_STREAM_PORT", self.port + 1)
        self.mail_port = asking.port("SPORTELLO_MAIL_PORT", 8025)
        mail_bind = os.environ.get("SPORTELLO_MAIL_BIND") or self.bind
        self.doors = Doors(self.bind, mail_bind, (self.port, self.stream_port, self.mail_port))
        self.web = max(1, asking.count("SPORTELLO_WORKERS", MOST_WEB, 2))
        self.intake = asking.count("SPORTELLO_INTAKE_PROCESSES", MOST_INTAKE)
        self.given_database = os.environ.get("DATABASE_URL", "")
        wish = os.environ.get("SPORTELLO_DEMO", "")
        # A server of one's own is not filled with invented people unless asked.
        self.demo = wish == "1" or (wish == "" and not self.given_database)
        self.cluster: Cluster | None = None
        self.children: list[Child] = []
        self.nursery: Nursery | None = None
        self.nursed: Child | None = None
        self.doing: subprocess.Popen[bytes] | None = None
        self.stops = 0
        self.after_crash = False
        self._told = Telling(self.home)
        self._awake, self._wake = os.pipe()

    # -- the run --

    def run(self) -> int:
        """Until stopped; returns 0. Trouble when it cannot start."""
        _streams_open()
        embedded.make_folders(self.home)
        lock = HomeLock(self.home)
        lock.take()
        self.after_crash = lock.after_crash
        with self._signals():
            try:
                self._up()
                self._watch()
            except Stopped:
                pass
            finally:
                self._down()
                lock.release()
        return 0

    def _up(self) -> None:
        began = time.monotonic()
        if not self.after_crash:
            self.doors.take()
        self.say(f"Sportello {__version__}, data in {self.home}")
        self.cluster = self._own_cluster()
        # Where nothing is to be prepared, as nearly always, the application is imported while the database starts.
        if self.cluster is not None and self.cluster.is_made():
            self._start_nursery()
        if self.cluster is not None:
            self._start_database(self.cluster)
        stale = self._stale()
        if stale:
            self._end_nursery()
            self._prepare(stale)
        if self.nursery is None:
            self._start_nursery()
        if self.after_crash:
            self._wait_for_ports()
        self.doors.open()
        by = self.nursery.fork if self.nursery is not None else None
        first, *others = staff(self.home, self.doors, self._environment(), by, self._plan())
        self.children.append(first)
        early = self._wait_for_pages(PAGES_COME_FIRST)
        self.children += others
        if not early and not self._wait_for_pages(PAGES_MAY_TAKE):
            self.say("the pages do not answer yet; their words are in logs/web.log")
        self._heal()
        if self.demo:
            # after the programs: the demo's customers come through the same doors as everybody
            self._make_demo()
        self._welcome(time.monotonic() - began)

    def _start_nursery(self) -> None:
        """Where there can be none, each program imports the application itself."""
        if self.nursery_life is not None and Nursery.possible():
            self.nursery = Nursery(self._environment(), self.nursery_life)
            log = self.home / "logs" / "nursery.log"
            self.nursed = Child("nursery", log, {}, NURSERY_PATIENCE, by=self.nursery.begin)
            self.nursed.start()

    def _end_nursery(self) -> None:
        if self.nursery is not None and self.nursed is not None:
            self.nursery.let_go()
            self.nursed.ask_to_end()
            self.nursed.wait(time.monotonic() + self.nursed.patience)
        self.nursery = self.nursed = None

    def _plan(self) -> Plan:
        return Plan(self.web, self.intake, None if self.cluster is None else self.cluster.data / "pg_wal")

    def _watch(self) -> None:
        """Until asked to stop: whatever ended is started again, the database first."""
        trimmed = time.monotonic()
        while not self.stops:
            self._heal()
            if time.monotonic() - trimmed > TRIM_EVERY:
                trimmed = time.monotonic()
                for child in self._all():
                    child.trim_log()
            soon = any(child.process is None and not child.rests() for child in self._all())
            naps = any(child.rests() and isinstance(child.needed, Sleep) for child in self.children)
            self._sleep(0.1 if soon else LOOK_EVERY if naps else 1.0)

    def _heal(self) -> None:
        if self.cluster is not None and not self.cluster.alive():
            self.say("the database ended; starting it again")
            try:
                self.cluster.start()
                self.say("the database is back")
            except Trouble as trouble:
                self.say(str(trouble))
                self._sleep(2.0)
        if self.nursery is not None:
            self.nursery.look()
        for child in self._all():
            said = child.look()
            if said:
                self.say(said)
        started: list[Process | None] = [self.doing, self.cluster.process if self.cluster is not None else None]
        started += [child.process for child in self._all()]
        reap_others({process.pid for process in started if process is not None})
        self._told.look(self.children)

    def _all(self) -> list[Child]:
        """The nursery first: the others come from it."""
        return [*([self.nursed] if self.nursed is not None else []), *self.children]

    def _down(self) -> None:
        """Programs first, all at once, each until its limit; the database last. A second Ctrl-C shortens the
        limits.
        """
        if self.children or self.nursed or self.cluster:
            self.say("stopping...")
        self.doors.close()
        for child in self.children:
            child.ask_to_end()
        now = time.monotonic()
        for child in self.children:
            deadline = now if self.stops > 1 else now + child.patience
            if not child.wait(deadline):
                self.say(f"{child.name} did not end in time and was killed")
        self._end_nursery()
        self._told.end()
        if self.cluster is not None:
            embedded.address_file(self.home).unlink(missing_ok=True)
            self.cluster.stop()
            self.say("stopped; the database last")

    # -- its steps --

    def _start_database(self, cluster: Cluster) -> None:
        if not (cluster.base / "data").exists():
            self.say("making the database (first start)...")
        new = embedded.bring_up(cluster)
        embedded.write_address(self.home, cluster.url())
        if new:
            # What was done for a database that is no more must be done again.
            for name in ("schema.stamp", "demo.done"):
                (self.home / "run" / name).unlink(missing_ok=True)

    def _own_cluster(self) -> Cluster | None:
        if self.given_database:
            return None
        cluster = embedded.own_cluster(self.home)
        cluster.say = self.say
        cluster.asked_to_stop = lambda: self.stops > 0
        return cluster

    def _stale(self) -> dict[str, str]:
        """What this version changed, with its new stamp. A given database may be another than last time, or shared:
        it is always looked at.
        """
        done = stamps.Stamps(self.home / "run")
        return {
            name: now
            for name, now in stamps.now().items()
            if done.stale(name, now) or (name == "schema" and self.given_database)
        }

    def _prepare(self, stale: dict[str, str]) -> None:
        """Schema, translations and static files: only what this version changed."""
        self.say(f"preparing this version ({', '.join(stale)})...")
        if self._do("prepare", *stale):
            raise Trouble("this version could not be prepared; what went wrong is told above.")
        done = stamps.Stamps(self.home / "run")
        for name, now in stale.items():
            done.put(name, now)

    def _make_demo(self) -> None:
        """Once, on the first start. Without it Sportello works all the same, so a failure is only told."""
        done = self.home / "run" / "demo.done"
        if done.exists():
            return
        self.say("making the demo: weeks of a municipality and a shop (once)...")
        if self._do("day", "--demo"):
            self.say("the demo could not be made (see above); it is tried again at the next start")
        else:
            done.touch()

    def _do(self, *words: str) -> int:
        """One command to its end, its words on our terminal; its exit code. Ended with us when we are
        stopped.
        """
        command = [sys.executable, "-m", "sportello", *words]
        process = subprocess.Popen(
            command, env=self._environment(), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.doing = process
        try:
            while process.poll() is None:
                if self.stops:
                    process.terminate()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(5)
                    raise Stopped
                self._heal()  # the database; and who rests, when the demo's customers knock
                self._sleep(0.25)
        finally:
            process.kill()
            process.wait()
            self.doing = None
        return process.returncode

    def _environment(self) -> dict[str, str]:
        """Our environment, with what we decided; our own package is found wherever the child stands."""
        root = str(Path(__file__).resolve().parent.parent.parent.parent)
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
            "PYTHONUNBUFFERED": "1",
            "SPORTELLO_HOME": str(self.home),
            "SPORTELLO_BIND": self.bind,
            "SPORTELLO_PORT": str(self.port),
            "SPORTELLO_STREAM_PORT": str(self.stream_port),
            "SPORTELLO_MAIL_PORT": str(self.mail_port),
            "SPORTELLO_DEMO": "1" if self.demo else "0",
            SUPERVISED: str(os.getpid()),
            **({place.OWN_DATABASE: self.cluster.url(), SLEEPS: "1"} if self.cluster is not None else {}),
        }

    def _wait_for_ports(self) -> None:
        """Those a killed supervisor left behind end by themselves. To end at once instead would not do: who starts
        services again gives up on one that ends again and again."""
        deadline = time.monotonic() + ORPHANS_MAY_TAKE
        while True:
            try:
                return self.doors.take()
            except Trouble:
                if time.monotonic() > deadline:
                    raise
            if self.stops:
                raise Stopped
            self._sleep(0.1)

    def _wait_for_pages(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.stops:
                raise Stopped
            self._heal()
            # before they are there one would only wait in the line, and nobody would start them meanwhile
            if self.children[0].process is not None and asking.pages_answer(self.bind, self.port):
                return True
            self._sleep(0.02)
        return False

    def _welcome(self, seconds: float) -> None:
        """Addresses, and who may sign in to the demo (the demo writes that page)."""
        public = os.environ.get("SPORTELLO_PUBLIC_URL", f"http://{asking.loopback(self.bind)}:{self.port}")
        self.say(f"ready in {seconds:.1f} s")
        self.say(f"  pages  {public}/")
        self.say(f"  desk   {public}/desk/")
        self.say(f"  mail   smtp://{asking.loopback(self.bind)}:{self.mail_port}")
        with contextlib.suppress(OSError):
            if self.demo:
                print((self.home / "run" / "welcome.txt").read_text().rstrip(), flush=True)
        self.say("Ctrl-C stops everything.")

    # -- waiting and telling --

    def say(self, words: str) -> None:
        """One line at the terminal; a terminal that went away is no reason to end."""
        with contextlib.suppress(OSError, ValueError):
            print(words, flush=True)

    def _sleep(self, seconds: float) -> None:
        """Until something happens (a signal, a child's end) or so long."""
        waited: list[Any] = [self._awake]
        if self.nursery is not None and self.nursery.channel is not None and not self.nursery.is_ready:
            waited.append(self.nursery.channel)
        waited += [child.door for child in self.children if child.rests() and child.needs_a_knock()]
        ready, _, _ = select.select(waited, [], [], seconds)
        if self._awake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._awake, 4096)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.stops += 1

        def child_ended(number: int, frame: FrameType | None) -> None:
            """Only to wake up."""

        os.set_blocking(self._awake, False)
        os.set_blocking(self._wake, False)
        before = {which: signal.signal(which, stop) for which in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, child_ended)
        old = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old)
            for which, handler in before.items():
                signal.signal(which, handler)


def _streams_open() -> None:
    """Started with standard streams closed, the next file opened would take their number."""
    for number, stream in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, stream)
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - as long as the process
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - as long as the process

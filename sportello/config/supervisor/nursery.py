"""The supervisor's side of the nursery: the one process that has imported the application and forks the programs.

Every program is the same application, and importing it costs most of a second and ninety megabytes. The nursery,
itself a fork of the supervisor, pays once; what it forks shares those pages and is there at once. It lets go of each
program it has forked, so that the supervisor, which adopts orphans, is its parent: it watches, ends and starts it again
as if it had started it itself, and a nursery that ends takes nobody along.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from sportello.config.supervisor.child import Never, NotNow, Process
from sportello.config.supervisor.parent import adopt_orphans

READY = b"ready"
#: A fork takes milliseconds; a nursery that has not answered by now never will.
ANSWERS_WITHIN = 10.0
_LOOK_EVERY = 0.02
#: Begun so often without a single fork: each program imports the application itself, as where there is no nursery.
HOPELESS = 3


class Nursery:
    """Started and started again like a program; `fork` is how the other programs are started."""

    def __init__(self, env: Mapping[str, str], life: Callable[[socket.socket], int]) -> None:
        self.env, self.life = env, life
        self.channel: socket.socket | None = None
        self.is_ready = False
        self.begun = self.forked = 0

    @staticmethod
    def possible() -> bool:
        """Where a process can adopt; everywhere else each program imports the application itself. So it does where
        programs reach the database by two addresses: the one that was imported with would be everybody's."""
        return not os.environ.get("SPORTELLO_SESSION_DATABASE_URL") and adopt_orphans()

    def begin(self, program: str, log: Path, door: int = -1) -> Process:
        """Start the nursery itself; it says so when it has imported everything."""
        self.let_go()
        self.begun += 1
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log.open("ab") as words:
            pid = os.fork()
            if pid == 0:
                self._live(theirs, words.fileno())
        ours.setblocking(False)
        self.channel = ours
        return Adopted(pid)

    def _live(self, channel: socket.socket, log: int) -> None:
        """As a process that `subprocess` starts has it: nothing of ours but what it was given. Never returns."""
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(which, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for given, number in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(given, number)
            kept = channel.fileno()
            os.closerange(3, kept)
            os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))  # the lock of the home and the ends of our pipes
            for stream in (sys.stdout, sys.stderr):
                if isinstance(stream, io.TextIOWrapper):
                    stream.reconfigure(line_buffering=True)
            os.environ.clear()
            os.environ.update(self.env)
            code = self.life(channel)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def let_go(self) -> None:
        """Of one that ended, or that should: it ends when nobody is at the other end."""
        self.is_ready = False
        if self.channel is not None:
            self.channel.close()
            self.channel = None

    def fork(self, program: str, log: Path, door: int = -1) -> Process:
        """A new process of the program, our child, with the open socket `door` where it has one. NotNow while the
        nursery is not ready, Never if it never will."""
        if self.begun > HOPELESS and not self.forked:
            raise Never
        self.look()
        if self.channel is None or not self.is_ready:
            raise NotNow
        try:
            with log.open("ab") as words:
                given = [words.fileno(), *([door] if door >= 0 else [])]
                socket.send_fds(self.channel, [program.encode()], given)
            self.channel.settimeout(ANSWERS_WITHIN)
            answer = self.channel.recv(100)
        except OSError:  # it has just ended, or hangs
            answer = b""
        if not answer.isdigit():
            self.let_go()
            raise NotNow
        self.channel.setblocking(False)
        self.forked += 1
        return Adopted(int(answer))

    def look(self) -> None:
        """Hear whether it is ready, or gone."""
        if self.channel is None or self.is_ready:
            return
        try:
            said = self.channel.recv(100)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said == READY:
            self.is_ready = True
        else:
            self.let_go()


class Adopted:
    """A process we did not start but are the parent of; asked like a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, minus the signal that killed it; None while it runs."""
        if self.returncode is None:
            try:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it: it is gone, how it ended is not known
                self.returncode = 255
            else:
                if ended:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The same, until it ends; `subprocess.TimeoutExpired` when it still runs after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() >= until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(_LOOK_EVERY)
        return code

    def send_signal(self, sig: int) -> None:
        """As long as we have not waited for it, its number is nobody else's."""
        if self.poll() is None:
            os.kill(self.pid, sig)


def reap_others(ours: set[int]) -> None:
    """Let go of what we adopted without asking for it: workers of a master that was killed, backends of a dead
    database. `ours` are waited for by whoever started them."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in ours:
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(found.si_pid, os.WNOHANG)

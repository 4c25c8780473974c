"""The nursery: imports the application once, then forks each program the supervisor asks for.

What must hold before the first fork: no thread (only the forking one lives on in the child, and a lock another held
stays locked for ever) and no connection to the database (two processes would speak on one socket). The application's
modules keep to that; `sole()` looks.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence

from sportello.config import memory
from sportello.config.supervisor.doors import GIVEN
from sportello.config.supervisor.nursery import READY
from sportello.config.supervisor.parent import SUPERVISED, end_with_parent
from sportello.config.supervisor.trouble import Trouble
from sportello.config.titles import entitle

#: What it may be asked for, by name; each serves until it is told to end and returns its exit code.
Programs = Mapping[str, Callable[[], int]]
_ADOPTED_WITHIN = 5.0


def life(channel: socket.socket, preload: Callable[[], Programs], warm: Callable[[], bool]) -> int:
    """Import with `preload`, say so, and fork until nobody is at the other end.

    `warm` is done before the first fork, when the database is there (until it says that it succeeded): it leaves in
    memory what each program would make for itself at its first step.
    """
    end_with_parent()
    entitle("nursery")
    gc.disable()
    memory.few_places()
    programs = preload()
    channel.sendall(READY)
    is_warm = False
    while True:
        words, given, _, _ = socket.recv_fds(channel, 100, 2)
        if not words:
            return 0
        if not is_warm:
            is_warm = warm()
            sole()
            gc.freeze()  # the collector would write to, and so copy, every page that is shared
            memory.give_back()
        try:
            pid = fork(words.decode(), given, programs, channel)
        finally:
            for one in given:
                os.close(one)
        channel.sendall(str(pid).encode())


def sole() -> None:
    """Trouble when something the application imports has started a thread or opened a connection."""
    from django.db import connections

    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    opened = [one.alias for one in connections.all(initialized_only=True) if one.connection is not None]
    if threads or opened:
        raise Trouble(f"imported, the application must be alone: threads {threads}, connections {opened}.")


def fork(program: str, given: Sequence[int], programs: Programs, channel: socket.socket) -> int:
    """The id of a new process that does `program`; no child of ours, but of the supervisor's, since the one between us
    has ended. `given`: the file its words go to and, where it has one, the socket it takes people from."""
    if program not in programs:
        raise Trouble(f"the nursery knows no {program}.")
    read, write = os.pipe()
    between = os.fork()
    if between == 0:
        child = os.fork()
        if child == 0:
            os.close(read)
            os.close(write)
            channel.close()
            _become(program, given, programs[program])
        os.write(write, str(child).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(between, 0)
    with os.fdopen(read) as said:
        return int(said.read())


def _become(program: str, given: Sequence[int], main: Callable[[], int]) -> None:
    """A life as the program, with a session, a log, a collector and a name of its own; never returns."""
    code = 1
    try:
        os.setsid()
        log, *doors = given
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        if doors:
            os.environ[GIVEN] = str(doors[0])
        _wait_for_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        gc.enable()
        entitle(program)
        sys.argv = ["sportello", program]
        code = main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        # Without taking the interpreter apart: that would copy every shared page only to throw it away.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait_for_parent() -> None:
    """Until the supervisor has adopted us: its end is what we shall want to hear of (see parent.py)."""
    supervisor = int(os.environ.get(SUPERVISED, "0"))
    until = time.monotonic() + _ADOPTED_WITHIN
    while os.getppid() != supervisor and time.monotonic() < until:
        time.sleep(0.001)

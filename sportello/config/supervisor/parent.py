"""A child of the supervisor must not outlive it: nobody would stop it, and it would hold ports and jobs."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
#: Set by the supervisor for its children; commands started by hand live their own life.
SUPERVISED = "SPORTELLO_SUPERVISED"


def end_with_parent(*, always: bool = False) -> None:
    """Ask Linux to send us SIGTERM when our parent dies; does nothing elsewhere, or when started by hand (but `always`:
    where the parent is a program of ours in any case).

    Called in each forked worker, too: the request is not inherited.
    """
    if not (always or SUPERVISED in os.environ) or not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent != os.getppid():  # it died between the two lines
        os.kill(os.getpid(), signal.SIGTERM)


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; False where the system has no such thing.

    A program forked elsewhere and let go of by its parent is then ours to watch, as if we had started it.
    """
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)

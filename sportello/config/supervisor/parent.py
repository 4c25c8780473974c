"""A child of the supervisor must not outlive it: nobody would stop it, and it would hold ports and jobs."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
#: Set by the supervisor for its children; commands started by hand live their own life.
SUPERVISED = "SPORTELLO_SUPERVISED"


def end_with_parent() -> None:
    """Ask Linux to send us SIGTERM when our parent dies; does nothing elsewhere, or when started by hand.

    Called in each forked worker, too: the request is not inherited.
    """
    if SUPERVISED not in os.environ or not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent != os.getppid():  # it died between the two lines
        os.kill(os.getpid(), signal.SIGTERM)

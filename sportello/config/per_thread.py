"""What Django keeps for whoever asks (language, time zone, prefix of addresses, connections) kept for the thread.

Django keeps it so that a coroutine has its own, by way of locks and context variables: 3 µs a look, and a page of the
desk looks some two hundred times. The pages are served by threads, one request each at a time, and run no coroutine.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from django.db import connections
from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real

#: No public names; Django's own reloader replaces the first in the same way.
PLACES: Final[tuple[tuple[Any, str], ...]] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (base, "_prefixes"),
    (base, "_urlconfs"),
    (connections, "_connections"),
)


def keep() -> None:
    """For the process of the pages, before it serves: what its own thread had is given up."""
    connections.close_all()
    for owner, name in PLACES:
        if not hasattr(owner, name):
            raise AttributeError(f"this Django keeps no {name} in {owner}")
        setattr(owner, name, threading.local())

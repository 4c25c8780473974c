"""The live stream's process serves `stream`, a bare ASGI callable without Django's request cycle.

Importing this module starts Django and the thread that reads the journal: only that process does it.
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must have started

from sportello.config import home, memory, resting, topics  # noqa: E402 - as above
from sportello.foundation.live import stats  # noqa: E402 - as above
from sportello.foundation.live.elsewhere import Elsewhere  # noqa: E402 - as above
from sportello.foundation.live.hub import Hub  # noqa: E402 - as above
from sportello.foundation.live.stream import Stream  # noqa: E402 - as above
from sportello.foundation.watch import keeping  # noqa: E402 - as above

keeping.called("stream")
_page = topics.page()
_told = settings.HOME / "run" / "stream.json"
_hub = Hub(_page, report=stats.writer(_told))
_hub.start()
#: The supervisor's own database is this host's alone; one that was given may have other hosts at it.
_elsewhere = Elsewhere(_hub) if home.database_is_given() else None
if _elsewhere is not None:
    _elsewhere.start()
stream = Stream(_page, _hub, tidy=memory.give_back)
resting.when(lambda: stream.quiet() > resting.QUIET)
# what is here stays: looking through it for rubbish, among thousands of streams, would hold every one of them up
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)


def say_no_more() -> None:
    """Ended in order: what the process last said of itself is not to be taken for its silence."""
    if _elsewhere is not None:
        _elsewhere.stop()
    _hub.stop()
    with suppress(OSError):
        _told.unlink(missing_ok=True)

"""When a message came to its server, from the message alone: POP3 does not tell it."""

from __future__ import annotations

import re
from datetime import datetime

from sportello.service.channels.mailkit.dates import parse
from sportello.service.channels.mailkit.defects import Defects

_HEAD = 64 * 1024
_FOLD = re.compile(rb"\r?\n[ \t]+")


def arrived(raw: bytes) -> datetime | None:
    """The date of the topmost Received field, which the last server wrote (RFC 5321 section 4.4), else of Date, which
    the sender wrote; None when neither can be read."""
    head = re.split(rb"\r?\n\r?\n", raw[:_HEAD], maxsplit=1)[0]
    lines = _FOLD.sub(b" ", head).splitlines()
    for name, after in ((b"received:", b";"), (b"date:", b":")):
        line = next((one for one in lines if one.lower().startswith(name)), None)
        found = parse(line.rpartition(after)[2].decode("latin-1") if after == b";" else
                      line.partition(after)[2].decode("latin-1"), Defects()) if line else None
        if found is not None:
            return found
    return None

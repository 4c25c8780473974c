"""What the stream's process says of itself, for `sportello status`: a small file, written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sportello.foundation.tenancy.clock import server_now

log = logging.getLogger(__name__)


def writer(path: Path) -> Callable[[dict[str, Any]], None]:
    """A function that writes a record of numbers to `path`, with the instant and the process."""

    def write(record: dict[str, Any]) -> None:
        told = {**record, "pid": os.getpid(), "at": server_now().isoformat(timespec="seconds")}
        temporary = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(told))
            temporary.replace(path)
        except OSError as error:  # a full disk must not end the stream
            log.warning("cannot write %s: %s", path.name, error)

    return write
